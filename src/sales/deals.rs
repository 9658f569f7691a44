//! Leads as sales reports see them: their stays up to `as_of`, read from packed paths.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::request::Ask;
use crate::accounts::{Principal, UserId};
use crate::calendar::span::Span;
use crate::db::Connection;
use crate::db::schema::{lead_paths as paths, leads, stage_intervals as intervals};
use crate::db::types::Instant;
use crate::error::Result;
use crate::funnel::SeenPaths;
use crate::pipelines::path::Path;
use crate::pipelines::{LeadId, Stage, StageId, StageKind, visit};

/// A stay in a stage; neighbours in one stage are one stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// The stage's ordinal.
    pub stage: u16,
    /// When it began, in microseconds.
    pub at: i64,
    /// When it ended; `None` while it lasts at `as_of`.
    pub until: Option<i64>,
}

/// A lead up to `as_of`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deal {
    pub id: LeadId,
    pub owner_id: Option<UserId>,
    /// Amount and currency.
    pub money: Option<(i64, [u8; 3])>,
    /// Never empty.
    pub stays: Vec<Stay>,
}

impl Deal {
    /// Reads a path; `None` where nothing of it lies before `as_of`.
    #[must_use]
    pub fn read(id: LeadId, owner_id: Option<UserId>, path: Path<'_>, as_of: i64) -> Option<Self> {
        let mut stays: Vec<Stay> = Vec::new();
        for (stage, at) in path.entries().take_while(|(_, at)| *at < as_of) {
            if let Some(last) = stays.last_mut() {
                if last.stage == stage {
                    continue;
                }
                last.until = Some(at);
            }
            stays.push(Stay { stage, at, until: None });
        }
        (!stays.is_empty()).then(|| Self { id, owner_id, money: path.money(), stays })
    }

    /// When it entered the pipeline.
    #[must_use]
    pub fn first(&self) -> i64 {
        self.stays.first().map_or(0, |stay| stay.at)
    }

    /// The stay it is in.
    #[must_use]
    pub fn last(&self) -> Option<Stay> {
        self.stays.last().copied()
    }

    /// The stays in a stage that began in the period.
    pub fn stays_in(&self, stage: &Stage, span: Span) -> impl Iterator<Item = Stay> + '_ {
        let (code, within) = (stage.code(), span.from.micros()..span.to.micros());
        self.stays.iter().copied().filter(move |stay| stay.stage == code && within.contains(&stay.at))
    }

    /// The stay it is in, where that is of a kind.
    #[must_use]
    pub fn standing(&self, ask: &Ask, kind: StageKind) -> Option<Stay> {
        self.last().filter(|stay| stage(ask, stay.stage).is_some_and(|stage| stage.kind == kind))
    }
}

/// The stage of an ordinal.
#[must_use]
pub fn stage(ask: &Ask, ordinal: u16) -> Option<&Stage> {
    ask.pipeline.stages.iter().find(|stage| stage.code() == ordinal)
}

/// Leads that entered one of these stages in `[from, to)`.
///
/// # Errors
/// The database is away.
pub fn entered(
    conn: &mut Connection,
    by: &Principal,
    ask: &Ask,
    stages: Vec<StageId>,
    (from, to): (Instant, Instant),
) -> Result<Vec<Deal>> {
    let to = to.min(ask.span.as_of);
    if from >= to || stages.is_empty() {
        return Ok(Vec::new());
    }
    let came = intervals::table
        .filter(intervals::stage_id.eq_any(stages).and(intervals::visit.eq_any(visit::ALL)))
        .filter(intervals::entered_at.ge(from).and(intervals::entered_at.lt(to)))
        .select(intervals::lead_id);
    read(conn, ask, ask.only.paths(by, ask.pipeline.id).filter(paths::lead_id.eq_any(came)))
}

/// Leads that entered the pipeline in `[from, to)`.
///
/// # Errors
/// The database is away.
pub fn begun(conn: &mut Connection, by: &Principal, ask: &Ask, (from, to): (Instant, Instant)) -> Result<Vec<Deal>> {
    let rows = ask.only.paths(by, ask.pipeline.id);
    read(conn, ask, rows.filter(paths::entered_at.ge(from).and(paths::entered_at.lt(to))))
}

