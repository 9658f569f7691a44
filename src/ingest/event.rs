//! One event of the tracking spec: what it must have, what it must not hold, and what is read from it.

use serde_json::{Map, Value};

use super::envelope::Shared;
use super::skew;
use crate::db::types::Instant;

crate::text_enum! {
    /// What an event says.
    pub enum Call {
        /// Who somebody is.
        Identify = "identify",
        /// What somebody did.
        Track = "track",
        /// Which page somebody saw.
        Page = "page",
        /// Which screen of an app somebody saw.
        Screen = "screen",
        /// Which company somebody belongs to.
        Group = "group",
        /// That two ids are one person's.
        Alias = "alias",
    }
}

impl Call {
    /// Reads the last part of an endpoint's path, in full or as the browser SDK shortens it.
    #[must_use]
    pub fn of_path(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|call| call.as_str() == name || call.as_str().get(..1) == Some(name))
    }

    /// Whether it tells about a person, not of what the person did.
    #[must_use]
    pub const fn tells_of_people(self) -> bool {
        matches!(self, Self::Identify | Self::Group | Self::Alias)
    }
}

/// The most bytes of JSON an event may have.
pub const MOST_BYTES: usize = 32 * 1024;
/// A message id has fewer characters than this.
pub const MESSAGE_ID: usize = 100;
/// The most characters of an id that identifies somebody.
const MOST_ID: usize = 200;

/// Why an event was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// A stable word.
    pub code: &'static str,
    /// The reason, for a person.
    pub message: String,
}

impl Refusal {
    /// A refusal.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// An event that can be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What it says.
    pub call: Call,
    /// What it is known by; made here where the sender gave none.
    pub message_id: String,
    /// The id the sender's own system has for the person.
    pub user_id: Option<String>,
    /// The id of a browser or device.
    pub anonymous_id: Option<String>,
    /// The id that an alias joins to the other.
    pub previous_id: Option<String>,
    /// The sender's id of a company.
    pub group_id: Option<String>,
    /// The name of what was done, or of the page or screen.
    pub name: Option<String>,
    /// When it happened, by our clock.
    pub occurred_at: Instant,
    /// What is known about the person or, for a group, the company.
    pub traits: Map<String, Value>,
    /// What is known about the deed.
    pub properties: Map<String, Value>,
    /// The circumstances, with those of the batch.
    pub context: Map<String, Value>,
    /// Which other tools the sender names.
    pub integrations: Option<Value>,
}

impl Event {
    /// Reads an event. `call` is the endpoint's, where it names one; `received_at` is when it reached us.
    ///
    /// # Errors
    /// Why it cannot be taken.
    pub fn parse(text: &str, call: Option<Call>, shared: &Shared, received_at: Instant) -> Result<Self, Refusal> {
        if text.len() > MOST_BYTES {
            return Err(Refusal::new("too_large", format!("an event must not have more than {MOST_BYTES} bytes")));
        }
        let value: Value = serde_json::from_str(text).map_err(|error| Refusal::new("malformed", error.to_string()))?;
        if holds_nul(&value) {
            return Err(Refusal::new("nul", "must not hold the character U+0000"));
        }
        let Value::Object(mut map) = value else {
            return Err(Refusal::new("type", "an event must be a JSON object"));
        };
        let call = match call {
            Some(call) => call,
            None => read_call(&map)?,
        };
        let event = Self {
            call,
            message_id: message_id(&map)?,
            user_id: id(&map, "userId")?,
            anonymous_id: id(&map, "anonymousId")?,
            previous_id: id(&map, "previousId")?,
            group_id: id(&map, "groupId")?,
            name: text_of(&map, if call == Call::Track { "event" } else { "name" })?,
            occurred_at: occurred_at(&map, shared, received_at)?,
            traits: object(&mut map, "traits")?,
            properties: object(&mut map, "properties")?,
            context: merged(object(&mut map, "context")?, shared.context.as_ref()),
            integrations: map
                .shift_remove("integrations")
                .filter(|tools| !tools.is_null())
                .or_else(|| shared.integrations.clone()),
        };
        event.check().map(|()| event)
    }

    fn check(&self) -> Result<(), Refusal> {
        let required = |field: &str| Err(Refusal::new("required", format!("{} needs {field}", self.call)));
        match self.call {
            _ if self.user_id.is_none() && self.anonymous_id.is_none() && self.call != Call::Alias => {
                Err(Refusal::new("required", "userId or anonymousId must be present"))
            }
            Call::Track if self.name.is_none() => required("event"),
            Call::Group if self.group_id.is_none() => required("groupId"),
            Call::Alias if self.previous_id.is_none() => required("previousId"),
            Call::Alias if self.user_id.is_none() && self.anonymous_id.is_none() => required("userId"),
            _ => Ok(()),
        }
    }
}

fn read_call(map: &Map<String, Value>) -> Result<Call, Refusal> {
    let named = map.get("type").and_then(Value::as_str);
    named
        .and_then(|name| name.parse().ok())
        .ok_or_else(|| Refusal::new("type", "type must be one of: identify, track, page, screen, group, alias"))
}

fn message_id(map: &Map<String, Value>) -> Result<String, Refusal> {
    match scalar(map, "messageId")? {
        None => Ok(format!("touchline-{}", uuid::Uuid::now_v7())),
        Some(id) if id.chars().count() < MESSAGE_ID => Ok(id),
        Some(_) => Err(Refusal::new("length", format!("messageId must have fewer than {MESSAGE_ID} characters"))),
    }
}

