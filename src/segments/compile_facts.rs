//! Conditions on touchpoints and leads.

use super::compile::{Compiler, Facts};
use super::compile_value::{Expression, text_test};
use super::plan::Plan;
use super::rule::{LeadTest, Range, Sequence, TouchFilter, TouchTest, TouchText, Window};
use crate::db::composed::{Sql, Value};
use crate::interactions::Channel;
use crate::pipelines::StageId;

const TOUCHPOINTS: Facts = Facts { table: "timeline_entries e", contact: "e.contact_id" };
const LEADS: Facts = Facts { table: "leads l", contact: "l.contact_id" };
/// The steps of a sequence.
const STEPS: [&str; 4] = ["e", "e2", "e3", "e4"];
const MEMBERS: [&str; 4] = ["f", "f2", "f3", "f4"];

impl Compiler<'_> {
    pub(super) fn touch(&self, test: &TouchTest) -> Plan {
        let filter = self.touch_filter("e", &test.filter, test.window);
        let measured = test.sum.is_some() || test.first.is_some() || test.last.is_some();
        if !measured && let Some(negated) = self.at_most(&TOUCHPOINTS, &filter, test.count) {
            return negated;
        }
        let mut having = counted(test.count);
        if let Some((currency, range)) = &test.sum {
            let sum = Sql::text("SUM(CASE WHEN e.currency = ")
                .bind(Value::Text(currency.clone()))
                .and_text(" THEN CAST(e.amount AS DOUBLE PRECISION) END)");
            having.extend(ranged(&sum, *range, |amount| Value::Number(exact(amount))));
        }
        if let Some(window) = test.first {
            having.push(self.in_window(&Sql::text("MIN(e.occurred_at)"), window));
        }
        if let Some(window) = test.last {
            having.push(self.in_window(&Sql::text("MAX(e.occurred_at)"), window));
        }
        self.facts(&TOUCHPOINTS, filter, (!having.is_empty()).then(|| Sql::all(having)))
    }

    /// A count that none at all satisfies is the opposite of a larger one.
    fn at_most(&self, facts: &Facts, filter: &Sql, count: Option<Range>) -> Option<Plan> {
        let range = count.filter(|range| range.least.unwrap_or(0) == 0)?;
        let Some(most) = range.most else { return Some(Plan::all([])) };
        let more = Range { least: Some(most + 1), most: None };
        let having = counted(Some(more));
        let having = (!having.is_empty()).then(|| Sql::all(having));
        Some(self.facts(facts, filter.clone(), having).negated())
    }

    /// A chain of touchpoints of one client. Those of a client into whom others are merged may be of different contacts:
    /// these few are looked for apart.
    pub(super) fn sequence(&self, sequence: &Sequence) -> Plan {
        let steps: Vec<_> = sequence.steps.iter().zip(STEPS).zip(MEMBERS).collect();
        let mut own = Sql::text("SELECT e.contact_id FROM timeline_entries e");
        let mut of_family = Sql::text(" UNION ALL SELECT f.root FROM ").then(self.family("f"));
        for ((_, step), member) in steps.iter().skip(1) {
            own = own.and_text(" JOIN timeline_entries ").and_text(step).and_text(" ON ");
            own = own.and_text(step).and_text(".contact_id = e.contact_id");
            of_family = of_family.and_text(" JOIN ").then(self.family(member));
            of_family = of_family.and_text(" ON ").and_text(member).and_text(".root = f.root");
        }
        of_family = of_family.and_text(" CROSS JOIN timeline_entries e");
        for ((_, step), _) in steps.iter().skip(1) {
            of_family = of_family.and_text(" CROSS JOIN timeline_entries ").and_text(step);
        }
        let mut conditions = Vec::new();
        for (n, ((filter, step), _)) in steps.iter().enumerate() {
            let window = if n == 0 { sequence.window } else { Window::EVER };
            conditions.push(self.touch_filter(step, filter, window));
            if let Some(before) = n.checked_sub(1).and_then(|before| STEPS.get(before)) {
                let after = Sql::text(step).and_text(".occurred_at > ").and_text(before).and_text(".occurred_at");
                let soon = Sql::text(step).and_text(".occurred_at <= ");
                conditions.extend([after, soon.then(Sql::later("e", ".occurred_at", sequence.within.0))]);
            }
        }
        let chain = Sql::all(conditions);
        own = own.and_text(" WHERE ").then(chain.clone()).then(self.only("e.contact_id"));
        of_family = of_family.and_text(" WHERE ").then(chain);
        for ((_, step), member) in steps {
            of_family = of_family.and_text(" AND ").and_text(step).and_text(".contact_id = ");
            of_family = of_family.and_text(member).and_text(".id");
        }
        Plan::Among(own.then(of_family))
    }

    fn touch_filter(&self, table: &'static str, filter: &TouchFilter, window: Window) -> Sql {
        let column = |column: &'static str| Sql::text(table).and_text(column);
        // Notes are written about a client, not exchanged with them; all channels by name lead to the index.
        let all = Channel::ALL.iter().copied().filter(|channel| *channel != Channel::Note);
        let channels: Vec<_> = if filter.channels.is_empty() { all.collect() } else { filter.channels.clone() };
        let texts = |texts: Vec<String>| Sql::text(" IN (").then(Sql::list(texts.into_iter().map(Value::Text)));
        let names = channels.iter().map(ToString::to_string).collect();
        let mut conditions = vec![
            column(".channel IS NOT NULL"),
            column(".deleted_at IS NULL"),
            column(".channel").then(texts(names)).and_text(")"),
            column(".occurred_at < ").bind(Value::At(self.asked.now)),
        ];
        let (from, to) = window.ends(self.asked.now);
        conditions.extend(from.map(|from| column(".occurred_at >= ").bind(Value::At(from))));
        conditions.extend(to.map(|to| column(".occurred_at < ").bind(Value::At(to))));
        conditions
            .extend(filter.online.map(|online| column(if online { ".online = TRUE" } else { ".online = FALSE" })));
        let direction = filter.direction.map(|direction| Value::Text(direction.to_string()));
        conditions.extend(direction.map(|direction| column(".direction = ").bind(direction)));
        for (name, values) in &filter.texts {
            conditions.push(column(text_column(*name)).then(texts(values.clone())).and_text(")"));
        }
        for (key, property) in &filter.properties {
            let expression = Expression::member(table, ".properties", key, property.kind);
            conditions.push(self.test(&expression, &property.test));
        }
        Sql::all(conditions)
    }

    pub(super) fn lead(&self, test: &LeadTest) -> Plan {
        let filter = Sql::all(self.lead_conditions(test));
        if let Some(negated) = self.at_most(&LEADS, &filter, test.count) {
            return negated;
        }
        let having = counted(test.count);
        self.facts(&LEADS, filter, (!having.is_empty()).then(|| Sql::all(having)))
    }

    fn lead_conditions(&self, test: &LeadTest) -> Vec<Sql> {
        let now = self.asked.now;
        let ids = |column: &'static str, ids: Vec<Value>| {
            (!ids.is_empty()).then(|| Sql::text(column).and_text(" IN (").then(Sql::list(ids)).and_text(")"))
        };
        let mut all = vec![Sql::text("l.deleted_at IS NULL")];
        all.extend(test.pipeline.map(|id| Sql::text("l.pipeline_id = ").bind(Value::Id(id.0))));
        all.extend(ids("l.owner_id", test.owners.iter().map(|id| Value::Id(id.0)).collect()));
        let texts = |texts: &[String]| texts.iter().cloned().map(Value::Text).collect();
        all.extend(ids("l.source", texts(&test.sources)));
        all.extend(ids("l.first_touch_group", texts(&test.first_touch_groups)));
        all.extend(ids("l.last_touch_group", texts(&test.last_touch_groups)));
        if self.asked.past {
            let stood = Sql::text("l.id IN (SELECT s.lead_id FROM stage_intervals s WHERE s.entered_at < ")
                .bind(Value::At(now))
                .and_text(" AND (s.exited_at IS NULL OR s.exited_at >= ")
                .bind(Value::At(now))
                .and_text(") AND ")
                .then(Sql::all(self.standing(test, &STOOD)));
            all.push(stood.then(self.only("s.contact_id")).and_text(")"));
        } else {
            all.extend(self.standing(test, &STANDS));
        }
        if let Some((_, stages)) = &test.reached {
            all.push(self.stays(stages, Window::EVER).and_text(")"));
        }
        if let Some((stage, window)) = test.entered {
            all.push(self.stays(&[stage], window).and_text(")"));
        }
        if let Some((stage, range)) = test.time_in_stage {
            let sum = Sql::text("SUM(").then(Sql::elapsed("s.entered_at", "s.exited_at", now)).and_text(")");
            let stays = self.stays(&[stage], Window::EVER).and_text(" GROUP BY s.lead_id HAVING ");
            all.push(stays.then(Sql::all(ranged(&sum, range, Value::Whole))).and_text(")"));
        }
        if let Some((currency, range)) = &test.value {
            all.push(Sql::text("l.currency = ").bind(Value::Text(currency.clone())));
            all.extend(ranged(&Sql::text("l.amount"), *range, Value::Whole));
        }
        all.extend(test.began.map(|window| self.in_window(&Sql::text("l.entered_at"), window)));
        for (key, kind, value) in &test.custom {
            all.push(self.test(&Expression::member("l", ".custom", key, *kind), value));
        }
        all
    }

    /// What is asked of the stage that leads stand in.
    fn standing(&self, test: &LeadTest, columns: &Standing) -> Vec<Sql> {
        let one_of = |column, ids: Vec<Value>| Sql::text(column).and_text(" IN (").then(Sql::list(ids)).and_text(")");
        let mut all = Vec::new();
        if !test.stages.is_empty() {
            all.push(one_of(columns.stage, test.stages.iter().map(|id| Value::Id(id.0)).collect()));
        }
        if !test.lost_reasons.is_empty() {
            all.push(one_of(columns.lost_reason, test.lost_reasons.iter().map(|id| Value::Id(id.0)).collect()));
        }
        if let Some(kind) = test.status {
            all.push(Sql::text(columns.kind).bind(Value::Text(kind.to_string())).and_text(columns.kind_ends));
        }
        if let Some(range) = test.in_stage_for {
            let ago = |micros: i64| Value::At(self.asked.now.plus(-chrono::TimeDelta::microseconds(micros)));
            let since = || Sql::text(columns.since);
            all.extend(range.least.map(|least| since().and_text(" <= ").bind(ago(least))));
            all.extend(range.most.map(|most| since().and_text(" >= ").bind(ago(most))));
        }
        if let Some((how, text)) = &test.reason {
            let told = Sql::text(columns.reason).then(text_test(&Sql::text("s.reason"), *how, text));
            all.push(told.and_text(columns.reason_ends));
        }
        if let Some(window) = test.closed {
            all.extend([Sql::text(columns.is_closed), self.in_window(&Sql::text(columns.closed), window)]);
        }
        all
    }

    /// `l.id IN (SELECT …` the leads that stayed in one of these stages, entered in the window; left open.
    fn stays(&self, stages: &[StageId], window: Window) -> Sql {
        let stages = Sql::list(stages.iter().map(|id| Value::Id(id.0)));
        let stays = Sql::text("l.id IN (SELECT s.lead_id FROM stage_intervals s WHERE s.stage_id IN (")
            .then(stages)
            .and_text(") AND s.entered_at < ")
            .bind(Value::At(self.asked.now));
        let (from, to) = window.ends(self.asked.now);
        let from = from.map(|from| Sql::text(" AND s.entered_at >= ").bind(Value::At(from)));
        let to = to.map(|to| Sql::text(" AND s.entered_at < ").bind(Value::At(to)));
        stays.then(from.unwrap_or_default()).then(to.unwrap_or_default()).then(self.only("s.contact_id"))
    }

    /// Whether an instant lies in a window; one that is not there does not, and one to come does not either.
    pub(super) fn in_window(&self, e: &Sql, window: Window) -> Sql {
        let (from, to) = window.ends(self.asked.now);
        let from = from.map(|from| e.clone().and_text(" >= ").bind(Value::At(from)));
        let to = e.clone().and_text(" < ").bind(Value::At(to.map_or(self.asked.now, |to| to.min(self.asked.now))));
        Sql::text("(").then(Sql::all(from.into_iter().chain([to]))).and_text(" IS TRUE)")
    }
}