/// Leads that are in an open stage at `as_of`: those that have been there since before, as their rows tell by an index that
/// holds all of it, and those that have moved since, by their paths. Of the first only the last stay is told.
///
/// # Errors
/// The database is away.
pub fn open(conn: &mut Connection, by: &Principal, ask: &Ask) -> Result<Vec<Deal>> {
    let mut found = standing(conn, by, ask)?;
    let all: Vec<StageId> = ask.pipeline.stages.iter().map(|stage| stage.id).collect();
    let since = intervals::table
        .filter(intervals::stage_id.eq_any(all).and(intervals::visit.eq_any(visit::ALL)))
        .filter(intervals::entered_at.ge(ask.span.as_of))
        .select(intervals::lead_id);
    let moved = read(conn, ask, ask.only.paths(by, ask.pipeline.id).filter(paths::lead_id.eq_any(since)))?;
    let known: HashSet<LeadId> =
        if moved.is_empty() { HashSet::new() } else { found.iter().map(|deal| deal.id).collect() };
    found.extend(moved.into_iter().filter(|deal| !known.contains(&deal.id)));
    found.retain(|deal| deal.standing(ask, StageKind::Open).is_some());
    Ok(found)
}

type Standing = (LeadId, Option<UserId>, StageId, Instant, Option<i64>, Option<String>);

/// Leads that are in an open stage now, and have been since before `as_of`.
fn standing(conn: &mut Connection, by: &Principal, ask: &Ask) -> Result<Vec<Deal>> {
    let rows = ask
        .only
        .leads(by)
        .filter(leads::stage_id.eq_any(of_kind(ask, StageKind::Open)))
        .filter(leads::stage_entered_at.lt(ask.span.as_of));
    let columns =
        (leads::id, leads::owner_id, leads::stage_id, leads::stage_entered_at, leads::amount, leads::currency);
    let codes: HashMap<StageId, u16> = ask.pipeline.stages.iter().map(|stage| (stage.id, stage.code())).collect();
    let mut found = Vec::new();
    for row in rows.select(columns).load_iter::<Standing, _>(conn)? {
        let (id, owner_id, stage, at, amount, currency) = row?;
        let Some(stage) = codes.get(&stage).filter(|_| ask.only.had(id)) else { continue };
        let code = currency.and_then(|currency| currency.into_bytes().try_into().ok());
        let stays = vec![Stay { stage: *stage, at: at.micros(), until: None }];
        let (owner_id, money) = (ask.then.owner_id(id, owner_id), ask.then.money(id, amount.zip(code)));
        found.push(Deal { id, owner_id, money, stays });
    }
    Ok(found)
}

/// The pipeline's stages of a kind, archived ones too.
#[must_use]
pub fn of_kind(ask: &Ask, kind: StageKind) -> Vec<StageId> {
    ask.pipeline.stages.iter().filter(|stage| stage.kind == kind).map(|stage| stage.id).collect()
}

/// Leads won or lost in the period, and still so at `as_of`.
///
/// # Errors
/// The database is away.
pub fn closed(conn: &mut Connection, by: &Principal, ask: &Ask, kind: StageKind) -> Result<Vec<Deal>> {
    let mut found = entered(conn, by, ask, of_kind(ask, kind), (ask.span.from, ask.span.to))?;
    let within = ask.span.from.micros()..ask.span.to.micros();
    found.retain(|deal| deal.standing(ask, kind).is_some_and(|stay| within.contains(&stay.at)));
    Ok(found)
}

fn read(conn: &mut Connection, ask: &Ask, rows: SeenPaths) -> Result<Vec<Deal>> {
    let as_of = ask.span.as_of.micros();
    let mut found = Vec::new();
    for row in rows
        .select((paths::lead_id, paths::owner_id, paths::path))
        .load_iter::<(LeadId, Option<UserId>, Vec<u8>), _>(conn)?
    {
        let (id, owner, path) = row?;
        let deal = Deal::read(id, ask.then.owner_id(id, owner), Path(&path), as_of).filter(|_| ask.only.had(id));
        found.extend(deal.map(|deal| Deal { money: ask.then.money(id, deal.money), ..deal }));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipelines::path::pack;

    #[test]
    fn a_deal_is_what_its_path_says_before_as_of() {
        let at = |n| Instant::from_micros(n).unwrap();
        let bytes = pack(Some((5, "EUR")), [(0, at(1)), (1, at(4)), (1, at(6)), (2, at(9))]);
        let read = |as_of| Deal::read(LeadId::new(), None, Path(&bytes), as_of);
        let stay = |stage, at, until| Stay { stage, at, until };
        assert_eq!(read(20).unwrap().stays, [stay(0, 1, Some(4)), stay(1, 4, Some(9)), stay(2, 9, None)]);
        assert_eq!(read(9).unwrap().stays, [stay(0, 1, Some(4)), stay(1, 4, None)]);
        assert_eq!((read(1), read(2).unwrap().money), (None, Some((5, *b"EUR"))));
    }
}
