//! The body of a request: one event, or a batch of them with what they share.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::event::{Call, Event, Refusal};
use super::skew;
use crate::db::types::Instant;

/// The most events of a batch that are taken.
pub const MOST_EVENTS: usize = 2500;

/// What the events of a request share.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shared {
    /// When the sender sent it, by the sender's clock.
    pub sent_at: Option<Instant>,
    /// Circumstances of every event.
    pub context: Option<Map<String, Value>>,
    /// Other tools the sender names for every event.
    pub integrations: Option<Value>,
}

/// A request taken apart: events are still texts, so that a bad one harms no other.
#[derive(Debug)]
pub struct Envelope<'a> {
    /// The write key, where the body carries it.
    pub write_key: Option<String>,
    /// What all events share.
    pub shared: Shared,
    /// The events as they came.
    pub events: Vec<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Many<'a> {
    #[serde(borrow)]
    batch: Vec<&'a RawValue>,
    context: Option<Value>,
    integrations: Option<Value>,
    sent_at: Option<Value>,
    write_key: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Single {
    write_key: Option<Value>,
}

impl<'a> Envelope<'a> {
    /// Takes the body of a batch apart.
    ///
    /// # Errors
    /// What is wrong with the JSON.
    pub fn batch(body: &'a [u8]) -> Result<Self, String> {
        let batch: Many<'a> = object(body)?;
        let context = match batch.context {
            Some(Value::Object(map)) => Some(map),
            _ => None,
        };
        let shared = Shared {
            sent_at: batch.sent_at.as_ref().and_then(skew::read),
            context,
            integrations: batch.integrations.filter(|value| !value.is_null()),
        };
        let events = batch.batch.into_iter().map(RawValue::get).collect();
        Ok(Self { write_key: text(batch.write_key), shared, events })
    }

    /// Takes a body that is one event.
    ///
    /// # Errors
    /// What is wrong with the JSON.
    pub fn single(body: &'a [u8]) -> Result<Self, String> {
        let single: Single = object(body)?;
        let event: &RawValue = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        Ok(Self { write_key: text(single.write_key), shared: Shared::default(), events: vec![event.get()] })
    }

    /// Reads the events, each on its own.
    #[must_use]
    pub fn read(&self, call: Option<Call>, received_at: Instant) -> Vec<Result<Event, Refusal>> {
        let too_many =
            || Err(Refusal::new("too_many", format!("a batch must not have more than {MOST_EVENTS} events")));
        let read = |(index, text): (usize, &&str)| {
            if index < MOST_EVENTS { Event::parse(text, call, &self.shared, received_at) } else { too_many() }
        };
        self.events.iter().enumerate().map(read).collect()
    }
}

fn object<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, String> {
    // serde would take an array for a struct, field by field.
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err("the body must be a JSON object".to_owned());
    }
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

fn text(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bad_event_harms_no_other() {
        let body = br#"{"writeKey": "k", "sentAt": "2026-01-01T00:00:00Z", "batch": [
            {"type": "page", "userId": "u"}, 7, {"type": "page", "userId": "\ud800"}, {"type": "page", "userId": "u"}]}"#;
        let envelope = Envelope::batch(body).unwrap();
        assert_eq!(envelope.write_key.as_deref(), Some("k"));
        let read: Vec<_> = envelope.read(None, Instant::now()).into_iter().map(|event| event.is_ok()).collect();
        assert_eq!(read, [true, false, false, true]);
    }

    #[test]
    fn a_body_that_is_no_envelope_is_malformed() {
        for body in ["", "[]", "{", "{}", r#"{"batch": {}}"#, r#"[{"batch": []}]"#, "\u{feff}{}"] {
            assert!(Envelope::batch(body.as_bytes()).is_err(), "{body}");
        }
        assert!(Envelope::batch(b"{\"batch\": [\"\xff\"]}").is_err());
        assert!(Envelope::batch(br#"{"batch": [], "context": [], "sentAt": {}, "writeKey": 7}"#).is_ok());
        let deep = format!("{{\"batch\": [{}]}}", "[".repeat(100_000));
        assert!(Envelope::batch(deep.as_bytes()).is_err());
    }

    #[test]
    fn a_bottomless_event_is_refused_alone() {
        let deep = format!("{{\"batch\": [{}{}, 1]}}", "[".repeat(10_000), "]".repeat(10_000));
        let envelope = Envelope::batch(deep.as_bytes()).unwrap();
        assert_eq!(envelope.read(None, Instant::now()).len(), 2);
    }

    proptest! {
        #[test]
        fn no_body_breaks_the_reader(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Envelope::batch(&body);
            let _ = Envelope::single(&body);
        }
    }
}
