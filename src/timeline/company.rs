//! A company's timeline: those of its people, merged. What a page costs depends on how many people there are, not on
//! how long their histories: each person's line is read a few entries at a time, and only as far as the page goes.

use diesel::prelude::*;

use super::EntryId;
use super::filter::Filter;
use super::page::{self, Line, TimelineEntry};
use crate::accounts::Principal;
use crate::companies::{self, CompanyId};
use crate::contacts::{ContactId, cluster};
use crate::db::Connection;
use crate::db::conditions::{Direction as Way, OneOf};
use crate::db::schema::contacts;
use crate::db::types::Instant;
use crate::error::{Error, Result};
use crate::http::Page;

/// One line, read piece by piece.
struct Reader {
    line: Line,
    piece: std::iter::Peekable<std::vec::IntoIter<TimelineEntry>>,
    more: bool,
}

type Key = (Instant, EntryId);

impl Reader {
    /// The key of the next entry; reads another piece where this one is used up.
    fn peek(&mut self, mut read: impl FnMut(Line) -> Result<(Vec<TimelineEntry>, bool)>) -> Result<Option<Key>> {
        if self.piece.peek().is_none() && self.more {
            let (piece, more) = read(self.line)?;
            self.piece = piece.into_iter().peekable();
            self.more = more;
        }
        Ok(self.piece.peek().map(|entry| (entry.occurred_at, entry.id)))
    }
}

/// A page of the timelines of everybody at the company whom the caller sees.
///
/// # Errors
/// The database is away.
pub fn page(conn: &mut Connection, by: &Principal, company: CompanyId, filter: &Filter) -> Result<Page<TimelineEntry>> {
    let lines = lines(conn, by, company)?;
    merged(conn, by, lines, filter)
}

/// The lines of everybody at the company whom the caller sees.
///
/// # Errors
/// There is no such company.
pub fn lines(conn: &mut Connection, by: &Principal, company: CompanyId) -> Result<Vec<Line>> {
    companies::name_of(conn, company)?.ok_or(Error::not_found())?;
    Ok(people(conn, by, company)?.into_iter().map(Line::Contact).collect())
}

/// A page of several lines as one.
///
/// # Errors
/// The database is away.
pub fn merged(conn: &mut Connection, by: &Principal, lines: Vec<Line>, filter: &Filter) -> Result<Page<TimelineEntry>> {
    if let [line] = lines.as_slice() {
        return page::page(conn, by, *line, filter);
    }
    let wanted = usize::try_from(filter.limit + 1).unwrap_or(1);
    let size = filter.limit / i64::try_from(lines.len().max(1)).unwrap_or(1) + 2;
    let mut readers: Vec<Reader> =
        lines.into_iter().map(|line| Reader { line, piece: Vec::new().into_iter().peekable(), more: true }).collect();
    let mut rows: Vec<TimelineEntry> = Vec::with_capacity(wanted);
    while rows.len() < wanted {
        // All that was taken lies before all that is to come, so the last one taken is everybody's cursor.
        let after = rows.last().map(|last| (last.occurred_at, last.id)).or(filter.after);
        let mut best: Option<(Key, &mut Reader)> = None;
        for reader in &mut readers {
            let next = reader.peek(|line| {
                let piece = page::entries_of(conn, by, line, filter, after, size)?;
                let more = i64::try_from(piece.len()).is_ok_and(|len| len == size);
                Ok((piece, more))
            })?;
            let Some(key) = next else { continue };
            let better = best.as_ref().is_none_or(|(other, _)| match filter.way {
                Way::Descending => key > *other,
                Way::Ascending => key < *other,
            });
            if better {
                best = Some((key, reader));
            }
        }
        match best.and_then(|(_, reader)| reader.piece.next()) {
            Some(entry) => rows.push(entry),
            None => break,
        }
    }
    page::finish(conn, rows, filter.limit)
}

fn people(conn: &mut Connection, by: &Principal, company: CompanyId) -> Result<Vec<ContactId>> {
    let mut query = contacts::table
        .filter(contacts::company_id.eq(company))
        .filter(contacts::deleted_at.is_null().and(contacts::merged_into.is_null()))
        .select(contacts::id)
        .into_boxed();
    if let Some(owners) = by.scope.owners() {
        let owners = owners.into_iter().map(|owner| owner.0).collect();
        query = query.filter(contacts::owner_id.is_null().or(OneOf::new("contacts.owner_id", owners)));
    }
    let survivors = query.load(conn)?;
    cluster::lines_of(conn, survivors)
}
