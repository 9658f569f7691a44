//! A segment split in two, always in the same way: whoever is in the control group stays in it, whatever else changes.

use sha2::{Digest, Sha256};

use super::SegmentId;
use crate::contacts::ContactId;

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
