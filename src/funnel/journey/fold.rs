//! One client's way through a journey. Pure.

/// A fact of a client: when, and which steps it is one of, a bit each. In the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub at: i64,
    pub steps: u32,
}

/// What became of a client of the cohort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    /// The first step's instant.
    pub cohort_at: i64,
    /// When each step was taken; `None` where it was not.
    pub times: Vec<Option<i64>>,
    /// Which of the facts took it.
    pub facts: Vec<Option<usize>>,
    /// Whether the window is still open.
    pub immature: bool,
}

/// The time asked for, in microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub from: i64,
    pub to: i64,
    pub as_of: i64,
    pub window: Option<i64>,
    pub steps: usize,
}

/// Takes each step at the first fact that follows the step before: no other choice brings a client further.
#[must_use]
pub fn walk(facts: &[Seen], bounds: Bounds) -> Option<Walked> {
    let mut rest = facts.iter().enumerate().filter(|(_, fact)| fact.at < bounds.as_of);
    let (place, first) = rest.find(|(_, fact)| fact.steps & 1 == 1)?;
    if !(bounds.from..bounds.to).contains(&first.at) {
        return None;
    }
    let deadline = bounds.window.map_or(i64::MAX, |window| first.at.saturating_add(window));
    let mut taken = vec![None; bounds.steps];
    if let Some(step) = taken.first_mut() {
        *step = Some((place, first.at));
    }
    for (k, step) in taken.iter_mut().enumerate().skip(1) {
        let found = rest.find(|(_, fact)| fact.steps >> k & 1 == 1).filter(|(_, fact)| fact.at <= deadline);
        let Some((place, fact)) = found else { break };
        *step = Some((place, fact.at));
    }
    let immature = bounds.window.is_some() && deadline >= bounds.as_of;
    let times = taken.iter().map(|step| step.map(|(_, at)| at)).collect();
    let facts = taken.into_iter().map(|step| step.map(|(place, _)| place)).collect();
    Some(Walked { cohort_at: first.at, times, facts, immature })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bounds(window: Option<i64>, as_of: i64) -> Bounds {
        Bounds { from: 10, to: 60, as_of, window, steps: 3 }
    }

    #[test]
    fn steps_are_taken_in_order_and_no_fact_twice() {
        let facts = [(5, 0b10), (20, 0b111), (30, 0b100), (40, 0b010), (50, 0b100)];
        let facts: Vec<_> = facts.into_iter().map(|(at, steps)| Seen { at, steps }).collect();
        let walked = walk(&facts, bounds(None, 100)).unwrap();
        assert_eq!(walked.times, [Some(20), Some(40), Some(50)]);
        assert_eq!(walk(&facts, bounds(Some(20), 100)).unwrap().times, [Some(20), Some(40), None]);
        assert_eq!(walk(&facts, bounds(Some(19), 100)).unwrap().times, [Some(20), None, None]);
        assert!(walk(&facts, bounds(Some(30), 50)).unwrap().immature);
        assert!(!walk(&facts, bounds(Some(20), 50)).unwrap().immature);
    }

    #[test]
    fn a_client_whose_first_step_was_before_the_period_is_not_of_the_cohort() {
        let facts = [Seen { at: 5, steps: 1 }, Seen { at: 20, steps: 1 }];
        assert_eq!(walk(&facts, bounds(None, 100)), None);
    }

    /// Every choice of facts, however slow: the furthest step, and the earliest instant of each.
    fn furthest(facts: &[Seen], bounds: Bounds) -> Option<Vec<Option<i64>>> {
        let counted: Vec<_> = facts.iter().filter(|fact| fact.at < bounds.as_of).collect();
        let start = counted.iter().position(|fact| fact.steps & 1 == 1)?;
        let first = counted[start].at;
        if !(bounds.from..bounds.to).contains(&first) {
            return None;
        }
        let mut times = vec![Some(first)];
        let mut ends: Vec<usize> = vec![start];
        for k in 1..bounds.steps {
            let in_window = |at: i64| bounds.window.is_none_or(|window| at - first <= window);
            let next: Vec<usize> = (0..counted.len())
                .filter(|n| counted[*n].steps >> k & 1 == 1 && in_window(counted[*n].at))
                .filter(|n| ends.iter().any(|end| end < n))
                .collect();
            times.push(next.first().map(|n| counted[*n].at));
            ends = next;
        }
        Some(times)
    }

    proptest! {
        #[test]
        fn no_other_choice_brings_a_client_further(
            mut facts in prop::collection::vec((0_i64..80, 0_u32..8), 0..12),
            window in prop::option::of(0_i64..50),
            as_of in 0_i64..100,
        ) {
            facts.sort_by_key(|(at, _)| *at);
            let facts: Vec<_> = facts.into_iter().map(|(at, steps)| Seen { at, steps }).collect();
            let bounds = bounds(window, as_of);
            prop_assert_eq!(walk(&facts, bounds).map(|walked| walked.times), furthest(&facts, bounds));
        }
    }
}
