//! A lead's whole way in a few bytes, so that a funnel reads one narrow row for each lead.
//!
//! Layout, little-endian: amount `i64`, currency 3 ASCII bytes (zeros for none), then for each interval in order
//! the stage's ordinal `u16` and the entry in microseconds since 1970 `i64`.

use crate::db::types::Instant;

/// Bytes before the first step.
const HEAD: usize = 11;
/// Bytes of a step.
const STEP: usize = 10;

/// Packs a lead's money and its entries to stages, in order.
#[must_use]
pub fn pack(money: Option<(i64, &str)>, entries: impl IntoIterator<Item = (u16, Instant)>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD + 4 * STEP);
    let (amount, currency) = money.unwrap_or((0, ""));
    bytes.extend_from_slice(&amount.to_le_bytes());
    let mut code = [0; 3];
    code.iter_mut().zip(currency.bytes()).for_each(|(to, from)| *to = from);
    bytes.extend_from_slice(&code);
    for (ordinal, at) in entries {
        bytes.extend_from_slice(&ordinal.to_le_bytes());
        bytes.extend_from_slice(&at.micros().to_le_bytes());
    }
    bytes
}

/// A packed way, read in place.
#[derive(Debug, Clone, Copy)]
pub struct Path<'a>(pub &'a [u8]);

impl Path<'_> {
    /// Amount in minor units and ISO 4217 code; `None` where the lead has no amount.
    #[must_use]
    pub fn money(&self) -> Option<(i64, [u8; 3])> {
        let (amount, rest) = self.0.split_first_chunk::<8>()?;
        let (code, _) = rest.split_first_chunk::<3>()?;
        (*code != [0; 3]).then(|| (i64::from_le_bytes(*amount), *code))
    }

    /// Each entry: the stage's ordinal and the instant in microseconds.
    pub fn entries(&self) -> impl Iterator<Item = (u16, i64)> + '_ {
        self.0.get(HEAD..).unwrap_or_default().chunks_exact(STEP).filter_map(|step| {
            let (ordinal, at) = step.split_first_chunk::<2>()?;
            Some((u16::from_le_bytes(*ordinal), i64::from_le_bytes(*at.first_chunk::<8>()?)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_comes_back_as_it_went() {
        let at = |n| Instant::from_micros(n).unwrap();
        let bytes = pack(Some((-5, "EUR")), [(1, at(7)), (300, Instant::MAX)]);
        let path = Path(&bytes);
        assert_eq!(path.money(), Some((-5, *b"EUR")));
        assert_eq!(path.entries().collect::<Vec<_>>(), [(1, 7), (300, Instant::MAX.micros())]);
        assert_eq!(Path(&pack(None, [])).money(), None);
    }
}
