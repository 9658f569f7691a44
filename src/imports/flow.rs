//! The steps of an import over the API, each an own request: decide about the columns, try, run, cancel, undo.

use actix_web::web::{Data, Path};

use super::ImportId;
use super::lookups::Lookups;
use super::making;
use super::mapping::MappingInput;
use super::queue;
use super::steps;
use super::store::{self, Import, Status};
use super::upload::{check, within_mapping};
use crate::accounts::permissions::grants;
use crate::accounts::{May, Principal};
use crate::app::App;
use crate::db::Connection;
use crate::error::Result;
use crate::http::{Body, Reply, Routes, handlers};

/// Decides what the columns of a draft mean, in the place of what was proposed or decided before.
#[utoipa::path(put, path = "/imports/{id}/mapping", operation_id = "set_import_mapping", tag = "imports", security(("bearer" = ["imports:run"])), params(("id" = ImportId, Path)), request_body = MappingInput, responses((status = 200, body = Import)))]
async fn set_mapping(
    actor: May<grants::ImportsRun>,
    app: Data<App>,
    id: Path<ImportId>,
    body: Body<MappingInput>,
) -> Result<Reply> {
    let (id, input) = (*id, body.0);
    let by = (*actor).clone();
    let draft = app.db.read(move |conn| store::find(conn, &by, id)).await?;
    if draft.status == Status::Draft {
        check(&input, queue::file(&queue::folder(&app.config.data), id)).await?;
    }
    app.write(&actor, None, move |conn, by| {
        let import = store::find(conn, by, id)?;
        steps::set_mapping(conn, &import, &input)?;
        Reply::ok(&store::find(conn, by, id)?)
    })
    .await
}

/// Fails where the mapping leaves a question open, names what is not there, or would make what the caller may not.
fn ready(conn: &mut Connection, by: &Principal, import: &Import) -> Result<()> {
    let mapping = import.mapping.0.parse().map_err(within_mapping)?;
    if let Some(proposal) = &import.proposal {
        proposal.0.check_answers(&import.mapping.0)?;
    }
    let lookups = Lookups::load(conn)?;
    lookups.check(&mapping)?;
    making::check_allowed(&lookups, &import.mapping.0, &mapping, by)
}

/// Moves an import on and lets the worker know.
async fn step(
    actor: &Principal,
    app: &App,
    id: ImportId,
    mut go: impl FnMut(&mut Connection, &Principal, &Import) -> Result<()> + Send + 'static,
) -> Result<Reply> {
    let reply = app
        .write(actor, None, move |conn, by| {
            let import = store::find(conn, by, id)?;
            go(conn, by, &import)?;
            Ok(Reply::ok(&store::find(conn, by, id)?)?.status(202))
        })
        .await?;
    app.imports.push(id);
    Ok(reply)
}

/// Tries a draft in the background, changing nothing: `dry_run` then says what a run would do, and its errors are listed.
#[utoipa::path(post, path = "/imports/{id}/dry-run", operation_id = "dry_run_import", tag = "imports", security(("bearer" = ["imports:run"])), params(("id" = ImportId, Path)), responses((status = 202, body = Import)))]
async fn dry_run(actor: May<grants::ImportsRun>, app: Data<App>, id: Path<ImportId>) -> Result<Reply> {
    step(&actor, &app, *id, |conn, by, import| {
        ready(conn, by, import)?;
        steps::advance_to(conn, import, &[Status::Draft], Status::Checking)
    })
    .await
}

/// Runs a draft in the background. One that runs already goes on.
#[utoipa::path(post, path = "/imports/{id}/run", operation_id = "run_import", tag = "imports", security(("bearer" = ["imports:run"])), params(("id" = ImportId, Path)), responses((status = 202, body = Import)))]
async fn run(actor: May<grants::ImportsRun>, app: Data<App>, id: Path<ImportId>) -> Result<Reply> {
    step(&actor, &app, *id, |conn, by, import| {
        if import.status == Status::Running {
            return Ok(());
        }
        ready(conn, by, import)?;
        steps::start(conn, import)?;
        store::note(conn, by, "run", import)
    })
    .await
}

/// Stops an import for good: rows that came in stay, and can be undone. A draft is thrown away.
#[utoipa::path(post, path = "/imports/{id}/cancel", operation_id = "cancel_import", tag = "imports", security(("bearer" = ["imports:run"])), params(("id" = ImportId, Path)), responses((status = 202, body = Import)))]
async fn cancel(actor: May<grants::ImportsRun>, app: Data<App>, id: Path<ImportId>) -> Result<Reply> {
    let reply = step(&actor, &app, *id, |conn, by, import| {
        if import.status == Status::Cancelled {
            return Ok(());
        }
        steps::cancel(conn, import)?;
        store::note(conn, by, "cancel", import)
    })
    .await?;
    drop(tokio::fs::remove_file(queue::file(&queue::folder(&app.config.data), *id)).await);
    Ok(reply)
}

/// Takes back in the background all that an import did: what it made goes to the bin, what it changed gets its former values.
/// What somebody has changed since stays; `changes?outcome=kept` lists it. Undone twice nothing happens.
#[utoipa::path(post, path = "/imports/{id}/undo", operation_id = "undo_import", tag = "imports", security(("bearer" = ["imports:run"])), params(("id" = ImportId, Path)), responses((status = 202, body = Import)))]
async fn undo(actor: May<grants::ImportsRun>, app: Data<App>, id: Path<ImportId>) -> Result<Reply> {
    step(&actor, &app, *id, |conn, by, import| match import.status {
        Status::Undoing | Status::Undone => Ok(()),
        _ => steps::begin_undo(conn, by, import),
    })
    .await
}

/// The routes of an import's steps.
pub(super) fn routes(cfg: &mut Routes) {
    handlers!(cfg: set_mapping, dry_run, run, cancel, undo);
}
