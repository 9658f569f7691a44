//! Reads conditions on touchpoints.

use super::parse::Parser;
use super::reader::{At, Faults, Object};
use super::rule::{Node, Range, Sequence, TouchFilter, TouchTest, TouchText, Window};
use crate::interactions::Channel;

/// The most touchpoints that a rule can count to.
pub(super) const MOST: i64 = 1_000_000;
/// The largest sum of money: beyond it JavaScript's numbers are not exact.
const LARGEST_SUM: i64 = 9_007_199_254_740_991;
/// The most properties that one condition asks for, and the most steps of a sequence.
const MOST_PROPERTIES: usize = 10;
const MOST_STEPS: usize = 4;

pub(super) fn count(at: &At<'_>, faults: &mut Faults) -> Option<i64> {
    at.whole(0, MOST, faults)
}

pub(super) fn money(at: &At<'_>, faults: &mut Faults) -> Option<i64> {
    at.whole(-LARGEST_SUM, LARGEST_SUM, faults)
}

impl Parser<'_> {
    /// `{"touchpoints": {…}, "window": …, "count": …, "sum": …, "first": …, "last": …}`.
    pub(super) fn touchpoints(&mut self, at: &At<'_>, object: &mut Object<'_>) -> Option<Node> {
        let filter = self.touch_filter(at);
        let window = object.take("window");
        let (count_at, sum) = (object.take("count"), object.take("sum"));
        let (first, last) = (object.take("first"), object.take("last"));
        let measured = sum.is_some() || first.is_some() || last.is_some();
        let window = window.map_or(Some(Window::EVER), |at| self.window(&at));
        let count = match &count_at {
            None => None,
            Some(at) => Some(at.range(&mut self.faults, &count)?),
        };
        if let (Some(at), Some(range)) = (&count_at, count)
            && measured
            && range.most == Some(0)
        {
            self.faults.note(&at.path, "range", "touchpoints that are not there have no sum, no first and no last");
        }
        let sum = match sum {
            None => None,
            Some(at) => Some(self.of_currency(&at)?),
        };
        let first = first.map_or(Some(None), |at| self.window(&at).map(Some));
        let last = last.map_or(Some(None), |at| self.window(&at).map(Some));
        let test = TouchTest { filter: filter?, window: window?, count, sum, first: first?, last: last? };
        Some(Node::Touch(Box::new(test)))
    }

    /// `{"currency": "EUR", "at_least": …, "at_most": …}`, in minor units.
    pub(super) fn of_currency(&mut self, at: &At<'_>) -> Option<(String, Range)> {
        let mut object = Object::of(at, &mut self.faults)?;
        let currency = object.need("currency", &mut self.faults);
        let range = at.ends(&mut object, &mut self.faults, &money);
        object.finish(&mut self.faults);
        Some((self.currency(&currency?)?, range?))
    }

    /// `{"sequence": [{…}, {…}], "within": "7d", "window": …}`.
    pub(super) fn sequence(&mut self, at: &At<'_>, object: &mut Object<'_>) -> Option<Node> {
        let (within, window) = (object.need("within", &mut self.faults), object.take("window"));
        let steps = at.value.as_array().map_or(0, Vec::len);
        if !(2..=MOST_STEPS).contains(&steps) {
            let message = format!("must be a list of 2 to {MOST_STEPS} kinds of touchpoints");
            self.faults.note(&at.path, "length", message);
            return None;
        }
        let entries = at.entries(&mut self.faults);
        let read: Vec<_> = entries.iter().map(|entry| self.touch_filter(entry)).collect();
        let steps: Option<Vec<_>> = read.into_iter().collect();
        let window = window.map_or(Some(Window::EVER), |at| self.window(&at));
        let within = within?.span(&mut self.faults)?;
        Some(Node::Sequence(Box::new(Sequence { steps: steps?, within, window: window? })))
    }

    fn touch_filter(&mut self, at: &At<'_>) -> Option<TouchFilter> {
        let mut object = Object::of(at, &mut self.faults)?;
        let known = self.faults.0.len();
        let mut filter = TouchFilter::default();
        if let Some(at) = object.take("channel") {
            let entries = at.entries(&mut self.faults);
            filter.channels = entries.iter().filter_map(|entry| entry.word::<Channel>(&mut self.faults)).collect();
            filter.channels.sort_unstable();
            filter.channels.dedup();
        }
        filter.online = object.take("online").and_then(|at| at.truth(&mut self.faults));
        if let Some(at) = object.take("direction") {
            let text = at.text(&mut self.faults)?;
            filter.direction = self.faults.keep(&at.path, text.parse().map_err(|message| ("choice", message)));
        }
        for column in TouchText::ALL {
            if let Some(at) = object.take(column.as_str()) {
                filter.texts.push((*column, at.texts(&mut self.faults)));
            }
        }
        if let Some(at) = object.take("property") {
            let entries = at.entries(&mut self.faults);
            if entries.len() > MOST_PROPERTIES {
                self.faults.note(&at.path, "length", format!("must have at most {MOST_PROPERTIES} entries"));
            }
            filter.properties = entries.iter().take(MOST_PROPERTIES).filter_map(|entry| self.property(entry)).collect();
        }
        object.finish(&mut self.faults);
        (self.faults.0.len() == known).then_some(filter)
    }
}
