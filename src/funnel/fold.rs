//! One lead's way through a funnel, read from its packed path. Pure.
//!
//! * In the cohort: the first entry to the first step's stage lies in the period, and before `as_of`.
//! * An entry counts where it lies before `as_of` and not after the end of the window (exactly at the end counts).
//! * `reached(k)`: the first entry to k or to any later open or won stage of the pipeline.
//! * `visited(k)`: the first entry to k.
//! * `strict(k)`: 1 to k in order; an entry to an open or won stage beyond the next step before that step stops it.
//! * Neighbouring intervals in one stage are one stay.

use crate::pipelines::StageKind;
use crate::pipelines::path::Path;

/// Never.
pub const NEVER: i64 = i64::MAX;

/// The most steps a funnel has.
pub const MOST_STEPS: usize = 64;

/// A stage as the fold sees it.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Its position in the pipeline.
    pub position: i32,
    /// Its kind.
    pub kind: StageKind,
    /// Which step it is.
    pub step: Option<usize>,
}

/// The funnel asked for; instants in microseconds.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The period's begin.
    pub from: i64,
    /// The period's end, exclusive.
    pub to: i64,
    /// Facts at or after it do not count.
    pub as_of: i64,
    /// The conversion window.
    pub window: Option<i64>,
    /// The pipeline's stages by ordinal.
    places: Vec<Option<Place>>,
    /// For each stage by ordinal: how many steps lie at or before its position.
    reaches: Vec<usize>,
    /// The steps' positions, ascending.
    steps: Vec<i32>,
}

/// What became of a lead of the cohort; buffers are used again for the next.
#[derive(Debug, Clone, Default)]
pub struct Way {
    /// The entry to the first step.
    pub cohort_at: i64,
    /// First times by step, or [`NEVER`]: reached, strict, visited.
    pub times: [Vec<i64>; 3],
    /// Steps entered more than once, a bit each.
    pub re_entered: u64,
    /// Steps entered from a stage of a higher position, a bit each.
    pub regressed: u64,
    /// The kind of the stage it is in at `as_of`.
    pub standing: Option<StageKind>,
    /// Whether its window is still open at `as_of`.
    pub immature: bool,
}

/// Index of the reached times in [`Way::times`].
pub const REACHED: usize = 0;
/// Index of the strict times.
pub const STRICT: usize = 1;
/// Index of the visited times.
pub const VISITED: usize = 2;

impl Plan {
    /// A plan over the stages given with their ordinals. Steps must be numbered in the order of positions.
    pub fn new(from: i64, to: i64, as_of: i64, window: Option<i64>, stages: &[(u16, Place)]) -> Self {
        let mut steps: Vec<_> = stages.iter().filter_map(|(_, place)| Some((place.step?, place.position))).collect();
        steps.sort_unstable();
        let steps: Vec<i32> = steps.into_iter().map(|(_, position)| position).collect();
        let most = stages.iter().map(|(ordinal, _)| usize::from(*ordinal) + 1).max().unwrap_or(0);
        let mut places = vec![None; most];
        let mut reaches = vec![0; most];
        for (ordinal, place) in stages {
            let at = usize::from(*ordinal);
            if let (Some(slot), Some(count)) = (places.get_mut(at), reaches.get_mut(at)) {
                *slot = Some(*place);
                if place.kind != StageKind::Lost {
                    *count = steps.partition_point(|position| *position <= place.position);
                }
            }
        }
        Self { from, to: to.min(as_of), as_of, window, places, reaches, steps }
    }

    /// How many steps there are.
    #[must_use]
    pub const fn steps(&self) -> usize {
        self.steps.len()
    }

    fn place(&self, ordinal: u16) -> Option<(Place, usize)> {
        let at = usize::from(ordinal);
        Some(((*self.places.get(at)?)?, *self.reaches.get(at)?))
    }

    fn is_first(&self, ordinal: u16) -> bool {
        self.place(ordinal).is_some_and(|(place, _)| place.step == Some(0))
    }

    /// Whether a lead began in the period and was never in the first step.
    #[must_use]
    pub fn passes_by(&self, path: Path<'_>) -> bool {
        let mut known = path.entries().take_while(|(_, at)| *at < self.as_of).peekable();
        let began = known.peek().is_some_and(|(_, at)| (self.from..self.to).contains(at));
        began && !known.any(|(ordinal, _)| self.is_first(ordinal))
    }

