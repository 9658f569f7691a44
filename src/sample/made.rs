//! Making sample data, a few clients at a time: nobody waits behind it.

use std::sync::Arc;

use super::generator::generate;
use super::kept::{self, Kept, SampleRemoved, SampleState};
use super::load::{self, Setting};
use super::plan::Client;
use crate::accounts::Principal;
use crate::accounts::audit::{self, Subject};
use crate::app::App;
use crate::db::dialect::take_turns;
use crate::db::types::{Guid, Instant};
use crate::db::{Connection, savepoint};
use crate::error::{Code, Error, Result};
use crate::http::Reply;

/// How many clients there are.
pub const CLIENTS: usize = 60;
/// How many are made in one write.
const TOGETHER: usize = 4;
/// Which business it is: another part of the demo's.
const SEED: u64 = 20_261;
/// What all its contacts and companies are tagged with.
const TAG: &str = "sample";

/// The sample data in the audit log: it is one, so its id says nothing.
pub(super) const fn subject() -> Subject {
    Subject { entity: "sample_data", id: Guid(uuid::Uuid::nil()), contact_id: None }
}

/// Makes the sample data, all of it the caller's; nobody's where that is a program.
///
/// # Errors
/// There is some already.
pub async fn make(app: &App, by: &Principal) -> Result<Reply> {
    let clients = Arc::new(generate(SEED, Instant::now(), CLIENTS).clients);
    app.write_apart(by, None, begin).await?;
    let mut from = 0;
    while from < clients.len() {
        let some = Arc::clone(&clients);
        let add = move |conn: &mut Connection, _: &Principal| add(conn, some.iter().skip(from).take(TOGETHER));
        app.write_apart(by, None, add).await?;
        from += TOGETHER;
    }
    app.write_apart(by, None, finish).await
}

fn begin(conn: &mut Connection, by: &Principal) -> Result<Reply> {
    take_turns(conn)?;
    if kept::find(conn)?.is_some() {
        return Err(Error::because(Code::AlreadyExists, "There is sample data already: remove it first."));
    }
    let companies = load::add_companies(conn, by, &["business", TAG])?;
    let (sales, reasons) = load::add_sales(conn, by, "Sales (sample)")?;
    let kept = Kept {
        state: SampleState::Making,
        by: by.actor.user(),
        begun_at: Instant::now(),
        made_at: None,
        contacts: Vec::new(),
        companies,
        sales,
        reasons,
        removed: SampleRemoved::default(),
    };
    kept::keep(conn, &kept)?;
    Ok(Reply::no_content())
}

/// The sample data that is being made; somebody may have begun to remove it.
fn in_the_making(conn: &mut Connection) -> Result<Kept> {
    let kept = kept::find(conn)?.filter(|kept| kept.state == SampleState::Making);
    kept.ok_or_else(|| Error::because(Code::Conflict, "The sample data is being removed."))
}

fn add<'a>(conn: &mut Connection, some: impl Iterator<Item = &'a Client>) -> Result<Reply> {
    take_turns(conn)?;
    let mut kept = in_the_making(conn)?;
    let setting = Setting::of_one(kept.by, kept.companies.clone(), kept.sales.clone(), TAG);
    for client in some {
        match savepoint(conn, |conn| load::load_client(conn, &setting, client)) {
            Ok(id) => kept.contacts.push(id),
            // Somebody has this address or number already: the sample is one client smaller.
            Err(error) if matches!(error.code, Code::IdentityTaken | Code::AlreadyExists) => {}
            Err(error) => return Err(error),
        }
    }
    kept::keep(conn, &kept)?;
    Ok(Reply::no_content())
}

fn finish(conn: &mut Connection, by: &Principal) -> Result<Reply> {
    let mut kept = in_the_making(conn)?;
    kept.state = SampleState::Present;
    kept.made_at = Some(Instant::now());
    kept::keep(conn, &kept)?;
    let shown = kept::shown(conn)?;
    audit::record(conn, by, "create", subject(), None::<&kept::SampleData>, Some(&shown))?;
    Reply::created(&shown, "/api/v1/sample-data".to_owned())
}
