//! When a lead entered and left its stages, as stays that tile its life: a gap between two is closed by the first of them,
//! and where two overlap the later counts from its beginning on. Both are told.

use chrono::TimeDelta;

use super::reader::RowError;
use super::row::StageFact;
use crate::db::types::Instant;

/// Systems that tell minutes only do not tell a gap of less.
const EXACT: TimeDelta = TimeDelta::minutes(1);

/// A stage that the lead left: `at` is when.
pub(super) type Left = StageFact;

/// Adds the stays of which only the end is told, and says what gaps and overlaps come to. `began` is when the lead did.
pub(super) fn tile(stages: &mut Vec<StageFact>, left: &[Left], began: Option<Instant>) -> Vec<RowError> {
    let mut told = Vec::new();
    for end in left {
        if !stages.iter().any(|fact| fact.stage == end.stage && fact.at <= end.at) {
            told.push(with_beginning(stages, left, end, began));
        }
    }
    stages.sort_by_key(|fact| fact.at);
    for end in left {
        let Some(index) = stages.iter().rposition(|fact| fact.stage == end.stage && fact.at <= end.at) else {
            continue;
        };
        let Some(next) = stages.get(index + 1) else { continue };
        let (code, message, from, until) = if next.at.since(end.at) >= EXACT {
            let (name, until) = (&end.name, next.at);
            (
                "gap",
                format!(
                    "{name} was left at {}, and {} entered at {until}: it counts as {name} until then",
                    end.at, next.name
                ),
                end.at,
                until,
            )
        } else if end.at.since(next.at) >= EXACT {
            let (name, from) = (&next.name, next.at);
            (
                "overlap",
                format!(
                    "{name} was entered at {from}, and {} left at {}: it counts as {name} from then on",
                    end.name, end.at
                ),
                from,
                end.at,
            )
        } else {
            continue;
        };
        let told_of = RowError::new(code, message).with("stage", &*end.name).with("next", &*next.name);
        told.push(told_of.with("from", from.to_string()).with("until", until.to_string()).of(&end.column));
    }
    told
}

/// Adds the stay that ends so: from what is told last before its end, else from the lead's beginning, else from its end.
fn with_beginning(stages: &mut Vec<StageFact>, left: &[Left], end: &Left, began: Option<Instant>) -> RowError {
    let earlier = stages.iter().chain(left).map(|fact| fact.at).filter(|at| *at < end.at).max();
    let at = earlier.or(began.filter(|at| *at <= end.at)).unwrap_or(end.at);
    stages.push(StageFact { at, ..end.clone() });
    stages.sort_by_key(|fact| fact.at);
    let name = &end.name;
    let message = format!("{name} was left at {}, and when it was entered is not told: it counts from {at}", end.at);
    let told = RowError::new("assumed_entry", message).with("stage", &**name).with("from", at.to_string());
    told.of(&end.column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::types::Guid;
    use crate::pipelines::StageId;

    fn fact(stage: u128, minute: i64) -> StageFact {
        StageFact {
            stage: StageId(Guid(uuid::Uuid::from_u128(stage))),
            name: format!("S{stage}"),
            at: Instant::from_micros(minute * 60_000_000).unwrap(),
            lost_reason: None,
            column: format!("c{stage}"),
            is_closed: false,
        }
    }

    fn tiled(entered: &[(u128, i64)], left: &[(u128, i64)], began: Option<i64>) -> (Vec<(String, i64)>, Vec<String>) {
        let facts = |all: &[(u128, i64)]| all.iter().map(|(stage, at)| fact(*stage, *at)).collect::<Vec<_>>();
        let mut stages = facts(entered);
        let began = began.map(|minute| fact(0, minute).at);
        let told = tile(&mut stages, &facts(left), began).into_iter().map(|error| error.code).collect();
        (stages.into_iter().map(|fact| (fact.name, fact.at.micros() / 60_000_000)).collect(), told)
    }

    fn stays(all: &[(&str, i64)]) -> Vec<(String, i64)> {
        all.iter().map(|(name, at)| ((*name).to_owned(), *at)).collect()
    }

    #[test]
    fn stays_that_meet_need_no_word() {
        assert_eq!(tiled(&[(1, 10), (2, 20)], &[(1, 20)], None), (stays(&[("S1", 10), ("S2", 20)]), vec![]));
    }

    #[test]
    fn gaps_and_overlaps_are_told() {
        assert_eq!(tiled(&[(1, 10), (2, 20)], &[(1, 15)], None).1, ["gap"]);
        assert_eq!(tiled(&[(1, 10), (2, 20)], &[(1, 25)], None).1, ["overlap"]);
    }

    #[test]
    fn a_stay_of_which_only_the_end_is_told_begins_where_the_one_before_ends() {
        let (all, told) = tiled(&[(1, 10)], &[(1, 20), (2, 30)], Some(5));
        assert_eq!((all, told), (stays(&[("S1", 10), ("S2", 20)]), vec!["assumed_entry".to_owned()]));
        assert_eq!(tiled(&[], &[(1, 20)], Some(5)).0, stays(&[("S1", 5)]));
        assert_eq!(tiled(&[], &[(1, 20)], None).0, stays(&[("S1", 20)]));
    }
}
