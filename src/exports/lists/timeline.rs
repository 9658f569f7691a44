//! A client's timeline as a table: the entries of all that is merged into one line.

use crate::accounts::Principal;
use crate::contacts::{self, ContactId};
use crate::db::Connection;
use crate::error::Result;
use crate::exports::cell::Cell;
use crate::exports::table::{Column, List, PIECE};
use crate::http::Cursor;
use crate::interactions::{Channel, Direction};
use crate::timeline::page::Line;
use crate::timeline::{Filter, TimelineEntry, TimelineQuery, company};

/// A client's line.
#[derive(Debug)]
pub struct Timeline {
    by: Principal,
    lines: Vec<Line>,
    filter: Option<Filter>,
}

impl Timeline {
    /// The line of a contact, of a merged one that of its survivor.
    ///
    /// # Errors
    /// Not found; a bad parameter.
    pub fn new(conn: &mut Connection, by: &Principal, id: ContactId, query: TimelineQuery) -> Result<Self> {
        let client = contacts::store::find(conn, by, id)?;
        let lines = contacts::cluster::members_of(conn, client.id)?.into_iter().map(Line::Contact).collect();
        Ok(Self { by: by.clone(), lines, filter: Some(Filter { limit: PIECE, ..query.parse()? }) })
    }
}

impl List for Timeline {
    type Row = TimelineEntry;

    fn columns(&self) -> Vec<Column<TimelineEntry>> {
        vec![
            Column::<TimelineEntry>::new("id", |row| Cell::shown(Some(row.id))),
            Column::<TimelineEntry>::new("type", |row| Cell::word(Some(row.entry_type.as_str()))),
            Column::<TimelineEntry>::new("occurred_at", |row| Cell::At(row.occurred_at)),
            Column::<TimelineEntry>::new("channel", |row| Cell::word(row.channel.map(Channel::as_str))),
            Column::<TimelineEntry>::new("online", |row| row.online.map_or(Cell::Empty, Cell::Flag)),
            Column::<TimelineEntry>::new("direction", |row| Cell::word(row.direction.map(Direction::as_str))),
            Column::<TimelineEntry>::new("kind", |row| Cell::text(row.kind.as_ref())),
            Column::<TimelineEntry>::new("subject", |row| Cell::text(row.subject.as_ref())),
            Column::<TimelineEntry>::new("body", |row| Cell::text(row.body.as_ref())),
            Column::<TimelineEntry>::new("duration_seconds", |row| {
                row.duration_seconds.map_or(Cell::Empty, |seconds| Cell::Whole(seconds.into()))
            }),
            Column::<TimelineEntry>::new("amount", |row| Cell::money(row.amount, row.currency.as_deref())),
            Column::<TimelineEntry>::new("currency", |row| Cell::text(row.currency.as_ref())),
            Column::<TimelineEntry>::new("campaign", |row| Cell::text(row.campaign.as_ref())),
            Column::<TimelineEntry>::new("utm_source", |row| Cell::text(row.utm_source.as_ref())),
            Column::<TimelineEntry>::new("utm_medium", |row| Cell::text(row.utm_medium.as_ref())),
            Column::<TimelineEntry>::new("utm_campaign", |row| Cell::text(row.utm_campaign.as_ref())),
            Column::<TimelineEntry>::new("utm_term", |row| Cell::text(row.utm_term.as_ref())),
            Column::<TimelineEntry>::new("utm_content", |row| Cell::text(row.utm_content.as_ref())),
            Column::<TimelineEntry>::new("lead_id", |row| Cell::shown(row.lead_id)),
            Column::<TimelineEntry>::new("source", |row| Cell::text(row.source.as_ref())),
            Column::<TimelineEntry>::new("source_id", |row| Cell::text(row.source_id.as_ref())),
            Column::<TimelineEntry>::new("properties", |row| {
                Cell::shown(row.properties.as_ref().map(|facts| facts.0.get()))
            }),
            Column::<TimelineEntry>::new("author", |row| Cell::text(row.actor.name.as_ref())),
            Column::<TimelineEntry>::new("recorded_at", |row| Cell::At(row.recorded_at)),
        ]
    }

    fn next(&mut self, conn: &mut Connection) -> Result<Option<Vec<TimelineEntry>>> {
        let Some(mut filter) = self.filter.take() else { return Ok(None) };
        let page = company::merged(conn, &self.by, self.lines.clone(), &filter)?;
        if let Some(cursor) = page.next_cursor {
            let Cursor(at, id) = Cursor::decode(&cursor)?;
            filter.after = Some((at, id));
            self.filter = Some(filter);
        }
        Ok(Some(page.items))
    }
}
