//! Segments that ask for others: what a change of one would do to those.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::SegmentId;
use super::catalogue::Catalogue;
use super::parse::{parse, parse_blaming};
use crate::error::{Error, FieldError, Result};

/// The most segments that are told.
const MOST_TOLD: usize = 20;

/// Whether a rule asks for a segment itself.
pub(super) fn names(rule: &Value, id: SegmentId) -> bool {
    match rule {
        Value::Array(list) => list.iter().any(|value| names(value, id)),
        Value::Object(map) => map.iter().any(|(key, value)| {
            key == "segment" && value.as_str().and_then(|text| text.parse().ok()) == Some(id) || names(value, id)
        }),
        _ => false,
    }
}

/// Every segment whose rule asks for this one, by way of others too.
pub(super) fn asking(catalogue: &Catalogue, id: SegmentId) -> BTreeSet<SegmentId> {
    let (mut found, mut open) = (BTreeSet::new(), vec![id]);
    while let Some(asked) = open.pop() {
        for (other, known) in &catalogue.segments {
            let names = known.rule.as_ref().is_some_and(|rule| names(rule, asked));
            if names && *other != id && found.insert(*other) {
                open.push(*other);
            }
        }
    }
    found
}

/// Refuses a new rule of a segment where others could not be read with it any more: they would be nested too deep, have too
/// many conditions, or ask for themselves. Those that cannot be read now are left as they are.
///
/// # Errors
/// The place in the new rule that is to blame, once for each segment.
pub(super) fn check(catalogue: &Catalogue, id: SegmentId, rule: &Value) -> Result<()> {
    let mut after = catalogue.clone();
    if let Some(own) = after.segments.get_mut(&id) {
        own.rule = Some(rule.clone());
    }
    let mut faults = BTreeMap::new();
    for other in asking(catalogue, id) {
        let Some(known) = catalogue.segments.get(&other) else { continue };
        let Some(theirs) = known.rule.as_ref().filter(|rule| parse(rule, catalogue, Some(other)).is_ok()) else {
            continue;
        };
        let Err((broken, place)) = parse_blaming(theirs, &after, Some(other), id) else { continue };
        let Some(first) = broken.first() else { continue };
        let (path, message) = (place.unwrap_or_else(|| "rule".to_owned()), &first.message);
        let name: String = known.name.chars().take(100).collect();
        let message = format!("would break the segment {name}, which asks for this one: {}: {message}", first.field);
        faults.insert(name.clone(), FieldError::new(path, "broken", message).with("segment", name));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults.into_values().take(MOST_TOLD).collect())) }
}
