//! Reads conditions on leads.

use std::str::FromStr;

use super::parse::Parser;
use super::parse_touch::count;
use super::reader::{At, Faults, Object};
use super::rfm::RfmTest;
use super::rule::{Kind, LeadTest, Node, Range, Test, TextTest, Window};
use crate::accounts::UserId;
use crate::pipelines::{LostReasonId, PipelineId, StageId, StageKind};

fn span(at: &At<'_>, faults: &mut Faults) -> Option<i64> {
    at.span(faults).map(|span| span.0)
}

impl Parser<'_> {
    /// `{"leads": {…}, "count": …}`.
    pub(super) fn leads(&mut self, at: &At<'_>, object: &mut Object<'_>) -> Option<Node> {
        let how_many = object.take("count");
        let mut of = Object::of(at, &mut self.faults)?;
        let known = self.faults.0.len();
        let mut test = LeadTest::default();
        self.place(&mut of, &mut test);
        self.stay(&mut of, &mut test);
        self.worth(&mut of, &mut test);
        test.began = self.optional_window(&mut of, "began");
        test.closed = self.optional_window(&mut of, "closed");
        if let Some(at) = of.take("custom") {
            let entries = at.entries(&mut self.faults);
            test.custom = entries.iter().filter_map(|entry| self.lead_field(entry)).collect();
        }
        of.finish(&mut self.faults);
        test.count = how_many.and_then(|at| at.range(&mut self.faults, &count));
        (self.faults.0.len() == known).then(|| Node::Lead(Box::new(test)))
    }

    /// `{"rfm": {"group": […], "recency": {"at_least": 4}, …}}`.
    pub(super) fn rfm(&mut self, at: &At<'_>) -> Option<Node> {
        let mut of = Object::of(at, &mut self.faults)?;
        let known = self.faults.0.len();
        let mut test = RfmTest::default();
        if let Some(at) = of.take("group") {
            let entries = at.entries(&mut self.faults);
            test.groups = entries.iter().filter_map(|entry| entry.word(&mut self.faults)).collect();
        }
        let mut score =
            |key| of.take(key).and_then(|at| at.range(&mut self.faults, &|at, faults| at.whole(1, 5, faults)));
        (test.recency, test.frequency, test.monetary) = (score("recency"), score("frequency"), score("monetary"));
        of.finish(&mut self.faults);
        (self.faults.0.len() == known).then_some(Node::Rfm(test))
    }

    fn place(&mut self, of: &mut Object<'_>, test: &mut LeadTest) {
        if let Some(at) = of.take("pipeline") {
            test.pipeline = self.one::<PipelineId>(&at, "there is no such pipeline");
        }
        test.stages = self.many(of.take("stage"), "there is no such stage");
        if let Some(at) = of.take("status") {
            test.status = at.word::<StageKind>(&mut self.faults);
        }
        if let Some(at) = of.take("reached") {
            let stage = self.one::<StageId>(&at, "there is no such stage");
            test.reached = stage.map(|stage| (stage, self.catalogue.reaching(stage)));
        }
        if let Some(at) = of.take("entered") {
            test.entered = self.entered(&at);
        }
    }

    fn stay(&mut self, of: &mut Object<'_>, test: &mut LeadTest) {
        test.in_stage_for = of.take("in_stage_for").and_then(|at| at.range(&mut self.faults, &span));
        if let Some(at) = of.take("time_in_stage") {
            test.time_in_stage = self.time_in_stage(&at);
        }
        if let Some(at) = of.take("reason") {
            test.reason = self.reason(&at);
        }
        test.lost_reasons = self.many(of.take("lost_reason"), "there is no such lost reason");
    }

    fn worth(&mut self, of: &mut Object<'_>, test: &mut LeadTest) {
        test.value = of.take("value").and_then(|at| self.of_currency(&at));
        test.owners = self.many(of.take("owner"), "there is no such user");
        let mut texts = |key| of.take(key).map(|at| at.texts(&mut self.faults)).unwrap_or_default();
        test.sources = texts("source");
        test.first_touch_groups = texts("first_touch_group");
        test.last_touch_groups = texts("last_touch_group");
    }

    fn optional_window(&mut self, of: &mut Object<'_>, key: &'static str) -> Option<Window> {
        of.take(key).and_then(|at| self.window(&at))
    }

    /// `{"stage": …, "window": …}`.
    fn entered(&mut self, at: &At<'_>) -> Option<(StageId, Window)> {
        let mut object = Object::of(at, &mut self.faults)?;
        let (stage, window) = (object.need("stage", &mut self.faults), object.take("window"));
        object.finish(&mut self.faults);
        let stage = self.one(&stage?, "there is no such stage")?;
        Some((stage, window.map_or(Some(Window::EVER), |at| self.window(&at))?))
    }

    /// `{"stage": …, "at_least": "14d", "at_most": …}`.
    fn time_in_stage(&mut self, at: &At<'_>) -> Option<(StageId, Range)> {
        let mut object = Object::of(at, &mut self.faults)?;
        let stage = object.need("stage", &mut self.faults);
        let range = at.ends(&mut object, &mut self.faults, &span);
        object.finish(&mut self.faults);
        Some((self.one(&stage?, "there is no such stage")?, range?))
    }

    /// `{"op": "contains", "value": …}`.
    fn reason(&mut self, at: &At<'_>) -> Option<(TextTest, String)> {
        let mut object = Object::of(at, &mut self.faults)?;
        let (op, value) = (object.need("op", &mut self.faults), object.need("value", &mut self.faults));
        object.finish(&mut self.faults);
        let op: TextTest = op?.word(&mut self.faults)?;
        Some((op, value?.text(&mut self.faults)?))
    }

    /// `{"field": "budget", "op": …, "value": …}`.
    fn lead_field(&mut self, at: &At<'_>) -> Option<(String, Kind, Test)> {
        let mut object = Object::of(at, &mut self.faults)?;
        let (field, op) = (object.need("field", &mut self.faults), object.need("op", &mut self.faults));
        let value = object.take("value");
        object.finish(&mut self.faults);
        let (field, op) = (field?, op?);
        let key = field.text(&mut self.faults)?;
        let key = key.strip_prefix("custom.").unwrap_or(&key);
        let custom = self.custom(&self.catalogue.lead_fields, key, &field.path)?;
        let test = self.test(custom.kind, &custom.options, &op, value.as_ref(), object.path())?;
        Some((key.to_owned(), custom.kind, test))
    }

    fn many<T: Known>(&mut self, at: Option<At<'_>>, missing: &'static str) -> Vec<T> {
        let Some(at) = at else { return Vec::new() };
        let entries = at.entries(&mut self.faults);
        entries.iter().filter_map(|entry| self.one(entry, missing)).collect()
    }

    fn one<T: Known>(&mut self, at: &At<'_>, missing: &'static str) -> Option<T> {
        let id: T = at.parsed("must be an id", &mut self.faults)?;
        let known = id.is_known(self.catalogue);
        self.known(known, at, missing).then_some(id)
    }
}

/// An id that the catalogue may know.
trait Known: FromStr {
    fn is_known(&self, catalogue: &super::catalogue::Catalogue) -> bool;
}

macro_rules! known {
    ($($id:ident in $list:ident),+) => {
        $(impl Known for $id {
            fn is_known(&self, catalogue: &super::catalogue::Catalogue) -> bool {
                catalogue.$list.contains_key(self)
            }
        })+
    };
}
known!(PipelineId in pipelines, StageId in stages, LostReasonId in lost_reasons, UserId in users);
