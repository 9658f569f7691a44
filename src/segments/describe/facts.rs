//! Touchpoints and leads in words.

use super::{Speaker, money};
use crate::pipelines::{StageId, StageKind};
use crate::segments::rfm::RfmTest;
use crate::segments::rule::{LeadTest, Range, Sequence, Span, TouchFilter, TouchTest};

impl Speaker<'_> {
    pub(super) fn touch(&self, test: &TouchTest) -> String {
        let w = self.words;
        let none = test.count.is_some_and(|range| range.most == Some(0));
        let mut parts = vec![self.filter(if none { w.did_not } else { w.touchpoints }, &test.filter)];
        parts.push(self.window(test.window));
        if let Some(range) = test.count.filter(|_| !none) {
            parts.push(self.times(range));
        }
        if let Some((currency, range)) = &test.sum {
            parts.push(format!("{} {}", w.sum, self.amounts(*range, currency)));
        }
        if let Some(first) = test.first {
            parts.push(format!("{} {}", w.the_first, self.window(first)));
        }
        if let Some(last) = test.last {
            parts.push(format!("{} {}", w.the_last, self.window(last)));
        }
        listed(&parts)
    }

    pub(super) fn sequence(&self, sequence: &Sequence) -> String {
        let w = self.words;
        let steps: Vec<_> = sequence.steps.iter().map(|step| self.filter(w.touchpoints, step)).collect();
        let chain = steps.join(&format!(", {} ", w.then));
        let parts = [chain, format!("{} {}", w.within, self.span(sequence.within)), self.window(sequence.window)];
        listed(&parts)
    }

    fn filter(&self, head: &str, filter: &TouchFilter) -> String {
        let w = self.words;
        let mut parts = Vec::new();
        let several =
            |name: &str, values: Vec<String>| format!("{}: {}", w.name(name), values.join(&format!(" {} ", w.or)));
        if !filter.channels.is_empty() {
            parts.push(several("channel", filter.channels.iter().map(ToString::to_string).collect()));
        }
        parts.extend(filter.online.map(|online| if online { w.online.to_owned() } else { w.offline.to_owned() }));
        parts.extend(filter.direction.map(|direction| several("direction", vec![direction.to_string()])));
        for (name, values) in &filter.texts {
            parts.push(several(name.as_str(), values.iter().map(|value| format!("“{value}”")).collect()));
        }
        for (key, property) in &filter.properties {
            parts.push(format!("{key} {}", self.test(&property.test)));
        }
        if parts.is_empty() { head.to_owned() } else { format!("{head} ({})", parts.join("; ")) }
    }

    fn times(&self, range: Range) -> String {
        let w = self.words;
        self.range(range, |count| format!("{count} {}", w.form(&w.times, count)))
    }

    fn amounts(&self, range: Range, currency: &str) -> String {
        self.range(range, |amount| money(amount.to_string().parse().unwrap_or_default(), currency))
    }

    pub(super) fn rfm(&self, test: &RfmTest) -> String {
        let w = self.words;
        let groups: Vec<_> = test.groups.iter().map(|group| group.as_str().replace('_', " ")).collect();
        let mut parts = Vec::new();
        if !groups.is_empty() {
            parts.push(groups.join(&format!(" {} ", w.or)));
        }
        for (name, range) in [("R", test.recency), ("F", test.frequency), ("M", test.monetary)] {
            parts.extend(range.map(|range| format!("{name} {}", self.range(range, |score| score.to_string()))));
        }
        if parts.is_empty() { "RFM".to_owned() } else { format!("RFM ({})", parts.join("; ")) }
    }

    fn stage(&self, id: StageId) -> String {
        let known = self.catalogue.stages.get(&id);
        known.map_or_else(|| id.to_string(), |stage| format!("“{}”", stage.name))
    }

    pub(super) fn lead(&self, test: &LeadTest) -> String {
        let w = self.words;
        let or = format!(" {} ", w.or);
        let mut parts = Vec::new();
        if let Some(id) = test.pipeline {
            let name = self.catalogue.pipelines.get(&id).cloned();
            parts.push(format!("{} “{}”", w.pipeline, name.unwrap_or_else(|| id.to_string())));
        }
        if !test.stages.is_empty() {
            let stages: Vec<_> = test.stages.iter().map(|id| self.stage(*id)).collect();
            parts.push(format!("{}: {}", w.stage, stages.join(&or)));
        }
        if let Some(status) = test.status {
            let shown = match status {
                StageKind::Open => w.open,
                StageKind::Won => w.won,
                StageKind::Lost => w.lost,
            };
            parts.push(format!("{}: {shown}", w.status));
        }
        if let Some((stage, _)) = &test.reached {
            parts.push(format!("{} {}", w.reached, self.stage(*stage)));
        }
        if let Some((stage, window)) = test.entered {
            parts.push(format!("{} {} {}", w.entered, self.stage(stage), self.window(window)).trim_end().to_owned());
        }
        self.lead_rest(test, &or, &mut parts);
        if let Some(range) = test.count {
            parts.push(self.times(range));
        }
        if parts.is_empty() { w.lead.to_owned() } else { format!("{} ({})", w.lead, parts.join("; ")) }
    }

    fn lead_rest(&self, test: &LeadTest, or: &str, parts: &mut Vec<String>) {
        let w = self.words;
        let spans = |range| self.range(range, |micros| self.span(Span(micros)));
        parts.extend(test.in_stage_for.map(|range| format!("{} {}", w.in_stage, spans(range))));
        let time = test.time_in_stage;
        parts.extend(time.map(|(stage, range)| format!("{} {} {}", w.time_in, self.stage(stage), spans(range))));
        let value = test.value.as_ref();
        parts.extend(value.map(|(currency, range)| format!("{} {}", w.value, self.amounts(*range, currency))));
        if !test.lost_reasons.is_empty() {
            let name =
                |id| self.catalogue.lost_reasons.get(id).map_or_else(|| "?".to_owned(), |name| format!("“{name}”"));
            parts.push(format!(
                "{}: {}",
                w.lost_reason,
                test.lost_reasons.iter().map(name).collect::<Vec<_>>().join(or)
            ));
        }
        let reason = test.reason.as_ref();
        parts.extend(reason.map(|(how, text)| format!("{} {} “{text}”", w.reason, self.how(*how))));
        if !test.owners.is_empty() {
            let name = |id| self.catalogue.users.get(id).cloned().unwrap_or_else(|| "?".to_owned());
            parts.push(format!("{}: {}", w.owner, test.owners.iter().map(name).collect::<Vec<_>>().join(or)));
        }
        if !test.sources.is_empty() {
            parts.push(format!("{}: {}", w.source, test.sources.join(or)));
        }
        for (name, groups) in
            [("first_touch_group", &test.first_touch_groups), ("last_touch_group", &test.last_touch_groups)]
        {
            if !groups.is_empty() {
                parts.push(format!("{}: {}", w.name(name), groups.join(or)));
            }
        }
        parts.extend(test.began.map(|window| format!("{} {}", w.began, self.window(window))));
        parts.extend(test.closed.map(|window| format!("{} {}", w.closed, self.window(window))));
        for (key, _, value) in &test.custom {
            let label = self.catalogue.lead_fields.get(key).map_or(key.as_str(), |custom| custom.label.as_str());
            parts.push(format!("{label} {}", self.test(value)));
        }
    }
}

/// The parts that say something, with commas between.
fn listed(parts: &[String]) -> String {
    parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(", ")
}
