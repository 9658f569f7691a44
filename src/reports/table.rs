//! A report's JSON as a table: a row for each of its parts, a column for each number. Pure.

use serde_json::{Map, Value};

use super::model::ReportKind;

/// A table: columns in the order in which they first come, and rows that may lack some.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Flat {
    pub columns: Vec<String>,
    pub rows: Vec<Map<String, Value>>,
}

/// The rows of a report.
#[must_use]
pub fn flatten(kind: ReportKind, report: &Value) -> Flat {
    let mut flat = Flat::default();
    match kind {
        ReportKind::Funnel => {
            let own = parts_of(report, "all", "bucket");
            for (part, group) in own.chain(parts_of(&report["compared"], "compared", "compared_bucket")) {
                for mode in group["modes"].as_array().into_iter().flatten() {
                    for step in mode["steps"].as_array().into_iter().flatten() {
                        let mut row = Map::new();
                        row.insert("part".into(), part.into());
                        for (name, from) in [("bucket", group), ("label", group), ("mode", mode)] {
                            row.insert(name.into(), from[name].clone());
                        }
                        spread(&mut row, "", step);
                        row.insert("cohort".into(), group["cohort"].clone());
                        flat.push(row);
                    }
                }
            }
        }
        ReportKind::Sales => {
            for part in ["current", "compared"].into_iter().filter(|part| report[*part].is_object()) {
                let mut row = Map::from_iter([("part".to_owned(), part.into())]);
                spread(&mut row, "", &report[part]);
                flat.push(row);
                for name in ["velocity", "lost_reasons"] {
                    let list = report[part].get(name).unwrap_or(&Value::Null);
                    flat.named(&format!("{part}.{name}"), list);
                }
            }
        }
        ReportKind::Journey => flat.journey(report),
        ReportKind::Rfm => flat.list(&report["groups"]),
        ReportKind::TimeInStage => flat.beside(report, "stages"),
        ReportKind::Forecast => flat.beside(report, "months"),
        ReportKind::Activity => flat.beside(report, "owners"),
    }
    flat
}

/// A funnel's whole cohort and its parts.
fn parts_of<'v>(
    report: &'v Value,
    all: &'static str,
    bucket: &'static str,
) -> impl Iterator<Item = (&'static str, &'v Value)> {
    let groups = report["groups"].as_array().into_iter().flatten().map(move |group| (bucket, group));
    std::iter::once((all, &report["total"])).filter(|(_, total)| total.is_object()).chain(groups)
}

impl Flat {
    /// The steps of a journey; with a breakdown or another period beside, those of each part behind those of the whole.
    fn journey(&mut self, report: &Value) {
        let groups = |of: &Value| of["groups"].as_array().cloned().unwrap_or_default();
        let other = &report["compared"];
        if !other.is_object() && groups(report).is_empty() {
            return self.list(&report["steps"]);
        }
        for (whole, part, of) in [("all", "bucket", report), ("compared", "compared_bucket", other)] {
            let parts = groups(of);
            for (part, group) in std::iter::once((whole, of)).chain(parts.iter().map(|group| (part, group))) {
                for step in group["steps"].as_array().into_iter().flatten() {
                    let mut row = Map::from_iter([("part".to_owned(), part.into())]);
                    for name in ["bucket", "label"] {
                        row.insert(name.into(), group[name].clone());
                    }
                    spread(&mut row, "", step);
                    row.insert("cohort".into(), group["cohort"].clone());
                    self.push(row);
                }
            }
        }
    }

    /// A list, and that of another period behind it where there is one.
    fn beside(&mut self, report: &Value, name: &str) {
        let other = &report["compared"];
        if !other.is_object() {
            return self.list(&report[name]);
        }
        for (part, list) in [("current", &report[name]), ("compared", &other[name])] {
            self.named(part, list);
        }
    }

    /// A list as rows of a part.
    fn named(&mut self, part: &str, list: &Value) {
        for entry in list.as_array().into_iter().flatten() {
            let mut row = Map::from_iter([("part".to_owned(), part.into())]);
            spread(&mut row, "", entry);
            self.push(row);
        }
    }

