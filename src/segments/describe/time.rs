//! Lengths of time, days and windows in words.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::Speaker;
use super::grammar::{Plural, fill};
use super::nouns::Unit;
use crate::calendar::period::midnight;
use crate::db::types::Instant;
use crate::segments::rule::{Node, Span, Test, Window};

impl Speaker<'_> {
    /// The largest unit that a length of time is a whole number of, and that number.
    fn measured(&self, span: Span) -> (i64, &'static Unit) {
        let [days, hours, minutes, seconds] = self.language.units();
        let whole = span.0 / 1_000_000;
        let fitting = [days, hours, minutes].into_iter().find(|unit| whole % unit.seconds == 0);
        let unit = fitting.unwrap_or(seconds);
        (whole / unit.seconds, unit)
    }

    /// A length of time: `2 дня`, or after a word that governs the genitive `2 дней`.
    pub(super) fn span(&self, span: Span, is_governed: bool) -> String {
        let (count, unit) = self.measured(span);
        if is_governed { self.language.governed(unit.noun, count) } else { self.language.counted(unit.noun, count) }
    }

    /// `in the last 2 days`.
    fn in_last(&self, span: Span) -> String {
        let (count, unit) = self.measured(span);
        self.reaching(count, unit, unit.last)
    }

    /// `in the next 2 days`, `in the last day`: one is not counted.
    fn reaching(&self, count: i64, unit: &Unit, [one, many]: [&str; 2]) -> String {
        match (count, self.language.plural(count)) {
            (1, _) => format!("{one} {}", unit.accusative),
            (_, Plural::One) => format!("{one} {} {}", self.language.whole(count), unit.accusative),
            _ => format!("{many} {}", self.language.counted(unit.noun, count)),
        }
    }

    /// A day that lies at most so many days back, and not ahead.
    pub(super) fn last_days(&self, days: u32) -> String {
        let [day, ..] = self.language.units();
        match days {
            0 => self.words.today.to_owned(),
            1 => self.words.yesterday.to_owned(),
            _ => self.reaching(days.into(), day, day.last),
        }
    }

    /// A day that lies at most so many days ahead, and not back.
    pub(super) fn next_days(&self, days: u32) -> String {
        let [day, ..] = self.language.units();
        match days {
            0 => self.words.today.to_owned(),
            1 => self.words.tomorrow.to_owned(),
            _ => self.reaching(days.into(), day, self.words.next),
        }
    }

    /// When; nothing for ever.
    pub(super) fn window(&self, window: Window) -> String {
        let w = self.words;
        match window {
            Window::Last(span) => self.in_last(span),
            Window::Before(span) => fill(w.longer_ago, &[&self.span(span, true)]),
            Window::Fixed(None, None) => String::new(),
            Window::Fixed(Some(from), None) => fill(w.since, &[&self.moment(from)]),
            Window::Fixed(None, Some(to)) => fill(w.before, &[&self.moment(to)]),
            Window::Fixed(Some(from), Some(to)) => {
                match (self.begins(from), self.begins(to).and_then(|day| day.pred_opt())) {
                    (Some(first), Some(last)) if first == last => fill(w.on, &[&self.day(first)]),
                    (Some(first), Some(last)) => fill(w.through, &[&self.day(first), &self.day(last)]),
                    _ => fill(w.until, &[&self.moment(from), &self.moment(to)]),
                }
            }
        }
    }

    /// The day that begins at an instant, where one does.
    fn begins(&self, at: Instant) -> Option<NaiveDate> {
        let day = at.to_utc().with_timezone(&self.zone).date_naive();
        (midnight(self.zone, day) == at).then_some(day)
    }

    /// An instant in the rule's zone; no more than the day where the day begins with it.
    fn moment(&self, at: Instant) -> String {
        let local = at.to_utc().with_timezone(&self.zone);
        let day = self.day(local.date_naive());
        if self.begins(at).is_some() {
            return day;
        }
        let is_whole = at.micros() % 60_000_000 == 0;
        let time = local.format(if is_whole { "%H:%M" } else { "%H:%M:%S" });
        let zone = if self.zone == Tz::UTC { " UTC" } else { "" };
        format!("{day}{}{time}{zone}", self.language.pick([", ", " ", " "]))
    }

    /// A day.
    pub(super) fn day(&self, day: NaiveDate) -> String {
        day.format(self.language.pick(["%-d %b %Y", "%d.%m.%Y", "%d/%m/%Y"])).to_string()
    }
}

/// Whether what a condition says depends on where days begin.
pub(super) fn has_days(node: &Node) -> bool {
    let of_test = |test: &Test| match test {
        Test::In(window) => is_fixed(*window),
        Test::LastDays(_) | Test::NextDays(_) | Test::Anniversary(_) => true,
        _ => false,
    };
    match node {
        Node::All(nodes) | Node::Any(nodes) => nodes.iter().any(has_days),
        Node::Not(node) => has_days(node),
        Node::Field(_, test) => of_test(test),
        Node::Touch(touch) => [Some(touch.window), touch.first, touch.last].into_iter().flatten().any(is_fixed),
        Node::Sequence(sequence) => is_fixed(sequence.window),
        Node::Lead(lead) => {
            let entered = lead.entered.map(|(_, window)| window);
            [entered, lead.began, lead.closed].into_iter().flatten().any(is_fixed)
                || lead.custom.iter().any(|(_, _, test)| of_test(test))
        }
        Node::Changed(..) | Node::Tag(_) | Node::Consent(..) | Node::Rfm(_) | Node::Segment(..) => false,
    }
}

fn is_fixed(window: Window) -> bool {
    matches!(window, Window::Fixed(..)) && window != Window::EVER
}
