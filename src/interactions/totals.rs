//! How many interactions a client has per channel, and the first and last of them: kept with every change, so that
//! nobody ever counts a history.

use std::collections::BTreeMap;

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, HasSqlType, Text};

use super::Interaction;
use crate::contacts::ContactId;
use crate::db::Connection;
use crate::db::schema::{channel_totals as totals, timeline_entries as entries};
use crate::db::types::{Instant, sql};
use crate::error::Result;
use crate::on;

type Key = (ContactId, &'static str, bool);

/// One client's interactions on one channel.
#[derive(Debug, Clone)]
struct Total {
    key: Key,
    interactions: i64,
    first_at: Instant,
    last_at: Instant,
}

/// Adds totals to those there are: one statement for each number of rows, prepared once.
struct Add<'a, const N: usize>(&'a [Total; N]);

impl<DB, const N: usize> QueryFragment<DB> for Add<'_, N>
where
    DB: Backend + HasSqlType<sql::Guid> + HasSqlType<sql::Instant> + HasSqlType<Bool>,
    ContactId: ToSql<sql::Guid, DB>,
    str: ToSql<Text, DB>,
    bool: ToSql<Bool, DB>,
    i64: ToSql<BigInt, DB>,
    Instant: ToSql<sql::Instant, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO channel_totals (contact_id, channel, online, interactions, first_at, last_at) VALUES ",
        );
        for (n, total) in self.0.iter().enumerate() {
            out.push_sql(if n == 0 { "(" } else { ", (" });
            out.push_bind_param::<sql::Guid, _>(&total.key.0)?;
            out.push_sql(", ");
            out.push_bind_param::<Text, str>(total.key.1)?;
            out.push_sql(", ");
            out.push_bind_param::<Bool, _>(&total.key.2)?;
            out.push_sql(", ");
            out.push_bind_param::<BigInt, _>(&total.interactions)?;
            out.push_sql(", ");
            out.push_bind_param::<sql::Instant, _>(&total.first_at)?;
            out.push_sql(", ");
            out.push_bind_param::<sql::Instant, _>(&total.last_at)?;
            out.push_sql(")");
        }
        out.push_sql(
            " ON CONFLICT (contact_id, channel, online) DO UPDATE SET \
             interactions = channel_totals.interactions + excluded.interactions, \
             first_at = CASE WHEN excluded.first_at < channel_totals.first_at THEN excluded.first_at ELSE channel_totals.first_at END, \
             last_at = CASE WHEN excluded.last_at > channel_totals.last_at THEN excluded.last_at ELSE channel_totals.last_at END",
        );
        Ok(())
    }
}

impl<const N: usize> QueryId for Add<'_, N> {
    type QueryId = Add<'static, N>;
}

impl<C, const N: usize> RunQueryDsl<C> for Add<'_, N> {}

/// Counts new interactions, in a few statements.
///
/// # Errors
/// The database refuses.
pub fn add(conn: &mut Connection, new: &[Interaction]) -> Result<()> {
    // Sorted, so that two writers lock the rows in the same order.
    let mut grouped: BTreeMap<Key, Total> = BTreeMap::new();
    for interaction in new {
        let (key, at) = (key(interaction), interaction.occurred_at);
        let total = grouped.entry(key).or_insert(Total { key, interactions: 0, first_at: at, last_at: at });
        total.interactions += 1;
        total.first_at = total.first_at.min(at);
        total.last_at = total.last_at.max(at);
    }
    let rows: Vec<_> = grouped.into_values().collect();
    let rest = add_chunks::<64>(conn, &rows)?;
    let rest = add_chunks::<16>(conn, rest)?;
    let rest = add_chunks::<4>(conn, rest)?;
    add_chunks::<1>(conn, rest).map(|_none_left| ())
}

fn add_chunks<'a, const N: usize>(conn: &mut Connection, rows: &'a [Total]) -> Result<&'a [Total]> {
    let (chunks, rest) = rows.as_chunks::<N>();
    for chunk in chunks {
        on!(conn, c => Add(chunk).execute(c))?;
    }
    Ok(rest)
}

/// Takes one interaction out of the count; its row has been changed or deleted already.
///
/// # Errors
/// The database refuses.
pub fn remove(conn: &mut Connection, old: &Interaction) -> Result<()> {
    let (contact, channel, online) = key(old);
    let row = totals::table.find((contact, channel, online));
    diesel::update(row).set(totals::interactions.eq(totals::interactions - 1)).execute(conn)?;
    let (left, first, last): (i64, Instant, Instant) =
        row.select((totals::interactions, totals::first_at, totals::last_at)).first(conn)?;
    if left <= 0 {
        diesel::delete(row).execute(conn)?;
        return Ok(());
    }
    let line = entries::table
        .filter(entries::contact_id.eq(contact))
        .filter(entries::channel.eq(channel))
        .filter(entries::online.eq(online))
        .filter(entries::deleted_at.is_null())
        .select(entries::occurred_at);
    if old.occurred_at <= first {
        let first: Instant = line.order(entries::occurred_at.asc()).first(conn)?;
        diesel::update(row).set(totals::first_at.eq(first)).execute(conn)?;
    }
    if old.occurred_at >= last {
        let last: Instant = line.order(entries::occurred_at.desc()).first(conn)?;
        diesel::update(row).set(totals::last_at.eq(last)).execute(conn)?;
    }
    Ok(())
}

const fn key(interaction: &Interaction) -> Key {
    (interaction.contact_id, interaction.channel.as_str(), interaction.online)
}
