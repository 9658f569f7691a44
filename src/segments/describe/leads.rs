//! Leads in words.

use super::Speaker;
use super::grammar::{fill, listed};
use crate::pipelines::StageId;
use crate::segments::rule::{LeadTest, Span};

impl Speaker<'_> {
    /// `at least one lead (stage now: “Talk”)`.
    pub(super) fn lead(&self, test: &LeadTest, is_none: bool) -> String {
        let head = self.how_many(self.language.leads(), test.count, is_none);
        let mut parts = self.place(test);
        parts.extend(self.worth(test));
        parts.extend(self.whose(test));
        if parts.is_empty() { head } else { format!("{head} ({})", parts.join("; ")) }
    }

    fn stage(&self, id: StageId) -> String {
        let known = self.catalogue.stages.get(&id);
        self.language.quoted(&known.map_or_else(|| id.to_string(), |stage| stage.name.clone()))
    }

    /// Where it is and was.
    fn place(&self, test: &LeadTest) -> Vec<String> {
        let w = self.words;
        let mut parts = Vec::new();
        if let Some(id) = test.pipeline {
            let name = self.catalogue.pipelines.get(&id).cloned().unwrap_or_else(|| id.to_string());
            parts.push(format!("{}: {}", w.pipeline, self.language.quoted(&name)));
        }
        if !test.stages.is_empty() {
            let stages: Vec<_> = test.stages.iter().map(|id| self.stage(*id)).collect();
            parts.push(format!("{}: {}", w.stage, listed(&stages, w.or)));
        }
        parts.extend(test.status.map(|status| format!("{}: {}", w.status, self.language.status(status))));
        parts.extend(test.reached.as_ref().map(|(stage, _)| fill(w.reached, &[&self.stage(*stage)])));
        if let Some((stage, window)) = test.entered {
            let entered = fill(w.entered, &[&self.stage(stage), &self.window(window)]);
            parts.push(entered.trim_end().to_owned());
        }
        let lasting = |range| self.range(range, |micros, is_governed| self.span(Span(micros), is_governed));
        parts.extend(test.in_stage_for.map(|range| format!("{}: {}", w.in_stage, lasting(range))));
        let time = test.time_in_stage;
        parts.extend(
            time.map(|(stage, range)| format!("{}: {}", fill(w.time_in, &[&self.stage(stage)]), lasting(range))),
        );
        parts
    }

    /// What it is worth, and why it ended.
    fn worth(&self, test: &LeadTest) -> Vec<String> {
        let w = self.words;
        let mut parts = Vec::new();
        let value = test.value.as_ref();
        parts.extend(value.map(|(currency, range)| format!("{}: {}", w.value, self.amounts(*range, currency))));
        if !test.lost_reasons.is_empty() {
            let name = |id| self.catalogue.lost_reasons.get(id).cloned().unwrap_or_else(|| "?".to_owned());
            let names: Vec<_> = test.lost_reasons.iter().map(name).collect();
            parts.push(format!("{}: {}", w.lost_reason, self.texts(&names, w.or)));
        }
        parts.extend(test.reason.as_ref().map(|(how, text)| self.made(*how, w.reason, text)));
        parts
    }

    /// Whose it is, where it came from and when, its custom fields.
    fn whose(&self, test: &LeadTest) -> Vec<String> {
        let (w, language) = (self.words, self.language);
        let mut parts = Vec::new();
        if !test.owners.is_empty() {
            let name = |id| self.catalogue.users.get(id).cloned().unwrap_or_else(|| "?".to_owned());
            parts.push(format!("{}: {}", w.owner, listed(&test.owners.iter().map(name).collect::<Vec<_>>(), w.or)));
        }
        for (name, values) in [
            (w.source, &test.sources),
            (language.first_touch_group(), &test.first_touch_groups),
            (language.last_touch_group(), &test.last_touch_groups),
        ] {
            if !values.is_empty() {
                parts.push(format!("{name}: {}", self.texts(values, w.or)));
            }
        }
        parts.extend(test.began.map(|window| fill(w.began, &[&self.window(window)])));
        parts.extend(test.closed.map(|window| fill(w.closed, &[&self.window(window)])));
        for (key, kind, value) in &test.custom {
            let label = self.catalogue.lead_fields.get(key).map_or(key, |custom| &custom.label);
            parts.push(self.tested(&self.custom(label, *kind), value));
        }
        parts
    }
}
