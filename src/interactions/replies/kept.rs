//! When each client last turned to us and was last turned to: kept with every touchpoint.

use std::collections::BTreeMap;

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Nullable};

use super::{Said, Turn};
use crate::contacts::ContactId;
use crate::db::Connection;
use crate::db::conditions::{Beyond, Direction as Way};
use crate::db::schema::{conversations, timeline_entries as entries};
use crate::db::types::{Guid, Instant, sql};
use crate::error::Result;
use crate::interactions::{Channel, Direction, Interaction, InteractionId};
use crate::on;
use crate::timeline::page::ORDER;

/// The channels on which people turn to each other.
const CHANNELS: [Channel; 9] = [
    Channel::Email,
    Channel::Chat,
    Channel::Social,
    Channel::Sms,
    Channel::Mail,
    Channel::Web,
    Channel::Call,
    Channel::Meeting,
    Channel::Store,
];

/// The last turns of one client, as far as they are new.
#[derive(Debug, Clone, Copy)]
struct Last {
    contact: ContactId,
    asked: Option<(Instant, InteractionId)>,
    answered: Option<Instant>,
}

impl Last {
    const fn of(contact: ContactId) -> Self {
        Self { contact, asked: None, answered: None }
    }

    fn take(&mut self, turn: Turn, at: Instant, id: InteractionId) {
        match turn {
            Turn::Asked => self.asked = self.asked.max(Some((at, id))),
            Turn::Answered => self.answered = self.answered.max(Some(at)),
        }
    }
}

/// Adds last turns to those there are: one statement for each number of rows, prepared once. Of a contact that is new here,
/// the owner is its survivor's.
struct Add<'a, const N: usize>(&'a [Row; N]);

/// A row as it is bound.
#[derive(Debug, Clone, Copy)]
struct Row {
    contact: ContactId,
    asked_at: Option<Instant>,
    asked_id: Option<InteractionId>,
    answered_at: Option<Instant>,
}

impl<DB, const N: usize> QueryFragment<DB> for Add<'_, N>
where
    DB: Backend + HasSqlType<sql::Guid> + HasSqlType<sql::Instant>,
    ContactId: ToSql<sql::Guid, DB>,
    InteractionId: ToSql<sql::Guid, DB>,
    Option<InteractionId>: ToSql<Nullable<sql::Guid>, DB>,
    Option<Instant>: ToSql<Nullable<sql::Instant>, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("INSERT INTO conversations (contact_id, owner_id, asked_at, asked_id, answered_at) VALUES ");
        for (n, row) in self.0.iter().enumerate() {
            out.push_sql(if n == 0 { "(" } else { ", (" });
            out.push_bind_param::<sql::Guid, _>(&row.contact)?;
            out.push_sql(
                ", (SELECT root.owner_id FROM contacts AS own \
                 JOIN contacts AS root ON root.id = COALESCE(own.merged_into, own.id) WHERE own.id = ",
            );
            out.push_bind_param::<sql::Guid, _>(&row.contact)?;
            out.push_sql("), ");
            out.push_bind_param::<Nullable<sql::Instant>, _>(&row.asked_at)?;
            out.push_sql(", ");
            out.push_bind_param::<Nullable<sql::Guid>, _>(&row.asked_id)?;
            out.push_sql(", ");
            out.push_bind_param::<Nullable<sql::Instant>, _>(&row.answered_at)?;
            out.push_sql(")");
        }
        out.push_sql(
            " ON CONFLICT (contact_id) DO UPDATE SET \
             asked_at = CASE WHEN excluded.asked_at IS NULL OR excluded.asked_at < conversations.asked_at THEN conversations.asked_at ELSE excluded.asked_at END, \
             asked_id = CASE WHEN excluded.asked_at IS NULL OR excluded.asked_at < conversations.asked_at THEN conversations.asked_id ELSE excluded.asked_id END, \
             answered_at = CASE WHEN excluded.answered_at IS NULL OR excluded.answered_at < conversations.answered_at THEN conversations.answered_at ELSE excluded.answered_at END",
        );
        Ok(())
    }
}

impl<const N: usize> QueryId for Add<'_, N> {
    type QueryId = Add<'static, N>;
}