    /// Reads a path into `way`; `false` where the lead is not in the cohort.
    pub fn walk(&self, path: Path<'_>, way: &mut Way) -> bool {
        let Some((_, cohort_at)) = path.entries().find(|(ordinal, _)| self.is_first(*ordinal)) else { return false };
        if cohort_at < self.from || cohort_at >= self.to {
            return false;
        }
        let deadline = self.window.map_or(NEVER, |window| cohort_at.saturating_add(window));
        way.reset(self.steps(), cohort_at, self.window.is_some() && deadline >= self.as_of);
        let mut last: Option<(u16, i32)> = None;
        let mut strict = Strict::default();
        let mut gone = 0;
        for (ordinal, at) in path.entries() {
            if at >= self.as_of {
                break;
            }
            let Some((place, reaches)) = self.place(ordinal) else { continue };
            let stays = last.is_some_and(|(previous, _)| previous == ordinal);
            let falls = last.is_some_and(|(_, position)| position > place.position);
            last = Some((ordinal, place.position));
            way.standing = Some(place.kind);
            if stays || at > deadline {
                continue;
            }
            while gone < reaches {
                way.set(REACHED, gone, at);
                gone += 1;
            }
            if let Some(step) = place.step {
                way.enter(step, at, falls);
            }
            if let Some(step) = strict.enter(place, &self.steps) {
                way.set(STRICT, step, at);
            }
        }
        true
    }
}

/// How far a lead came without skipping a step.
#[derive(Default)]
struct Strict {
    next: usize,
    stopped: bool,
}

impl Strict {
    /// The step that the entry completes.
    fn enter(&mut self, place: Place, steps: &[i32]) -> Option<usize> {
        let expected = *steps.get(self.next)?;
        if self.stopped {
            return None;
        }
        if place.step == Some(self.next) {
            self.next += 1;
            return Some(self.next - 1);
        }
        // Before its first step a lead has nothing to skip.
        self.stopped = self.next > 0 && place.kind != StageKind::Lost && place.position > expected;
        None
    }
}

impl Way {
    fn reset(&mut self, steps: usize, cohort_at: i64, immature: bool) {
        for times in &mut self.times {
            times.clear();
            times.resize(steps, NEVER);
        }
        self.cohort_at = cohort_at;
        (self.re_entered, self.regressed, self.standing, self.immature) = (0, 0, None, immature);
    }

    fn set(&mut self, mode: usize, step: usize, at: i64) {
        if let Some(time) = self.times.get_mut(mode).and_then(|times| times.get_mut(step)) {
            *time = at;
        }
    }

    fn enter(&mut self, step: usize, at: i64, falls: bool) {
        if self.time(VISITED, step) == NEVER {
            self.set(VISITED, step, at);
        } else {
            self.re_entered |= 1 << step;
        }
        if falls {
            self.regressed |= 1 << step;
        }
    }

    /// When the step was entered in a mode, or [`NEVER`].
    #[must_use]
    pub fn time(&self, mode: usize, step: usize) -> i64 {
        self.times.get(mode).and_then(|times| times.get(step)).copied().unwrap_or(NEVER)
    }

    /// Whether the step counts as entered in a mode.
    #[must_use]
    pub fn entered(&self, mode: usize, step: usize) -> bool {
        self.time(mode, step) != NEVER
    }

    /// Whether the lead entered the step before this one, but not this one.
    #[must_use]
    pub fn dropped(&self, mode: usize, step: usize) -> bool {
        step.checked_sub(1).is_some_and(|before| self.entered(mode, before)) && !self.entered(mode, step)
    }

