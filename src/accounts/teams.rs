//! Teams: whose members see each other's records where a role's visibility is `team`.

use actix_web::web::{Data, Path};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::audit::{self, Subject};
use super::permissions::grants;
use super::{May, Principal, TeamId, change, input};
use crate::app::App;
use crate::db::Connection;
use crate::db::schema::{teams, users};
use crate::db::types::Instant;
use crate::error::{Code, Error, OnUnique, Result};
use crate::http::{Body, IfMatch, Page, Post, Reply, Routes, Version, check_version, handlers};

/// A team.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable, Insertable, Identifiable)]
#[diesel(table_name = teams)]
pub struct Team {
    id: TeamId,
    name: String,
    version: Version,
    created_at: Instant,
    updated_at: Instant,
}

impl Team {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> TeamId {
        self.id
    }
}

/// A new team, or its new name.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamInput {
    /// Unique among teams.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
}

impl TeamInput {
    fn parse(self) -> Result<Self> {
        let mut fields = input::Fields::default();
        let name = fields.line("name", &self.name, 100);
        fields.done().map(|()| Self { name })
    }
}

const NAME_TAKEN: &str = "Another team has this name.";

const fn subject(id: TeamId) -> Subject {
    Subject { entity: "team", id: id.0, contact_id: None }
}

/// Every team, by name.
///
/// # Errors
/// The database is away.
pub fn all(conn: &mut Connection) -> Result<Vec<Team>> {
    Ok(teams::table.order((teams::name, teams::id)).select(Team::as_select()).load(conn)?)
}

fn find(conn: &mut Connection, id: TeamId) -> Result<Team> {
    Ok(teams::table.find(id).select(Team::as_select()).first(conn)?)
}

/// Makes a team.
///
/// # Errors
/// Another team has the name.
pub fn insert(conn: &mut Connection, by: &Principal, input: &TeamInput) -> Result<Team> {
    let now = Instant::now();
    let team = Team { id: TeamId::new(), name: input.name.clone(), version: 1, created_at: now, updated_at: now };
    diesel::insert_into(teams::table).values(&team).execute(conn).on_unique(Code::AlreadyExists, NAME_TAKEN)?;
    audit::record(conn, by, "create", subject(team.id), None::<&Team>, Some(&team))?;
    Ok(team)
}

fn rename(
    conn: &mut Connection,
    by: &Principal,
    id: TeamId,
    expected: Option<Version>,
    input: &TeamInput,
) -> Result<Team> {
    let before = find(conn, id)?;
    check_version(expected, before.version)?;
    let after =
        Team { name: input.name.clone(), version: before.version + 1, updated_at: Instant::now(), ..before.clone() };
    diesel::update(&after)
        .set((teams::name.eq(&after.name), teams::version.eq(after.version), teams::updated_at.eq(after.updated_at)))
        .execute(conn)
        .on_unique(Code::AlreadyExists, NAME_TAKEN)?;
    audit::record(conn, by, "update", subject(id), Some(&before), Some(&after))?;
    Ok(after)
}

fn remove(conn: &mut Connection, by: &Principal, id: TeamId, expected: Option<Version>) -> Result<()> {
    let before = find(conn, id)?;
    check_version(expected, before.version)?;
    let members: i64 = users::table.filter(users::team_id.eq(id)).count().get_result(conn)?;
    if members > 0 {
        return Err(Error::because(Code::InUse, format!("{members} users are in this team: move them first.")));
    }
    diesel::delete(&before).execute(conn)?;
    audit::record(conn, by, "delete", subject(id), Some(&before), None::<&Team>)
}

/// Lists all teams by name.
#[utoipa::path(get, path = "/teams", operation_id = "list_teams", tag = "accounts", security(("bearer" = ["users:read"])), responses((status = 200, body = Page<Team>)))]
async fn list(actor: May<grants::UsersRead>, app: Data<App>) -> Result<Reply> {
    app.read(&actor, |conn, _| Reply::ok(&Page { items: all(conn)?, next_cursor: None, total: None })).await
}

/// Creates a team.
#[utoipa::path(post, path = "/teams", operation_id = "create_team", tag = "accounts", security(("bearer" = ["users:manage"])), request_body = TeamInput, responses((status = 201, body = Team)))]
async fn create(actor: May<grants::UsersManage>, app: Data<App>, body: Post<TeamInput>) -> Result<Reply> {
    let (value, retry) = (body.value.parse()?, body.retry);
    change(&app, &actor, retry, move |conn, by| {
        let team = insert(conn, by, &value)?;
        Ok(Reply::created(&team, format!("/api/v1/teams/{}", team.id))?.version(team.version))
    })
    .await
}

/// Renames a team.
#[utoipa::path(patch, path = "/teams/{id}", operation_id = "update_team", tag = "accounts", security(("bearer" = ["users:manage"])), params(("id" = TeamId, Path), ("If-Match" = Option<String>, Header)), request_body = TeamInput, responses((status = 200, body = Team)))]
async fn update(
    actor: May<grants::UsersManage>,
    app: Data<App>,
    id: Path<TeamId>,
    expected: IfMatch,
    body: Body<TeamInput>,
) -> Result<Reply> {
    let (id, expected, input) = (*id, expected.expected(actor.is_person())?, body.0.parse()?);
    change(&app, &actor, None, move |conn, by| {
        let team = rename(conn, by, id, expected, &input)?;
        Ok(Reply::ok(&team)?.version(team.version))
    })
    .await
}

/// Deletes a team that has no members.
#[utoipa::path(delete, path = "/teams/{id}", operation_id = "delete_team", tag = "accounts", security(("bearer" = ["users:manage"])), params(("id" = TeamId, Path), ("If-Match" = Option<String>, Header)), responses((status = 204)))]
async fn delete(actor: May<grants::UsersManage>, app: Data<App>, id: Path<TeamId>, expected: IfMatch) -> Result<Reply> {
    let (id, expected) = (*id, expected.expected(actor.is_person())?);
    change(&app, &actor, None, move |conn, by| remove(conn, by, id, expected).map(|()| Reply::no_content())).await
}

/// The routes of teams.
pub(super) fn routes(cfg: &mut Routes) {
    handlers!(cfg: list, create, update, delete);
}
