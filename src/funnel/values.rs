//! What a custom field's value is counted under: money under its currency, a list under each of its entries.

use serde_json::Value;

use crate::fields::FieldKind;

/// The parts that a value belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    One(String),
    /// At least one.
    Several(Vec<String>),
}

impl Values {
    /// Those of a field's value; nothing where it is empty.
    #[must_use]
    pub fn of(kind: FieldKind, value: &Value) -> Option<Self> {
        let text = |value: &Value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        match (kind, value) {
            (FieldKind::Money, value) => text(value.get("currency")?).map(Self::One),
            (_, Value::Array(list)) => {
                let parts: Vec<String> = list.iter().filter_map(text).collect();
                (!parts.is_empty()).then_some(Self::Several(parts))
            }
            (_, value) => text(value).map(Self::One),
        }
    }

    /// Each of them.
    pub fn each(&self) -> impl Iterator<Item = &String> {
        match self {
            Self::One(part) => std::slice::from_ref(part).iter(),
            Self::Several(parts) => parts.iter(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_has_the_parts_that_people_would_count_it_under() {
        let one = |text: &str| Some(Values::One(text.to_owned()));
        assert_eq!(Values::of(FieldKind::Text, &json!("a \"b\"")), one("a \"b\""));
        assert_eq!(Values::of(FieldKind::Number, &json!(1.5)), one("1.5"));
        assert_eq!(Values::of(FieldKind::Boolean, &json!(false)), one("false"));
        assert_eq!(Values::of(FieldKind::Money, &json!({ "amount": 5, "currency": "EUR" })), one("EUR"));
        let both = Some(Values::Several(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(Values::of(FieldKind::MultiChoice, &json!(["a", "b"])), both);
        assert_eq!(Values::of(FieldKind::MultiChoice, &json!([])), None);
        assert_eq!(Values::of(FieldKind::Text, &json!(null)), None);
    }
}