    fn list(&mut self, list: &Value) {
        for entry in list.as_array().into_iter().flatten() {
            let mut row = Map::new();
            spread(&mut row, "", entry);
            self.push(row);
        }
    }

    fn push(&mut self, row: Map<String, Value>) {
        for name in row.keys().filter(|name| !self.columns.contains(name)).cloned().collect::<Vec<_>>() {
            // Columns of one list stay together, however late some of them come.
            let stem = |name: &str| name.rsplit_once('.').map(|(stem, _)| stem.to_owned());
            let own = stem(&name);
            let last = own.and_then(|own| self.columns.iter().rposition(|known| stem(known).as_ref() == Some(&own)));
            self.columns.insert(last.map_or(self.columns.len(), |last| last + 1), name);
        }
        self.rows.push(row);
    }
}

/// Objects become columns with dots, sums of money a column for each currency; other lists are left out.
fn spread(row: &mut Map<String, Value>, prefix: &str, value: &Value) {
    let Some(fields) = value.as_object() else { return };
    for (name, value) in fields {
        let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Object(_) => spread(row, &name, value),
            Value::Array(list) => {
                for money in list {
                    if let (Some(currency), Some(amount)) = (money["currency"].as_str(), money["amount"].as_i64()) {
                        row.insert(format!("{name}.{currency}"), amount.into());
                    }
                }
            }
            scalar => drop(row.insert(name, scalar.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_report_becomes_rows_with_a_column_for_each_number_and_currency() {
        let report = json!({ "current": {
            "won": 1, "cycle": { "mean_seconds": 2.5 }, "won_value": [{ "currency": "EUR", "amount": 7 }],
            "lost_reasons": [{ "name": "Price", "leads": 2 }], "velocity": [{ "currency": "EUR", "per_day": 1.5 }],
        }, "compared": { "won": 3, "won_value": [{ "currency": "USD", "amount": 1 }] } });
        let flat = flatten(ReportKind::Sales, &report);
        let columns = ["part", "won", "cycle.mean_seconds", "won_value.EUR", "won_value.USD"];
        assert_eq!(flat.columns[..5], columns, "those of one list stay together");
        let parts: Vec<_> = flat.rows.iter().map(|row| row["part"].as_str().unwrap()).collect();
        assert_eq!(parts, ["current", "current.velocity", "current.lost_reasons", "compared"]);
        assert_eq!((&flat.rows[1]["per_day"], &flat.rows[2]["leads"]), (&json!(1.5), &json!(2)));
        assert_eq!(flatten(ReportKind::Forecast, &json!({})), Flat::default());
    }

    #[test]
    fn a_journey_has_a_row_for_each_step_of_each_part() {
        let steps = |n: u32| json!([{ "name": "visit", "entered": n }, { "name": "won", "entered": 1 }]);
        let plain = json!({ "cohort": 3, "steps": steps(3), "groups": [], "compared": null });
        assert_eq!(flatten(ReportKind::Journey, &plain).columns, ["name", "entered"]);
        let group = json!({ "bucket": "a", "label": null, "cohort": 2, "steps": steps(2) });
        let report = json!({ "cohort": 3, "steps": steps(3), "groups": [group], "compared": { "cohort": 1, "steps": steps(1), "groups": [] } });
        let flat = flatten(ReportKind::Journey, &report);
        assert_eq!(flat.columns, ["part", "bucket", "label", "name", "entered", "cohort"]);
        let told: Vec<_> = flat.rows.iter().map(|row| (row["part"].clone(), row["entered"].clone())).collect();
        let pair = |part: &str, n: u32| (json!(part), json!(n));
        let wanted = [("all", 3), ("all", 1), ("bucket", 2), ("bucket", 1), ("compared", 1), ("compared", 1)];
        assert_eq!(told, wanted.map(|(part, n)| pair(part, n)));
    }
}
