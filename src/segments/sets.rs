//! Sets of clients, held as their ids in order: joined without asking the database again.

use std::cmp::Ordering;

/// A set of clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Set {
    /// These, in order, each once.
    Only(Vec<u128>),
    /// Everybody but these.
    AllBut(Vec<u128>),
}

impl Set {
    /// Nobody.
    pub const NOBODY: Self = Self::Only(Vec::new());
    /// Everybody.
    pub const EVERYBODY: Self = Self::AllBut(Vec::new());

    /// These, in any order, some perhaps several times.
    #[must_use]
    pub fn of(mut ids: Vec<u128>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        Self::Only(ids)
    }

    /// Those in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Only(a), Self::Only(b)) => Self::Only(merged(&a, &b, [false, true, false])),
            (Self::Only(a), Self::AllBut(b)) | (Self::AllBut(b), Self::Only(a)) => Self::Only(without(&a, &b)),
            (Self::AllBut(a), Self::AllBut(b)) => Self::AllBut(merged(&a, &b, [true, true, true])),
        }
    }

    /// Those in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.negated().and(other.negated()).negated()
    }

    /// All others.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Only(ids) => Self::AllBut(ids),
            Self::AllBut(ids) => Self::Only(ids),
        }
    }

    /// Whether it has this one.
    #[must_use]
    pub fn holds(&self, id: u128) -> bool {
        match self {
            Self::Only(ids) => ids.binary_search(&id).is_ok(),
            Self::AllBut(ids) => ids.binary_search(&id).is_err(),
        }
    }
}

/// Those of the first that are not among the second.
#[must_use]
pub fn without(a: &[u128], b: &[u128]) -> Vec<u128> {
    merged(a, b, [true, false, false])
}

/// Goes through both in order; keeps what is in the first alone, in both, in the second alone.
fn merged(a: &[u128], b: &[u128], keep: [bool; 3]) -> Vec<u128> {
    let (mut ours, mut theirs) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    let [in_first, in_both, in_second] = keep;
    let mut out = Vec::new();
    loop {
        let (id, kept) = match (ours.peek(), theirs.peek()) {
            (None, None) => return out,
            (Some(_), None) => (ours.next(), in_first),
            (None, Some(_)) => (theirs.next(), in_second),
            (Some(a), Some(b)) => match a.cmp(b) {
                Ordering::Less => (ours.next(), in_first),
                Ordering::Greater => (theirs.next(), in_second),
                Ordering::Equal => (ours.next().and(theirs.next()), in_both),
            },
        };
        if kept {
            out.extend(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_set() -> impl Strategy<Value = Set> {
        (prop::collection::vec(0_u128..12, 0..12), any::<bool>()).prop_map(|(ids, others)| {
            let set = Set::of(ids);
            if others { set.negated() } else { set }
        })
    }

    proptest! {
        #[test]
        fn sets_are_joined_as_their_members_say(a in any_set(), b in any_set()) {
            let (both, either, others) = (a.clone().and(b.clone()), a.clone().or(b.clone()), a.clone().negated());
            for id in 0..14 {
                prop_assert_eq!(both.holds(id), a.holds(id) && b.holds(id));
                prop_assert_eq!(either.holds(id), a.holds(id) || b.holds(id));
                prop_assert_eq!(others.holds(id), !a.holds(id));
            }
        }
    }
}
