//! Where a lead stood: half-open intervals `[entered_at, exited_at)` that tile its life with no gap or overlap.
//!
//! The rules of a move to a stage at an instant:
//! * It takes its place by the instant, not by arrival: the interval that holds the instant is split, later ones stay.
//! * At one instant the order of arrival decides; all but the last of such intervals are empty.
//! * A move before the first entry extends the lead's life: the new interval is its first.
//! * A move to the stage the lead is in at that instant, or one that was made before (same stage, same instant), does
//!   nothing.
//! * Neighbours in the same stage (a move found its stage entered later) both stay as facts; they are one stay.

use crate::db::types::{Guid, Instant};

use super::StageId;

/// A stay in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// Its id; orders the moves of one instant by arrival.
    pub id: Guid,
    /// Where.
    pub stage: StageId,
    /// From when on.
    pub entered_at: Instant,
    /// Until when, exclusive; `None` while it lasts.
    pub exited_at: Option<Instant>,
}

/// What a move changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing: the lead is there already.
    Nothing,
    /// A new interval at `index`, and a neighbour that ends where it begins.
    Insert {
        /// The new interval's place in the list.
        index: usize,
        /// When it ends.
        exited_at: Option<Instant>,
    },
}

/// What a move to `stage` at `at` does to a lead's intervals, which are in order.
#[must_use]
pub fn insert(intervals: &[Interval], stage: StageId, at: Instant) -> Change {
    let index = intervals.partition_point(|interval| interval.entered_at <= at);
    let before = intervals.get(..index).unwrap_or_default();
    let is_there = before.last().is_some_and(|interval| interval.stage == stage);
    let made_before = before.iter().rev().take_while(|other| other.entered_at == at).any(|other| other.stage == stage);
    if is_there || made_before {
        return Change::Nothing;
    }
    Change::Insert { index, exited_at: intervals.get(index).map(|next| next.entered_at) }
}

/// The intervals after a change: what the database holds afterwards.
#[must_use]
pub fn apply(intervals: &[Interval], change: Change, id: Guid, stage: StageId, at: Instant) -> Vec<Interval> {
    let mut after = intervals.to_vec();
    if let Change::Insert { index, exited_at } = change {
        if let Some(previous) = index.checked_sub(1).and_then(|previous| after.get_mut(previous)) {
            previous.exited_at = Some(at);
        }
        after.insert(index.min(after.len()), Interval { id, stage, entered_at: at, exited_at });
    }
    after
}

/// Where a lead stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its stage.
    pub stage: StageId,
    /// Since when, counting neighbours in the same stage as one stay.
    pub since: Instant,
    /// When its life began.
    pub first: Instant,
}

/// Where the intervals leave the lead; `None` for none.
#[must_use]
pub fn standing(intervals: &[Interval]) -> Option<Standing> {
    let (first, last) = (intervals.first()?, intervals.last()?);
    let since = intervals.iter().rev().take_while(|interval| interval.stage == last.stage).last()?.entered_at;
    Some(Standing { stage: last.stage, since, first: first.entered_at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stage(n: u128) -> StageId {
        StageId(Guid(uuid::Uuid::from_u128(n)))
    }

    fn at(n: i64) -> Instant {
        Instant::from_micros(n).unwrap()
    }

    fn history(moves: &[(u128, i64)]) -> Vec<Interval> {
        let mut intervals = Vec::new();
        for (n, (to, when)) in moves.iter().enumerate() {
            let change = insert(&intervals, stage(*to), at(*when));
            let id = Guid(uuid::Uuid::from_u128(n as u128));
            intervals = apply(&intervals, change, id, stage(*to), at(*when));
        }
        intervals
    }

    fn shown(intervals: &[Interval]) -> Vec<(u128, i64, Option<i64>)> {
        let show = |i: &Interval| (i.stage.0.0.as_u128(), i.entered_at.micros(), i.exited_at.map(Instant::micros));
        intervals.iter().map(show).collect()
    }

    /// The slow way: keep every move that is new where it falls, sort by instant, let each end where the next begins.
    fn reference(moves: &[(u128, i64)]) -> Vec<(u128, i64, Option<i64>)> {
        let mut kept: Vec<(i64, usize, u128)> = Vec::new();
        for (arrival, (to, when)) in moves.iter().enumerate() {
            let earlier = kept.iter().filter(|(other, ..)| other <= when).max();
            let repeated = kept.iter().any(|(other, _, there)| other == when && there == to);
            if earlier.is_none_or(|(_, _, there)| there != to) && !repeated {
                kept.push((*when, arrival, *to));
            }
        }
        kept.sort_unstable();
        let ends = kept.iter().skip(1).map(|(when, ..)| Some(*when)).chain([None]);
        kept.iter().zip(ends).map(|((when, _, to), end)| (*to, *when, end)).collect()
    }

    #[test]
    fn a_back_dated_move_splits_the_interval_that_holds_it() {
        let intervals = history(&[(1, 0), (3, 10), (2, 5)]);
        assert_eq!(shown(&intervals), [(1, 0, Some(5)), (2, 5, Some(10)), (3, 10, None)]);
    }

    #[test]
    fn a_move_before_the_first_entry_extends_the_life() {
        assert_eq!(shown(&history(&[(1, 10), (2, 3)])), [(2, 3, Some(10)), (1, 10, None)]);
    }

    #[test]
    fn moves_of_one_instant_keep_the_order_of_arrival_and_are_not_repeated() {
        let intervals = history(&[(1, 0), (2, 5), (3, 5), (2, 5), (3, 7)]);
        assert_eq!(shown(&intervals), [(1, 0, Some(5)), (2, 5, Some(5)), (3, 5, None)]);
    }

    #[test]
    fn neighbours_in_one_stage_are_one_stay() {
        let intervals = history(&[(1, 0), (2, 10), (2, 5)]);
        assert_eq!(standing(&intervals), Some(Standing { stage: stage(2), since: at(5), first: at(0) }));
        assert_eq!(standing(&[]), None);
    }

    proptest! {
        #[test]
        fn any_moves_tile_the_life_as_sorting_them_would(moves in prop::collection::vec((1_u128..5, 0_i64..12), 1..30)) {
            let intervals = history(&moves);
            prop_assert_eq!(shown(&intervals), reference(&moves));
            prop_assert!(intervals.windows(2).all(|pair| pair[0].exited_at == Some(pair[1].entered_at)));
            prop_assert!(intervals.iter().all(|i| i.exited_at.is_none_or(|end| end >= i.entered_at)));
            prop_assert_eq!(intervals.last().unwrap().exited_at, None);
        }

        #[test]
        fn repeating_a_move_changes_nothing(moves in prop::collection::vec((1_u128..5, 0_i64..12), 1..30)) {
            let intervals = history(&moves);
            let (to, when) = moves[moves.len() - 1];
            prop_assert_eq!(insert(&intervals, stage(to), at(when)), Change::Nothing);
            for made in &intervals {
                prop_assert_eq!(insert(&intervals, made.stage, made.entered_at), Change::Nothing);
            }
        }
    }
}
