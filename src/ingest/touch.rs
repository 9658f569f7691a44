//! What an event looks like on a timeline: a touchpoint, or a change where it says who somebody is.

use serde_json::{Map, Value};

use super::campaign::Origin;
use super::event::{Call, Event};
use crate::accounts::Principal;
use crate::contacts::ContactId;
use crate::db::types::Json;
use crate::error::{Error, Result};
use crate::interactions::{Channel, Direction, Interaction};
use crate::timeline::{EntryId, EntryType, NewEntry};

/// The most characters of a subject; the whole stays in the properties.
const SUBJECT: usize = 500;

/// A row of the timeline that lacks only its client.
#[derive(Debug, Clone)]
pub enum Row {
    /// A touchpoint.
    Touch(Box<Interaction>),
    /// Who somebody is.
    Change(Box<NewEntry>),
}

impl Row {
    /// The row of an event; `source` and its message id keep it from being stored twice.
    ///
    /// # Errors
    /// It cannot be serialised: a fault of ours.
    pub fn of(event: &Event, by: &Principal, source: &str) -> Result<Self> {
        let nobody = ContactId(crate::db::types::Guid(uuid::Uuid::nil()));
        match event.call {
            Call::Track | Call::Page | Call::Screen => {
                let origin = Origin::of(&event.context, (event.call == Call::Page).then_some(&event.properties));
                let mut row = Interaction::blank(by, nobody, Channel::Web, event.occurred_at);
                fill(&mut row, event, &origin)?;
                row.source = Some(source.to_owned());
                row.source_id = Some(event.message_id.clone());
                Ok(Self::Touch(Box::new(row)))
            }
            Call::Identify | Call::Group | Call::Alias => Ok(Self::Change(Box::new(NewEntry {
                id: EntryId::new(),
                contact_id: nobody,
                occurred_at: event.occurred_at,
                entry_type: EntryType::Change,
                lead_id: None,
                kind: event.call.as_str().to_owned(),
                subject: None,
                properties: Some(Value::Object(properties(event, &Origin::default()))),
            }))),
        }
    }
}

fn fill(row: &mut Interaction, event: &Event, origin: &Origin) -> Result<()> {
    row.direction = Some(Direction::Inbound);
    let kind = match event.call {
        Call::Page => "page_view",
        Call::Screen => "screen_view",
        _ => "track",
    };
    row.kind = Some(kind.to_owned());
    let subject = event.name.as_ref().or(origin.title.as_ref()).or(origin.path.as_ref()).or(origin.url.as_ref());
    row.subject = subject.map(|text| text.chars().take(SUBJECT).collect());
    origin.fill(row);
    let raw = serde_json::value::to_raw_value(&properties(event, origin)).map_err(Error::internal)?;
    row.properties = Some(Json(raw));
    Ok(())
}

/// Everything the event says, apart from what is ours.
fn properties(event: &Event, origin: &Origin) -> Map<String, Value> {
    let mut map = Map::new();
    let texts = [
        ("name", &event.name),
        ("url", &origin.url),
        ("referrer", &origin.referrer),
        ("title", &origin.title),
        ("user_id", &event.user_id),
        ("anonymous_id", &event.anonymous_id),
        ("previous_id", &event.previous_id),
        ("group_id", &event.group_id),
    ];
    for (key, text) in texts {
        if let Some(text) = text {
            map.insert(key.to_owned(), Value::from(text.as_str()));
        }
    }
    map.extend(origin.clicks().map(|clicks| ("click_ids".to_owned(), clicks)));
    map.extend(origin.more().map(|more| ("utm".to_owned(), more)));
    for (key, object) in [("properties", &event.properties), ("traits", &event.traits), ("context", &event.context)] {
        if !object.is_empty() {
            map.insert(key.to_owned(), Value::Object(object.clone()));
        }
    }
    map.extend(event.integrations.clone().map(|tools| ("integrations".to_owned(), tools)));
    map
}