impl<C, const N: usize> RunQueryDsl<C> for Add<'_, N> {}

/// Takes note of new touchpoints, in a few statements; most are nobody's turn and cost nothing.
///
/// # Errors
/// The database refuses.
pub fn add(conn: &mut Connection, new: &[Interaction]) -> Result<()> {
    // Sorted, so that two writers lock the rows in the same order.
    let mut grouped: BTreeMap<ContactId, Last> = BTreeMap::new();
    for touch in new {
        if let Some(turn) = Said::from(touch).turn() {
            let last = grouped.entry(touch.contact_id).or_insert(Last::of(touch.contact_id));
            last.take(turn, touch.occurred_at, touch.id);
        }
    }
    let rows: Vec<Row> = grouped.into_values().map(Row::from).collect();
    let rest = add_chunks::<16>(conn, &rows)?;
    let rest = add_chunks::<4>(conn, rest)?;
    add_chunks::<1>(conn, rest).map(|_none_left| ())
}

fn add_chunks<'a, const N: usize>(conn: &mut Connection, rows: &'a [Row]) -> Result<&'a [Row]> {
    let (chunks, rest) = rows.as_chunks::<N>();
    for chunk in chunks {
        on!(conn, c => Add(chunk).execute(c))?;
    }
    Ok(rest)
}

impl From<Last> for Row {
    fn from(last: Last) -> Self {
        Self {
            contact: last.contact,
            asked_at: last.asked.map(|(at, _)| at),
            asked_id: last.asked.map(|(_, id)| id),
            answered_at: last.answered,
        }
    }
}

/// Looks up a client's last turns anew where one of these touchpoints, as it was or as it is now, was a turn.
///
/// # Errors
/// The database refuses.
pub fn changed(conn: &mut Connection, touches: &[&Interaction]) -> Result<()> {
    let Some(touch) = touches.iter().find(|touch| Said::from(**touch).turn().is_some()) else { return Ok(()) };
    let Row { contact, asked_at, asked_id, answered_at } = Row::from(look_up(conn, touch.contact_id)?);
    let known = conversations::table.find(contact);
    let last = (
        conversations::asked_at.eq(asked_at),
        conversations::asked_id.eq(asked_id),
        conversations::answered_at.eq(answered_at),
    );
    if diesel::update(known).set(last).execute(conn)? == 0 {
        add_chunks::<1>(conn, &[Row { contact, asked_at, asked_id, answered_at }])?;
    }
    Ok(())
}

type Entry =
    (Instant, InteractionId, Channel, Option<Direction>, (Option<String>, Option<i32>, Option<String>, Option<String>));

/// Reads back along the client's own line until both turns are found.
fn look_up(conn: &mut Connection, contact: ContactId) -> Result<Last> {
    const PIECE: i64 = 200;
    let mut last = Last::of(contact);
    let mut after: Option<(Instant, Guid)> = None;
    loop {
        let mut line = entries::table
            .filter(entries::contact_id.eq(contact).and(entries::deleted_at.is_null()))
            .filter(entries::channel.eq_any(CHANNELS))
            .select((
                entries::occurred_at,
                entries::id,
                entries::channel.assume_not_null(),
                entries::direction,
                (entries::kind, entries::duration_seconds, entries::campaign, entries::utm_campaign),
            ))
            .order((entries::occurred_at.desc(), entries::id.desc()))
            .limit(PIECE)
            .into_boxed();
        if let Some((at, id)) = after {
            line = line.filter(Beyond::new(ORDER, Way::Descending, at, id));
        }
        let piece: Vec<Entry> = line.load(conn)?;
        for (at, id, channel, direction, (kind, duration, campaign, utm)) in &piece {
            let to_many = campaign.is_some() || utm.is_some();
            let said =
                Said { channel: *channel, direction: *direction, kind: kind.as_deref(), duration: *duration, to_many };
            if let Some(turn) = said.turn() {
                last.take(turn, *at, *id);
            }
        }
        let whole = i64::try_from(piece.len()).is_ok_and(|len| len == PIECE);
        if !whole || (last.asked.is_some() && last.answered.is_some()) {
            return Ok(last);
        }
        after = piece.last().map(|(at, id, ..)| (*at, id.0));
    }
}