/// Where it is told in which stage a lead stands.
struct Standing {
    stage: &'static str,
    since: &'static str,
    lost_reason: &'static str,
    kind: &'static str,
    kind_ends: &'static str,
    reason: &'static str,
    reason_ends: &'static str,
    is_closed: &'static str,
    closed: &'static str,
}

/// Now: by the lead.
const STANDS: Standing = Standing {
    stage: "l.stage_id",
    since: "l.stage_entered_at",
    lost_reason: "l.lost_reason_id",
    kind: "l.stage_kind = ",
    kind_ends: "",
    reason: "EXISTS (SELECT 1 FROM stage_intervals s WHERE s.contact_id = l.contact_id AND s.lead_id = l.id \
             AND s.exited_at IS NULL AND ",
    reason_ends: ")",
    is_closed: "1 = 1",
    closed: "l.closed_at",
};

/// Then: by the stay that went on.
const STOOD: Standing = Standing {
    stage: "s.stage_id",
    since: "s.entered_at",
    lost_reason: "s.lost_reason_id",
    kind: "s.stage_id IN (SELECT st.id FROM stages st WHERE st.kind = ",
    kind_ends: ")",
    reason: "",
    reason_ends: "",
    is_closed: "s.stage_id IN (SELECT st.id FROM stages st WHERE st.kind <> 'open')",
    closed: "s.entered_at",
};

