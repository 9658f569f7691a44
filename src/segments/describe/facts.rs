//! Touchpoints and RFM scores in words.

use super::Speaker;
use super::fields::Subject;
use super::grammar::{Gender, fill, listed};
use super::nouns::Owned;
use crate::segments::rfm::RfmTest;
use crate::segments::rule::{Range, Sequence, TouchFilter, TouchTest};

impl Speaker<'_> {
    /// `at least 3 touchpoints (channel: website) in the last 2 days`.
    pub(super) fn touch(&self, test: &TouchTest) -> String {
        let w = self.words;
        let head = self.how_many(self.language.touchpoints(), test.count, false);
        let mut parts = vec![self.framed(&head, &test.filter, &self.window(test.window))];
        if let Some((currency, range)) = &test.sum {
            parts.push(fill(w.sum, &[&self.amounts(*range, currency)]));
        }
        parts.extend(test.first.map(|first| fill(w.the_first, &[&self.window(first)])));
        parts.extend(test.last.map(|last| fill(w.the_last, &[&self.window(last)])));
        parts.join(", ")
    }

    /// There are no such touchpoints.
    pub(super) fn no_touch(&self, test: &TouchTest) -> String {
        let head = self.how_many(self.language.touchpoints(), None, true);
        self.framed(&head, &test.filter, &self.window(test.window))
    }

    pub(super) fn sequence(&self, sequence: &Sequence) -> String {
        let w = self.words;
        let steps: Vec<_> = sequence.steps.iter().map(|step| self.framed(w.touchpoint, step, "")).collect();
        let mut parts = vec![steps.join(w.then), fill(w.within, &[&self.span(sequence.within, true)])];
        let window = self.window(sequence.window);
        if !window.is_empty() {
            parts.push(fill(w.the_first, &[&window]));
        }
        parts.join(", ")
    }

    /// How many there are; at least one where nothing is said.
    pub(super) fn how_many(&self, of: &Owned, count: Option<Range>, is_none: bool) -> String {
        let range = count.unwrap_or(Range { least: Some(1), most: None });
        let least = range.least.filter(|least| *least > 0);
        match (least, range.most) {
            _ if is_none || range.most == Some(0) => of.none.to_owned(),
            (Some(1), None) => of.some.to_owned(),
            (None, None) => fill(self.words.any_number, &[of.noun.many]),
            (Some(least), Some(most)) if least != most => {
                fill(self.words.from_to, &[&self.language.whole(least), &self.language.governed(of.noun, most)])
            }
            (least, most) => self.ends(least, most, |count, is_governed| {
                if is_governed { self.language.governed(of.noun, count) } else { self.language.counted(of.noun, count) }
            }),
        }
    }

    fn framed(&self, head: &str, filter: &TouchFilter, window: &str) -> String {
        let asked = self.filter(filter);
        let mut out = head.to_owned();
        if !asked.is_empty() {
            out = format!("{out} ({})", asked.join("; "));
        }
        if window.is_empty() { out } else { format!("{out} {window}") }
    }

    fn filter(&self, filter: &TouchFilter) -> Vec<String> {
        let (w, language) = (self.words, self.language);
        let mut parts = Vec::new();
        if !filter.channels.is_empty() {
            let channels: Vec<_> = filter.channels.iter().map(|one| language.channel(*one).to_owned()).collect();
            parts.push(format!("{}: {}", language.channel_word(), listed(&channels, w.or)));
        }
        parts.extend(filter.online.map(|online| if online { w.online.to_owned() } else { w.offline.to_owned() }));
        parts.extend(filter.direction.map(|one| format!("{}: {}", w.direction, language.direction(one))));
        for (name, values) in &filter.texts {
            parts.push(format!("{}: {}", language.touch_text(*name), self.texts(values, w.or)));
        }
        for (key, property) in &filter.properties {
            let name = fill(w.property, &[&language.quoted(key)]);
            let gender = language.pick([Gender::Neuter, Gender::Neuter, Gender::Feminine]);
            parts.push(self.tested(&Subject { of: name.clone(), name, gender, kind: property.kind }, &property.test));
        }
        parts
    }

    pub(super) fn amounts(&self, range: Range, currency: &str) -> String {
        self.range(range, |amount, _| self.language.money(amount.to_string().parse().unwrap_or_default(), currency))
    }

    pub(super) fn rfm(&self, test: &RfmTest) -> String {
        let w = self.words;
        let groups: Vec<_> = test.groups.iter().map(|group| self.language.rfm_group(*group).to_owned()).collect();
        let mut parts = Vec::new();
        if !groups.is_empty() {
            parts.push(format!("{}: {}", w.group, self.texts(&groups, w.or)));
        }
        for (name, range) in [(w.recency, test.recency), (w.frequency, test.frequency), (w.monetary, test.monetary)] {
            let shown = |range| self.range(range, |score, _| self.language.whole(score));
            parts.extend(range.map(|range| format!("{name}: {}", shown(range))));
        }
        if parts.is_empty() { w.rfm.to_owned() } else { format!("RFM ({})", parts.join("; ")) }
    }
}