    /// Whether the lead passed the step without being in it.
    #[must_use]
    pub fn skipped(&self, step: usize) -> bool {
        self.entered(REACHED, step) && !self.entered(VISITED, step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::types::Instant;
    use crate::pipelines::path::pack;
    use proptest::prelude::*;

    /// Stages 0, 1, 2, 3 open, 4 won, 5 lost; ordinal = position; steps 0, 1, 2, 4 (3 is not a step).
    fn plan(window: Option<i64>, as_of: i64) -> Plan {
        use StageKind::{Lost, Open, Won};
        let kinds = [Open, Open, Open, Open, Won, Lost];
        let steps = [Some(0), Some(1), Some(2), None, Some(3), None];
        let places: Vec<_> = (0_u16..)
            .zip(kinds.into_iter().zip(steps))
            .map(|(n, (kind, step))| (n, Place { position: i32::from(n), kind, step }))
            .collect();
        Plan::new(0, 100, as_of, window, &places)
    }

    fn packed(entries: &[(u16, i64)]) -> Vec<u8> {
        pack(None, entries.iter().map(|(stage, at)| (*stage, Instant::from_micros(*at).unwrap())))
    }

    fn way(plan: &Plan, entries: &[(u16, i64)]) -> Option<Way> {
        let mut way = Way::default();
        plan.walk(Path(&packed(entries)), &mut way).then_some(way)
    }

    fn steps(way: &Way, mode: usize) -> Vec<i64> {
        way.times[mode].iter().map(|time| if *time == NEVER { -1 } else { *time }).collect()
    }

    #[test]
    fn a_skipped_step_is_reached_but_stops_the_strict_count() {
        let way = way(&plan(None, 1000), &[(0, 1), (2, 5), (1, 7), (2, 8), (4, 9)]).unwrap();
        assert_eq!(steps(&way, REACHED), [1, 5, 5, 9]);
        assert_eq!(steps(&way, VISITED), [1, 7, 5, 9]);
        assert_eq!(steps(&way, STRICT), [1, -1, -1, -1]);
        assert_eq!((way.re_entered, way.regressed), (0b100, 0b10));
    }

    #[test]
    fn an_entry_at_the_end_of_the_window_counts_and_one_later_does_not() {
        let way_of = |at| way(&plan(Some(10), 1000), &[(0, 5), (1, at)]).unwrap();
        assert!(way_of(15).entered(REACHED, 1));
        assert!(!way_of(16).entered(REACHED, 1));
    }

    #[test]
    fn a_lost_lead_has_reached_nothing_in_between_and_may_come_back() {
        let plan = plan(None, 1000);
        let lost = way(&plan, &[(0, 1), (5, 3)]).unwrap();
        assert_eq!((steps(&lost, REACHED), lost.standing), (vec![1, -1, -1, -1], Some(StageKind::Lost)));
        let back = way(&plan, &[(0, 1), (5, 3), (1, 4)]).unwrap();
        assert_eq!((steps(&back, STRICT), back.standing), (vec![1, 4, -1, -1], Some(StageKind::Open)));
    }

    #[test]
    fn the_window_is_immature_until_as_of_is_past_its_end() {
        assert!(way(&plan(Some(10), 11), &[(0, 1)]).unwrap().immature);
        assert!(!way(&plan(Some(10), 12), &[(0, 1)]).unwrap().immature);
        assert!(way(&plan(None, 1), &[(0, 1)]).is_none());
    }

    /// The definitions, word by word, without regard to speed.
    fn reference(entries: &[(u16, i64)], window: Option<i64>, as_of: i64) -> Option<[Vec<i64>; 3]> {
        let step_stages = [0_u16, 1, 2, 4];
        let mut merged: Vec<(u16, i64)> = Vec::new();
        for (stage, at) in entries.iter().filter(|(_, at)| *at < as_of) {
            if merged.last().is_none_or(|(last, _)| last != stage) {
                merged.push((*stage, *at));
            }
        }
        let cohort = merged.iter().find(|(stage, _)| *stage == 0)?.1;
        if !(0..100).contains(&cohort) {
            return None;
        }
        let counted: Vec<_> =
            merged.into_iter().filter(|(_, at)| window.is_none_or(|window| *at - cohort <= window)).collect();
        let first =
            |wanted: &dyn Fn(u16) -> bool| counted.iter().find(|(stage, _)| wanted(*stage)).map_or(-1, |(_, at)| *at);
        let reached = step_stages.iter().map(|k| first(&|stage| stage >= *k && stage != 5)).collect();
        let visited = step_stages.iter().map(|k| first(&|stage| stage == *k)).collect();
        let mut strict = vec![-1; 4];
        let start = counted.iter().position(|(stage, _)| *stage == 0).unwrap();
        let mut rest = counted[start..].iter();
        for (k, step) in step_stages.iter().enumerate() {
            let Some((stage, at)) = rest.find(|(stage, _)| *stage >= *step && *stage != 5) else { break };
            if stage != step {
                break;
            }
            strict[k] = *at;
        }
        Some([reached, strict, visited])
    }

    proptest! {
        #[test]
        fn the_fold_is_what_the_definitions_say(
            mut entries in prop::collection::vec((0_u16..6, -5_i64..110), 1..12),
            window in prop::option::of(0_i64..60),
            as_of in 0_i64..120,
        ) {
            entries.sort_by_key(|(_, at)| *at);
            let way = way(&plan(window, as_of), &entries);
            let found = way.as_ref().map(|way| [steps(way, REACHED), steps(way, STRICT), steps(way, VISITED)]);
            prop_assert_eq!(found, reference(&entries, window, as_of));
        }

        #[test]
        fn reached_and_strict_only_shrink_along_the_funnel(mut entries in prop::collection::vec((0_u16..6, 0_i64..99), 1..12)) {
            entries.sort_by_key(|(_, at)| *at);
            if let Some(way) = way(&plan(None, 1000), &entries) {
                for mode in [REACHED, STRICT] {
                    prop_assert!((1..4).all(|k| way.entered(mode, k - 1) || !way.entered(mode, k)));
                }
                prop_assert!((0..4).all(|k| way.entered(REACHED, k) || !way.entered(VISITED, k)));
            }
        }
    }
}