/// The conditions on how many there are; none for at least one.
fn counted(count: Option<Range>) -> Vec<Sql> {
    let range = count.unwrap_or_default();
    let least = range.least.filter(|least| *least > 1);
    ranged(&Sql::text("COUNT(*)"), Range { least, most: range.most }, Value::Whole)
}

fn ranged(e: &Sql, range: Range, value: impl Fn(i64) -> Value) -> Vec<Sql> {
    let least = range.least.map(|least| e.clone().and_text(" >= ").bind(value(least)));
    let most = range.most.map(|most| e.clone().and_text(" <= ").bind(value(most)));
    least.into_iter().chain(most).collect()
}

/// Amounts in rules are whole numbers that a double holds exactly.
fn exact(amount: i64) -> f64 {
    amount.to_string().parse().unwrap_or_default()
}

const fn text_column(text: TouchText) -> &'static str {
    match text {
        TouchText::Kind => ".kind",
        TouchText::Campaign => ".campaign",
        TouchText::ChannelGroup => ".channel_group",
        TouchText::Source => ".source",
        TouchText::UtmSource => ".utm_source",
        TouchText::UtmMedium => ".utm_medium",
        TouchText::UtmCampaign => ".utm_campaign",
        TouchText::UtmTerm => ".utm_term",
        TouchText::UtmContent => ".utm_content",
    }
}
