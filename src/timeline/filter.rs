//! Which part of a timeline is asked for.

use std::str::FromStr;

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{EntryId, EntryType};
use crate::db::conditions::Direction as Way;
use crate::db::types::Instant;
use crate::error::{Error, FieldError, Result};
use crate::http::{Cursor, Limit};
use crate::interactions::{Channel, Direction};
use crate::pipelines::LeadId;

/// Where a list starts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// With the newest.
    #[default]
    Newest,
    /// With the oldest.
    Oldest,
}

impl From<Order> for Way {
    fn from(order: Order) -> Self {
        match order {
            Order::Newest => Self::Descending,
            Order::Oldest => Self::Ascending,
        }
    }
}

/// What of a timeline is wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TimelineQuery {
    /// `newest` first (default) or `oldest` first.
    #[param(inline)]
    pub(super) order: Option<Order>,
    /// Only these channels: one or several with commas between, such as `call,meeting`.
    #[param(example = "call,meeting")]
    pub(super) channel: Option<String>,
    /// Only these types: `interaction`, `note`, `task`, `stage_move`, `change`, with commas between.
    #[serde(rename = "type")]
    #[param(example = "interaction,note")]
    pub(super) entry_type: Option<String>,
    /// Only this kind.
    pub(super) kind: Option<String>,
    /// Only online or only offline touchpoints.
    pub(super) online: Option<bool>,
    /// Only this direction.
    #[param(inline)]
    pub(super) direction: Option<Direction>,
    /// Only from this instant on.
    pub(super) from: Option<Instant>,
    /// Only before this instant.
    pub(super) to: Option<Instant>,
    /// Only what is about this lead.
    pub(super) lead_id: Option<LeadId>,
    /// `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
    /// How many: 1 to 200.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200, default = 50)]
    pub(super) limit: Option<Limit>,
}

/// A readable wish.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Which way along the line.
    pub way: Way,
    /// These channels; all where empty.
    pub channels: Vec<Channel>,
    /// These types; all where empty.
    pub types: Vec<EntryType>,
    /// This kind.
    pub kind: Option<String>,
    /// Online or offline.
    pub online: Option<bool>,
    /// This direction.
    pub direction: Option<Direction>,
    /// From here on.
    pub from: Option<Instant>,
    /// Before here.
    pub to: Option<Instant>,
    /// About this lead.
    pub lead_id: Option<LeadId>,
    /// Behind this entry.
    pub after: Option<(Instant, EntryId)>,
    /// How many.
    pub limit: i64,
}

impl Filter {
    /// The newest `limit` entries.
    #[must_use]
    pub const fn newest(limit: i64) -> Self {
        Self {
            way: Way::Descending,
            channels: Vec::new(),
            types: Vec::new(),
            kind: None,
            online: None,
            direction: None,
            from: None,
            to: None,
            lead_id: None,
            after: None,
            limit,
        }
    }
}

impl TimelineQuery {
    /// Reads the parameters.
    ///
    /// # Errors
    /// Every bad parameter.
    pub fn parse(self) -> Result<Filter> {
        let mut errors = Vec::new();
        let filter = Filter {
            way: self.order.unwrap_or_default().into(),
            channels: several("channel", self.channel.as_deref(), &mut errors),
            types: several("type", self.entry_type.as_deref(), &mut errors),
            kind: self.kind,
            online: self.online,
            direction: self.direction,
            from: self.from,
            to: self.to,
            lead_id: self.lead_id,
            after: keep(self.cursor.as_deref().map(Cursor::decode).transpose(), &mut errors)
                .flatten()
                .map(|Cursor(at, id)| (at, id)),
            limit: keep(self.limit.unwrap_or_default().get(), &mut errors).unwrap_or(1),
        };
        if errors.is_empty() { Ok(filter) } else { Err(Error::invalid(errors)) }
    }
}

/// Reads `a,b,c`; every entry must be known.
pub fn several<T: FromStr<Err = String>>(
    field: &'static str,
    text: Option<&str>,
    errors: &mut Vec<FieldError>,
) -> Vec<T> {
    let mut out = Vec::new();
    for part in text.into_iter().flat_map(|text| text.split(',')) {
        match part.parse() {
            Ok(value) => out.push(value),
            Err(message) => {
                errors.push(FieldError::new(field, "choice", message));
                break;
            }
        }
    }
    out
}

/// Puts a failure's fields with the others.
pub fn keep<T>(result: Result<T>, errors: &mut Vec<FieldError>) -> Option<T> {
    result.map_err(|error| errors.extend(error.errors)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_parameter_is_named() {
        let query = TimelineQuery {
            channel: Some("call,fax".to_owned()),
            entry_type: Some(String::new()),
            cursor: Some("x".to_owned()),
            ..TimelineQuery::default()
        };
        let fields: Vec<_> = query.parse().unwrap_err().errors.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["channel", "type", "cursor"]);
    }

    #[test]
    fn several_channels_stand_with_commas_between() {
        let query = TimelineQuery { channel: Some("call,web".to_owned()), ..TimelineQuery::default() };
        assert_eq!(query.parse().unwrap().channels, [Channel::Call, Channel::Web]);
    }
}
