//! What was measured, as a table for people and JSON for machines, and whether it reaches what it must.

use std::fmt::Write;

use serde_json::{Value, json};

use super::stats::{Rate, ratio};

/// One thing measured every way.
#[derive(Debug, Clone)]
pub struct Line {
    /// What.
    pub name: &'static str,
    /// Each way (`in process, 1 thread`, `HTTP, 16 connections`) and its rate.
    pub ways: Vec<(Way, Rate)>,
}

/// How something was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Without a server, on this many threads.
    Local(usize),
    /// Over HTTP, on this many connections.
    Http(usize),
}

/// A goal.
#[derive(Debug, Clone)]
pub struct Goal {
    /// What must hold.
    pub name: String,
    /// What was measured.
    pub value: Option<f64>,
    /// The bound.
    pub bound: f64,
    /// Whether the value must be at least the bound; else at most.
    pub at_least: bool,
}

/// Everything.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Where and how much.
    pub setting: Vec<(&'static str, String)>,
    /// The measurements.
    pub lines: Vec<Line>,
    /// The goals.
    pub goals: Vec<Goal>,
}

impl Line {
    /// Its rate one way.
    #[must_use]
    pub fn rate(&self, way: Way) -> Option<f64> {
        self.ways.iter().find(|(known, _)| *known == way).map(|(_, rate)| rate.per_second)
    }

    /// The best rate over HTTP.
    #[must_use]
    pub fn best_http(&self) -> Option<f64> {
        let rates = self.ways.iter().filter(|(way, _)| matches!(way, Way::Http(_))).map(|(_, rate)| rate.per_second);
        rates.max_by(f64::total_cmp)
    }
}

impl Goal {
    /// Whether it is reached.
    #[must_use]
    pub fn reached(&self) -> bool {
        self.value.is_some_and(|value| if self.at_least { value >= self.bound } else { value <= self.bound })
    }
}

impl Report {
    /// The rate of a line one way.
    #[must_use]
    pub fn rate(&self, name: &str, way: Way) -> Option<f64> {
        self.lines.iter().find(|line| line.name == name)?.rate(way)
    }

    /// How one rate compares to another.
    #[must_use]
    pub fn compare(&self, a: (&str, Way), b: (&str, Way)) -> Option<f64> {
        ratio(self.rate(a.0, a.1)?, self.rate(b.0, b.1)?)
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> String {
        let mut out = String::new();
        for (name, value) in &self.setting {
            writeln!(out, "{name}: {value}").unwrap_or_default();
        }
        let head = ["", "1 thread", "2 threads", "c=1", "c=16", "c=64", "p50 ms", "p99 ms", "CPU ms", "failed"];
        writeln!(out, "\n{}", row(head.map(str::to_owned))).unwrap_or_default();
        for line in &self.lines {
            writeln!(out, "{}", row(line.cells())).unwrap_or_default();
        }
        out.push_str("(in process: rates a second; HTTP: rates a second at c connections; times at c=16)\n\n");
        for goal in &self.goals {
            let verdict = if goal.reached() { "pass" } else { "FAIL" };
            let sign = if goal.at_least { "≥" } else { "≤" };
            let value = goal.value.map_or("not measured".to_owned(), |value| format!("{value:.2}"));
            writeln!(out, "{verdict}  {}: {value} (must be {sign} {})", goal.name, goal.bound).unwrap_or_default();
        }
        out
    }

    /// The same for machines.
    #[must_use]
    pub fn json(&self) -> Value {
        let setting: serde_json::Map<_, _> =
            self.setting.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let lines: Vec<_> = self.lines.iter().map(Line::json).collect();
        let goals = self.goals.iter().map(|goal| {
            json!({ "name": goal.name, "value": goal.value, "bound": goal.bound, "at_least": goal.at_least, "reached": goal.reached() })
        });
        json!({ "setting": setting, "measurements": lines, "goals": goals.collect::<Vec<_>>() })
    }
}

impl Line {
    fn cells(&self) -> [String; 10] {
        let rate = |way| self.rate(way).map_or("-".to_owned(), |rate| format!("{rate:.0}"));
        let busy = self.ways.iter().find(|(way, _)| *way == Way::Http(16)).map(|(_, rate)| *rate);
        let ms =
            |micros: Option<u32>| micros.map_or("-".to_owned(), |micros| format!("{:.2}", f64::from(micros) / 1000.0));
        let failed: usize = self.ways.iter().map(|(_, rate)| rate.failed).sum();
        [
            self.name.to_owned(),
            rate(Way::Local(1)),
            rate(Way::Local(2)),
            rate(Way::Http(1)),
            rate(Way::Http(16)),
            rate(Way::Http(64)),
            ms(busy.map(|rate| rate.p50)),
            ms(busy.map(|rate| rate.p99)),
            busy.and_then(|rate| rate.cpu_ms).map_or("-".to_owned(), |cpu| format!("{cpu:.3}")),
            failed.to_string(),
        ]
    }

    fn json(&self) -> Value {
        let ways = self.ways.iter().map(|(way, rate)| {
            let (kind, width) = match way {
                Way::Local(threads) => ("in_process", threads),
                Way::Http(connections) => ("http", connections),
            };
            json!({
                "way": kind, "at_once": width, "per_second": rate.per_second, "p50_micros": rate.p50,
                "p99_micros": rate.p99, "cpu_ms": rate.cpu_ms, "failed": rate.failed,
            })
        });
        json!({ "name": self.name, "ways": ways.collect::<Vec<_>>() })
    }
}

fn row(cells: [String; 10]) -> String {
    let mut cells = cells.into_iter();
    let first = format!("{:<34}", cells.next().unwrap_or_default());
    cells.fold(first, |line, cell| format!("{line}{cell:>11}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let rate = |per_second| Rate { per_second, p50: 1500, p99: 2500, cpu_ms: Some(0.25), failed: 0 };
        let line = Line { name: "one contact", ways: vec![(Way::Local(2), rate(200.0)), (Way::Http(16), rate(150.0))] };
        Report { lines: vec![line], ..Report::default() }
    }

    #[test]
    fn rates_are_compared_and_goals_judged() {
        let value = report().compare(("one contact", Way::Http(16)), ("one contact", Way::Local(2)));
        let goal = |at_least, bound, value| Goal { name: String::new(), value, bound, at_least };
        assert_eq!(value, Some(0.75));
        assert!(goal(true, 0.6, value).reached() && !goal(true, 0.8, value).reached());
        assert!(goal(false, 0.8, value).reached() && !goal(false, 0.7, value).reached());
        assert!(!goal(false, 1.0, None).reached());
    }

    #[test]
    fn the_table_shows_what_was_measured() {
        let table = report().table();
        let line = table.lines().find(|line| line.starts_with("one contact")).unwrap();
        let cells: Vec<_> = line.split_whitespace().skip(2).collect();
        assert_eq!(cells, ["-", "200", "-", "150", "-", "1.50", "2.50", "0.250", "0"]);
    }
}