/// An id: senders write numbers too.
fn id(map: &Map<String, Value>, field: &str) -> Result<Option<String>, Refusal> {
    match scalar(map, field)? {
        Some(id) if id.chars().count() > MOST_ID => {
            Err(Refusal::new("length", format!("{field} must not have more than {MOST_ID} characters")))
        }
        found => Ok(found),
    }
}

/// A text or number; null and blank are as good as absent.
fn scalar(map: &Map<String, Value>, field: &str) -> Result<Option<String>, Refusal> {
    match map.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(Refusal::new("type", format!("{field} must be a string"))),
    }
}

fn text_of(map: &Map<String, Value>, field: &str) -> Result<Option<String>, Refusal> {
    match map.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::new("type", format!("{field} must be a string"))),
    }
}

fn object(map: &mut Map<String, Value>, field: &str) -> Result<Map<String, Value>, Refusal> {
    match map.shift_remove(field) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(Refusal::new("type", format!("{field} must be an object"))),
    }
}

fn occurred_at(map: &Map<String, Value>, shared: &Shared, received_at: Instant) -> Result<Instant, Refusal> {
    let given = |field| map.get(field).filter(|value| !value.is_null());
    let original = match given("originalTimestamp").or_else(|| given("timestamp")) {
        None => None,
        Some(value) => Some(
            skew::read(value)
                .ok_or_else(|| Refusal::new("timestamp", "timestamp must be a time like 2026-01-31T12:00:00.000Z"))?,
        ),
    };
    let sent_at = given("sentAt").and_then(skew::read).or(shared.sent_at);
    skew::occurred_at(received_at, sent_at, original)
}

/// The event's own circumstances with those of its batch that it does not name itself, one level deep as well.
fn merged(mut own: Map<String, Value>, batch: Option<&Map<String, Value>>) -> Map<String, Value> {
    for (key, value) in batch.into_iter().flatten() {
        match (own.get_mut(key), value) {
            (None, value) => drop(own.insert(key.clone(), value.clone())),
            (Some(Value::Object(own)), Value::Object(shared)) => {
                for (key, value) in shared {
                    if !own.contains_key(key) {
                        own.insert(key.clone(), value.clone());
                    }
                }
            }
            (Some(_), _) => {}
        }
    }
    own
}

/// No database text can hold U+0000.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn parse(value: &Value) -> Result<Event, Refusal> {
        let shared =
            Shared { context: json!({ "library": { "name": "x" } }).as_object().cloned(), ..Shared::default() };
        Event::parse(&value.to_string(), None, &shared, "2026-01-01T12:00:00Z".parse().unwrap())
    }

    fn refused(value: Value) -> &'static str {
        parse(&value).unwrap_err().code
    }

    #[test]
    fn an_event_takes_what_its_batch_shares() {
        let event = parse(&json!({
            "type": "track", "event": "Signed up", "userId": 7, "anonymousId": null, "traits": null,
            "context": { "library": { "version": "1" }, "page": {} },
        }))
        .unwrap();
        assert_eq!((event.user_id.as_deref(), event.anonymous_id), (Some("7"), None));
        assert_eq!(event.context["library"], json!({ "version": "1", "name": "x" }));
    }

    #[test]
    fn what_an_event_lacks_is_told() {
        assert_eq!(refused(json!([])), "type");
        assert_eq!(refused(json!({ "type": "tracc", "userId": "u" })), "type");
        assert_eq!(refused(json!({ "type": "track", "event": "x" })), "required");
        assert_eq!(refused(json!({ "type": "track", "event": "x", "userId": " " })), "required");
        assert_eq!(refused(json!({ "type": "track", "userId": "u" })), "required");
        assert_eq!(refused(json!({ "type": "alias", "userId": "u" })), "required");
        assert_eq!(refused(json!({ "type": "group", "userId": "u" })), "required");
        assert_eq!(refused(json!({ "type": "page", "userId": {} })), "type");
        assert_eq!(refused(json!({ "type": "page", "userId": "u", "properties": [] })), "type");
        assert_eq!(refused(json!({ "type": "page", "userId": "u\u{0}" })), "nul");
        assert_eq!(refused(json!({ "type": "page", "userId": "u", "messageId": "m".repeat(100) })), "length");
        assert_eq!(refused(json!({ "type": "page", "userId": "u", "timestamp": "soon" })), "timestamp");
        assert_eq!(refused(json!({ "type": "page", "userId": "u", "timestamp": "1970-01-01T00:00:00Z" })), "too_old");
        assert_eq!(refused(json!({ "type": "page", "userId": "u", "name": "x".repeat(MOST_BYTES) })), "too_large");
        assert!(parse(&json!({ "type": "page", "userId": "u", "messageId": "m".repeat(99) })).is_ok());
    }

    #[test]
    fn endpoints_have_long_and_short_names() {
        assert_eq!(Call::of_path("identify"), Some(Call::Identify));
        assert_eq!(Call::of_path("p"), Some(Call::Page));
        assert_eq!((Call::of_path("x"), Call::of_path("")), (None, None));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,200}") {
            let _ = Event::parse(&text, None, &Shared::default(), Instant::now());
        }

        #[test]
        fn texts_come_back_as_they_were(name in "[^\u{0}]{1,50}", key in "[^\u{0}]{1,20}") {
            let event = parse(&json!({ "type": "track", "event": name, "userId": "u", "properties": { key.clone(): name } }));
            let event = event.unwrap();
            prop_assert_eq!(event.name.as_deref(), Some(name.as_str()));
            prop_assert_eq!(event.properties[&key].as_str(), Some(name.as_str()));
        }
    }
}
