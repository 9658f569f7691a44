//! What a stay in a stage is in its lead's life. Each stay says it of itself, in a column that is a part of the index by
//! stage: so a funnel finds those who came to its first step later in their life without looking at any other lead, and
//! PostgreSQL, which counts the values of a column, knows how few they are.

use super::StageId;

/// The lead's life begins with it.
pub const BEGINS: i16 = 0;
/// The first stay in its stage, after others.
pub const ARRIVES: i16 = 1;
/// The lead has been in the stage before.
pub const RETURNS: i16 = 2;
/// All of them: an index by stage, visit and instant is asked for a period with them.
pub const ALL: [i16; 3] = [BEGINS, ARRIVES, RETURNS];

/// What a stay is after stays in these stages.
#[must_use]
pub fn after(mut earlier: impl ExactSizeIterator<Item = StageId>, stage: StageId) -> i16 {
    if earlier.len() == 0 {
        BEGINS
    } else if earlier.any(|before| before == stage) {
        RETURNS
    } else {
        ARRIVES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stay_begins_arrives_or_returns() {
        let (first, second) = (StageId::new(), StageId::new());
        let visit = |earlier: &[StageId], stage| after(earlier.iter().copied(), stage);
        assert_eq!(visit(&[], first), BEGINS);
        assert_eq!(visit(&[first], second), ARRIVES);
        assert_eq!(visit(&[first, second], first), RETURNS);
    }
}
