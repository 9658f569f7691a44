//! What a rule means, the slow way: straight from its JSON and from every fact of a client.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use serde_json::Value;

use super::firms;
use super::world::{DAY, KnownLead, Person, STAGES, Touch, World};

pub struct Oracle<'w> {
    pub world: &'w World,
    pub zone: Tz,
}

fn list(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |list| list.iter().collect())
}

fn span(value: &Value) -> i64 {
    let text = value.as_str().unwrap();
    let (digits, unit) = text.split_at(text.len() - 1);
    digits.parse::<i64>().unwrap() * if unit == "d" { DAY } else { DAY / 24 }
}

fn within(range: &Value, number: f64) -> bool {
    range["at_least"].as_f64().is_none_or(|least| number >= least)
        && range["at_most"].as_f64().is_none_or(|most| number <= most)
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn count_within(range: &Value, number: usize) -> bool {
    if range.is_null() { number > 0 } else { within(range, number as f64) }
}

impl Oracle<'_> {
    /// Whether a client belongs; times are microseconds from now.
    pub fn holds(&self, root: usize, rule: &Value) -> bool {
        let person = &self.world.people[root];
        if let Some(all) = rule["all"].as_array() {
            return all.iter().all(|rule| self.holds(root, rule));
        }
        if let Some(any) = rule["any"].as_array() {
            return any.iter().any(|rule| self.holds(root, rule));
        }
        if rule["not"].is_object() {
            return !self.holds(root, &rule["not"]);
        }
        if let Some(tag) = rule["tag"].as_str() {
            return person.tags.contains(&tag);
        }
        if let Some(channel) = rule["consent"].as_str() {
            let said = person.consents.get(channel).and_then(|consent| consent["state"].as_str());
            return said.unwrap_or("none") == rule["state"];
        }
        if let Some(field) = rule["field"].as_str() {
            return self.field(root, field, rule);
        }
        if rule["sequence"].is_array() {
            return self.sequence(root, rule);
        }
        if rule["leads"].is_object() {
            let family = self.world.family(root);
            let leads = family.iter().flat_map(|person| &person.leads).filter(|lead| self.lead(lead, &rule["leads"]));
            return count_within(&rule["count"], leads.count());
        }
        self.touchpoints(root, rule)
    }

    fn value(person: &Person, field: &str) -> Option<Value> {
        match field {
            "job_title" => person.job_title.map(Value::from),
            "source" => person.source.map(Value::from),
            "city" => person.city.map(Value::from),
            custom => person.custom.get(custom.strip_prefix("custom.").unwrap()).cloned(),
        }
    }

    fn field(&self, root: usize, field: &str, rule: &Value) -> bool {
        let (op, wanted) = (rule["op"].as_str().unwrap(), &rule["value"]);
        if op == "changed_in_last" {
            let told = matches!(field, "job_title" | "custom.score");
            let mut changes = self.world.family(root).into_iter().flat_map(|person| person.changed.clone());
            return told && changes.any(|at| at >= -span(wanted));
        }
        if matches!(field, "email" | "phone") {
            return firms::reaches(&self.world.family(root), field, op, wanted);
        }
        if field.starts_with("company.") {
            let value = firms::value(self.world, &self.world.people[root], field);
            return self.test(value.as_ref(), op, wanted);
        }
        if field == "created_at" {
            return self.in_window(self.world.people[root].created, wanted);
        }
        self.test(Self::value(&self.world.people[root], field).as_ref(), op, wanted)
    }

    fn test(&self, value: Option<&Value>, op: &str, wanted: &Value) -> bool {
        let is = |value: &Value| {
            list(wanted).into_iter().any(|one| match (one.as_f64(), value.as_f64()) {
                (Some(a), Some(b)) => (a - b).abs() < 1e-9,
                _ => one == value,
            })
        };
        let value = value.filter(|value| value.as_array().is_none_or(|list| !list.is_empty()));
        let Some(value) = value else { return matches!(op, "empty" | "is_not") };
        let small = |text: &Value| text.as_str().unwrap().to_lowercase();
        match op {
            "empty" => false,
            "filled" => true,
            "is" => is(value),
            "is_not" => !is(value),
            "contains" => small(value).contains(&small(wanted)),
            "starts_with" => small(value).starts_with(&small(wanted)),
            "ends_with" => small(value).ends_with(&small(wanted)),
            "has_any" => list(wanted).into_iter().any(|one| value.as_array().unwrap().contains(one)),
            "has_all" => list(wanted).into_iter().all(|one| value.as_array().unwrap().contains(one)),
            "in_last_days" | "in_next_days" | "anniversary_in_next_days" => self.day(value, op, wanted),
            "at_least" => compare(value, wanted).is_some_and(std::cmp::Ordering::is_ge),
            "at_most" => compare(value, wanted).is_some_and(std::cmp::Ordering::is_le),
            "between" => {
                compare(value, &wanted[0]).is_some_and(std::cmp::Ordering::is_ge)
                    && compare(value, &wanted[1]).is_some_and(std::cmp::Ordering::is_le)
            }
            other => panic!("{other}"),
        }
    }

    fn day(&self, value: &Value, op: &str, wanted: &Value) -> bool {
        let today = self.world.now.to_utc().with_timezone(&self.zone).date_naive();
        let day: NaiveDate = value.as_str().unwrap().parse().unwrap();
        let days = wanted.as_i64().unwrap();
        match op {
            "in_last_days" => (0..=days).contains(&(today - day).num_days()),
            "in_next_days" => (0..=days).contains(&(day - today).num_days()),
            _ => (0..=days).any(|ahead| {
                let on = today + chrono::TimeDelta::days(ahead);
                let leapling = day.month() == 2 && day.day() == 29 && !on.leap_year();
                let born = if leapling { (2, 28) } else { (day.month(), day.day()) };
                (on.month(), on.day()) == born
            }),
        }
    }

    fn in_window(&self, at: i64, window: &Value) -> bool {
        if window.is_null() {
            return at < 0;
        }
        if !window["last"].is_null() {
            return at < 0 && at >= -span(&window["last"]);
        }
        if !window["before_last"].is_null() {
            return at < -span(&window["before_last"]);
        }
        let end = |end: &Value| {
            let end = end.as_str()?.parse::<touchline::db::types::Instant>().ok()?;
            Some(end.micros() - self.world.now.micros())
        };
        at < 0 && end(&window["from"]).is_none_or(|from| at >= from) && end(&window["to"]).is_none_or(|to| at < to)
    }

    fn matches(&self, touch: &Touch, filter: &Value) -> bool {
        let text = |key: &str, value: Option<&str>| {
            filter[key].is_null() || value.is_some_and(|value| list(&filter[key]).into_iter().any(|one| one == value))
        };
        let channel =
            if filter["channel"].is_null() { touch.channel != "note" } else { text("channel", Some(touch.channel)) };
        let property = |wish: &Value| {
            let value = touch.properties.as_ref().and_then(|known| known.get(wish["key"].as_str().unwrap()));
            let value = value.filter(|value| {
                let first = list(&wish["value"])[0];
                first.is_null() || first.is_number() == value.is_number() && first.is_boolean() == value.is_boolean()
            });
            self.test(value, wish["op"].as_str().unwrap(), &wish["value"])
        };
        channel
            && !touch.deleted
            && touch.at < 0
            && text("kind", touch.kind)
            && text("campaign", touch.campaign)
            && text("channel_group", touch.group)
            && text("direction", touch.direction)
            && filter["online"].as_bool().is_none_or(|online| online == touch.online)
            && (filter["property"].is_null() || list(&filter["property"]).into_iter().all(property))
    }

    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn touchpoints(&self, root: usize, rule: &Value) -> bool {
        let family = self.world.family(root);
        let found: Vec<&Touch> = family
            .iter()
            .flat_map(|person| &person.touches)
            .filter(|touch| self.matches(touch, &rule["touchpoints"]) && self.in_window(touch.at, &rule["window"]))
            .collect();
        let measured = ["sum", "first", "last"].iter().any(|key| !rule[*key].is_null());
        let sums: Vec<i64> = found
            .iter()
            .filter_map(|touch| touch.money.filter(|(_, c)| rule["sum"]["currency"] == *c))
            .map(|(a, _)| a)
            .collect();
        count_within(&rule["count"], found.len())
            && (!measured || !found.is_empty())
            && (rule["sum"].is_null() || !sums.is_empty() && within(&rule["sum"], sums.iter().sum::<i64>() as f64))
            && (rule["first"].is_null()
                || self.in_window(found.iter().map(|touch| touch.at).min().unwrap(), &rule["first"]))
            && (rule["last"].is_null()
                || self.in_window(found.iter().map(|touch| touch.at).max().unwrap(), &rule["last"]))
    }

    fn sequence(&self, root: usize, rule: &Value) -> bool {
        let family = self.world.family(root);
        let touches: Vec<&Touch> = family.iter().flat_map(|person| &person.touches).collect();
        let steps = rule["sequence"].as_array().unwrap();
        let firsts = touches.iter().filter(|touch| self.matches(touch, &steps[0]));
        firsts.filter(|touch| self.in_window(touch.at, &rule["window"])).any(|first| {
            // The earliest next step leaves most room for those behind it.
            let reached = steps[1..].iter().try_fold(first.at, |at, step| {
                touches.iter().filter(|touch| touch.at > at && self.matches(touch, step)).map(|touch| touch.at).min()
            });
            reached.is_some_and(|last| last <= first.at + span(&rule["within"]))
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    fn lead(&self, lead: &KnownLead, filter: &Value) -> bool {
        let place = |id: &Value| self.world.stages.iter().position(|stage| *id == stage.to_string()).unwrap();
        let (now_in, since) = *lead.stays.last().unwrap();
        let kind = STAGES[now_in].1;
        let spent = |range: &Value, micros: i64| {
            (range["at_least"].is_null() || micros >= span(&range["at_least"]))
                && (range["at_most"].is_null() || micros <= span(&range["at_most"]))
        };
        let reached = |k: usize| {
            lead.stays
                .iter()
                .any(|(stage, _)| *stage == k || *stage > k && STAGES[*stage].1 != "lost" && STAGES[k].1 != "lost")
        };
        let in_stage = |k: usize| {
            let ends = lead.stays.iter().skip(1).map(|(_, at)| *at).chain([0]);
            lead.stays
                .iter()
                .zip(ends)
                .filter(|((stage, _), _)| *stage == k)
                .map(|((_, from), to)| to - from)
                .collect::<Vec<_>>()
        };
        let asked = |key: &str| !filter[key].is_null();
        !lead.deleted
            && (!asked("stage") || list(&filter["stage"]).into_iter().any(|id| place(id) == now_in))
            && (!asked("status") || filter["status"] == kind)
            && (!asked("source")
                || list(&filter["source"]).into_iter().any(|one| lead.source.is_some_and(|s| one == s)))
            && ["first_touch_group", "last_touch_group"].iter().zip(lead.groups).all(|(key, group)| {
                !asked(key) || list(&filter[*key]).into_iter().any(|one| group.is_some_and(|group| one == group))
            })
            && (!asked("reached") || reached(place(&filter["reached"])))
            && (!asked("entered")
                || lead.stays.iter().any(|(stage, at)| {
                    *stage == place(&filter["entered"]["stage"]) && self.in_window(*at, &filter["entered"]["window"])
                }))
            && (!asked("in_stage_for") || spent(&filter["in_stage_for"], -since))
            && (!asked("time_in_stage") || {
                let stays = in_stage(place(&filter["time_in_stage"]["stage"]));
                !stays.is_empty() && spent(&filter["time_in_stage"], stays.iter().sum())
            })
            && (!asked("value")
                || lead.money.is_some_and(|(amount, currency)| {
                    filter["value"]["currency"] == currency && within(&filter["value"], amount as f64)
                }))
            && (!asked("began") || self.in_window(lead.stays[0].1, &filter["began"]))
            && (!asked("closed") || kind != "open" && self.in_window(since, &filter["closed"]))
            && (!asked("custom")
                || list(&filter["custom"]).into_iter().all(|wish| {
                    let value = lead.custom.get(wish["field"].as_str().unwrap());
                    self.test(value, wish["op"].as_str().unwrap(), &wish["value"])
                }))
    }
}

fn compare(value: &Value, wanted: &Value) -> Option<std::cmp::Ordering> {
    if let (Some(value), Some(wanted)) = (value.as_f64(), wanted.as_f64()) {
        return value.partial_cmp(&wanted);
    }
    if let (Some(value), Some(wanted)) = (value.as_str(), wanted.as_str()) {
        return Some(value.cmp(wanted));
    }
    (value["currency"] == wanted["currency"]).then(|| compare(&value["amount"], &wanted["amount"]))?
}
