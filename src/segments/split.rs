//! A segment split in two, always in the same way: whoever is in the control group stays in it, whatever else changes.

use sha2::{Digest, Sha256};

use super::SegmentId;
use crate::contacts::ContactId;
use crate::error::{Error, Result};
use crate::http::Page;

crate::text_enum! {
    /// One side of a split.
    pub enum Side {
        /// Those who are left out, to compare with.
        Control = "control",
        /// Everybody else.
        Target = "target",
    }
}

/// One side of a split with so many percent in the control group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The share of the control group, 0 to 100.
    pub percent: u8,
    /// Which side.
    pub side: Side,
}

impl Part {
    /// The side that `holdout`, the percentage, and `side` ask for, `target` where only the first is there; `None` where there
    /// is neither.
    ///
    /// # Errors
    /// Too many percent; a side of nothing.
    pub fn asked(holdout: Option<u8>, side: Option<Side>) -> Result<Option<Self>> {
        match (holdout, side) {
            (Some(percent), _) if percent > 100 => Err(Error::outside("holdout", 0, 100)),
            (Some(percent), side) => Ok(Some(Self { percent, side: side.unwrap_or(Side::Target) })),
            (None, Some(_)) => Err(Error::field("side", "required", "goes with holdout")),
            (None, None) => Ok(None),
        }
    }

    /// Whether a client stands on this side: by a hash of both ids. A larger control group holds all of a smaller one.
    #[must_use]
    pub fn holds(self, segment: SegmentId, contact: ContactId) -> bool {
        let mut hash = Sha256::new();
        hash.update(segment.0.0.as_bytes());
        hash.update(contact.0.0.as_bytes());
        let number = hash.finalize().iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        let in_control = number % 100 < u64::from(self.percent);
        in_control == (self.side == Side::Control)
    }
}

/// How many rows are looked at together for one side of a split, and how many for one page.
const BITE: i64 = 500;
const MOST_LOOKED_AT: i64 = 20_000;

/// A page of the rows for which `holds`, of all that `read` gives: up to so many behind a cursor, which `place` makes of a row.
/// The page may be short, and there may still be more: as long as there is a cursor.
///
/// # Errors
/// Those of `read`.
pub fn page<T>(
    limit: i64,
    cursor: Option<&str>,
    holds: impl Fn(&T) -> bool,
    place: impl Fn(&T) -> String,
    mut read: impl FnMut(Option<&str>, i64) -> Result<Vec<T>>,
) -> Result<Page<T>> {
    let (mut found, mut looked_at, mut after) = (Vec::new(), 0, cursor.map(str::to_owned));
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    while looked_at < MOST_LOOKED_AT {
        let rows = read(after.as_deref(), BITE)?;
        let whole = i64::try_from(rows.len()).unwrap_or(0) == BITE;
        looked_at += BITE;
        after = rows.last().map(&place).or(after);
        found.extend(rows.into_iter().filter(&holds));
        if found.len() > wanted || !whole {
            return Ok(Page::cut(found, limit, place));
        }
    }
    let mut page = Page::cut(found, limit, place);
    page.next_cursor = after;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_is_even_stable_and_grows() {
        let segment = SegmentId::new();
        let clients: Vec<_> = (0..10_000).map(|_| ContactId::new()).collect();
        let part = |percent, side| Part { percent, side };
        let control: Vec<_> = clients.iter().filter(|id| part(10, Side::Control).holds(segment, **id)).collect();
        assert!((850..1150).contains(&control.len()), "{}", control.len());
        assert!(control.iter().all(|id| part(20, Side::Control).holds(segment, **id)));
        assert!(
            clients
                .iter()
                .all(|id| part(10, Side::Control).holds(segment, *id) != part(10, Side::Target).holds(segment, *id))
        );
        assert!(!clients.iter().any(|id| part(0, Side::Control).holds(segment, *id)));
        assert!(clients.iter().all(|id| part(100, Side::Control).holds(segment, *id)));
        let other = clients.iter().filter(|id| part(10, Side::Control).holds(SegmentId::new(), **id)).count();
        assert!((850..1150).contains(&other));
    }
}
