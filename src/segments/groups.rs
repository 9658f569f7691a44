//! The channel groups that a rule names: in a new rule, a name that no rule of the channels gives or ever gave is taken for a
//! mistake.

use serde_json::Value;

use crate::channels;
use crate::db::Connection;
use crate::error::{Error, Result};

const KEYS: [&str; 3] = ["channel_group", "first_touch_group", "last_touch_group"];

/// Refuses a new rule that names a channel group which no rule of the channels gives or ever gave.
///
/// # Errors
/// Each such name, with its place.
pub(super) fn check(conn: &mut Connection, rule: &Value) -> Result<()> {
    let mut named = Vec::new();
    collect(rule, "rule", &mut named);
    let faults = channels::unknown_groups(conn, named)?;
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults)) }
}

/// Every name under one of the keys, with its place.
fn collect<'a>(value: &'a Value, at: &str, named: &mut Vec<(String, &'a str)>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let at = format!("{at}.{key}");
                if KEYS.contains(&key.as_str()) {
                    texts(value, &at, named);
                } else {
                    collect(value, &at, named);
                }
            }
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(n, value)| collect(value, &format!("{at}[{n}]"), named));
        }
        _ => {}
    }
}

/// A text, or each of a list of texts.
fn texts<'a>(value: &'a Value, at: &str, named: &mut Vec<(String, &'a str)>) {
    match value {
        Value::String(text) => named.push((at.to_owned(), text)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(n, value)| texts(value, &format!("{at}[{n}]"), named));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_found_wherever_they_stand() {
        let rule = json!({ "version": 1, "all": [
            { "touchpoints": { "channel_group": ["Email", "Phone"], "kind": "form" } },
            { "not": { "leads": { "first_touch_group": "Fair" } } },
            { "field": "source", "op": "is", "value": "channel_group" },
        ] });
        let mut named = Vec::new();
        collect(&rule, "rule", &mut named);
        let named: Vec<_> = named.iter().map(|(at, name)| (at.as_str(), *name)).collect();
        let expected = [
            ("rule.all[0].touchpoints.channel_group[0]", "Email"),
            ("rule.all[0].touchpoints.channel_group[1]", "Phone"),
            ("rule.all[1].not.leads.first_touch_group", "Fair"),
        ];
        assert_eq!(named, expected);
    }
}
