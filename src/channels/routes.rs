//! The rules over HTTP: to see, to change, to try, to apply to the past.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::apply::{self, Application};
use super::arrival::{Arrival, Said};
use super::rules::{self, Compiled, Rule};
use super::sources::SourceKind;
use super::store::{self, Stored};
use crate::accounts::May;
use crate::accounts::permissions::grants;
use crate::app::App;
use crate::db::types::Instant;
use crate::error::Result;
use crate::http::{Body, IfMatch, Reply, Routes, Version, handlers};
use crate::interactions::Channel;

/// The rules in force.
#[derive(Debug, Serialize, ToSchema)]
struct ChannelRules {
    /// Where they are defined.
    definitions: &'static str,
    /// Whether they are the published ones.
    published: bool,
    /// In order: the first that fits decides; touchpoints that none fits are `Unassigned`.
    rules: Vec<Rule>,
    version: Version,
    /// When they were changed.
    updated_at: Option<Instant>,
}

impl From<Stored> for ChannelRules {
    fn from(stored: Stored) -> Self {
        Self {
            definitions: "metrics.md §4 Touchpoints, channels and campaigns",
            published: stored.rules.is_none(),
            rules: stored.rules.unwrap_or_else(rules::published),
            version: stored.version,
            updated_at: stored.updated_at,
        }
    }
}

fn answer(stored: Stored) -> Result<Reply> {
    let version = stored.version;
    Ok(Reply::ok(&ChannelRules::from(stored))?.version(version))
}

/// Rules to put in force.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChannelRulesInput {
    /// In order: the first that fits decides.
    #[validate(length(max = 200))]
    #[schema(max_items = 200)]
    rules: Vec<Rule>,
}

/// A touchpoint to try rules on.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct TriedTouch {
    /// Where it happens; `web` where absent.
    channel: Option<Channel>,
    /// Online or offline; as the channel is where absent.
    online: Option<bool>,
    /// The touchpoint's word for what it is.
    #[validate(length(max = 64))]
    kind: Option<String>,
    /// The page's address, with its campaign fields and click ids.
    #[validate(length(max = 8192))]
    url: Option<String>,
    /// The page before.
    #[validate(length(max = 8192))]
    referrer: Option<String>,
    #[validate(length(max = 200))]
    utm_source: Option<String>,
    #[validate(length(max = 200))]
    utm_medium: Option<String>,
    #[validate(length(max = 200))]
    utm_campaign: Option<String>,
}

/// What to try.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
struct TryInput {
    /// The rules to try; those in force where absent.
    rules: Option<Vec<Rule>>,
    /// The touchpoints to try them on.
    #[validate(length(min = 1, max = 1000), nested)]
    #[schema(min_items = 1, max_items = 1000)]
    touches: Vec<TriedTouch>,
}

/// What rules make of a touchpoint.
#[derive(Debug, Serialize, ToSchema)]
struct Tried {
    /// The group; `null` for a step within a visit, by which nobody came.
    group: Option<String>,
    /// The number of the rule that fits, from 0.
    rule: Option<usize>,
    /// What the rules saw.
    source: Option<String>,
    #[schema(inline)]
    source_kind: Option<SourceKind>,
    medium: Option<String>,
    campaign: Option<String>,
    click_id: Option<String>,
}

/// What rules make of touchpoints, in their order.
#[derive(Debug, Serialize, ToSchema)]
struct TryResult {
    items: Vec<Tried>,
}

impl TriedTouch {
    fn arrival(&self) -> Option<Arrival> {
        let said = Said {
            url: self.url.as_deref(),
            referrer: self.referrer.as_deref(),
            source: self.utm_source.as_deref(),
            medium: self.utm_medium.as_deref(),
            campaign: self.utm_campaign.as_deref(),
            clicks: Vec::new(),
        };
        let channel = self.channel.unwrap_or(Channel::Web);
        let online = self.online.unwrap_or(channel.is_online());
        Arrival::told(channel, online, self.kind.as_deref().unwrap_or_default(), &said)
    }
}

impl Tried {
    fn of(rules: &Compiled, arrival: Option<Arrival>) -> Self {
        let found = arrival.as_ref().map(|arrival| rules.group(arrival));
        let (group, rule) = (found.map(|(group, _)| group.to_owned()), found.and_then(|(_, rule)| rule));
        let source_kind = arrival.as_ref().map(|arrival| arrival.source_kind);
        let texts = arrival.map(|arrival| [arrival.source, arrival.medium, arrival.campaign, arrival.click_id]);
        let [source, medium, campaign, click_id] = texts.map_or([const { None }; 4], |texts| texts.map(Some));
        Self { group, rule, source, source_kind, medium, campaign, click_id }
    }
}

/// Shows the rules that give touchpoints their channel groups.
#[utoipa::path(get, path = "/channel-groups", operation_id = "get_channel_rules", tag = "channel groups", security(("bearer" = ["settings:read"])), responses((status = 200, body = ChannelRules)))]
async fn show(actor: May<grants::SettingsRead>, app: Data<App>) -> Result<Reply> {
    app.read(&actor, |conn, _| answer(store::load(conn)?)).await
}

/// Replaces the rules. They hold for touchpoints from now on; `POST /channel-groups/apply` applies them to the past.
#[utoipa::path(put, path = "/channel-groups", operation_id = "replace_channel_rules", tag = "channel groups", security(("bearer" = ["settings:write"])), params(("If-Match" = Option<String>, Header)), request_body = ChannelRulesInput, responses((status = 200, body = ChannelRules)))]
async fn replace(
    actor: May<grants::SettingsWrite>,
    app: Data<App>,
    expected: IfMatch,
    body: Body<ChannelRulesInput>,
) -> Result<Reply> {
    let expected = expected.expected(actor.is_person())?;
    Compiled::new(&body.0.rules)?;
    app.write(&actor, None, move |conn, by| answer(store::save(conn, by, expected, Some(body.0.rules.clone()))?)).await
}

/// Brings the published rules back.
#[utoipa::path(delete, path = "/channel-groups", operation_id = "reset_channel_rules", tag = "channel groups", security(("bearer" = ["settings:write"])), params(("If-Match" = Option<String>, Header)), responses((status = 200, body = ChannelRules)))]
async fn reset(actor: May<grants::SettingsWrite>, app: Data<App>, expected: IfMatch) -> Result<Reply> {
    let expected = expected.expected(actor.is_person())?;
    app.write(&actor, None, move |conn, by| answer(store::save(conn, by, expected, None)?)).await
}

/// Tries rules on touchpoints; nothing is stored.
#[utoipa::path(post, path = "/channel-groups/try", operation_id = "try_channel_rules", tag = "channel groups", security(("bearer" = ["settings:read"])), request_body = TryInput, responses((status = 200, body = TryResult)))]
async fn attempt(actor: May<grants::SettingsRead>, app: Data<App>, body: Body<TryInput>) -> Result<Reply> {
    let TryInput { rules, touches } = body.0;
    let given = rules.map(|rules| Compiled::new(&rules)).transpose()?;
    app.read(&actor, move |conn, _| {
        let stored = store::in_force(conn)?;
        let rules = given.as_ref().unwrap_or(&stored);
        Reply::ok(&TryResult { items: touches.iter().map(|touch| Tried::of(rules, touch.arrival())).collect() })
    })
    .await
}

/// Applies the rules to the past, in the background.
#[utoipa::path(post, path = "/channel-groups/apply", operation_id = "apply_channel_rules", tag = "channel groups", security(("bearer" = ["settings:write"])), responses((status = 202, body = Application)))]
async fn begin(actor: May<grants::SettingsWrite>, app: Data<App>) -> Result<Reply> {
    app.write(&actor, None, |conn, _| Ok(shown(&apply::begin(conn)?)?.status(202))).await
}

/// Shows how far the rules have been applied to the past; `null` where they never were.
#[utoipa::path(get, path = "/channel-groups/apply", operation_id = "get_channel_application", tag = "channel groups", security(("bearer" = ["settings:read"])), responses((status = 200, body = Option<Application>)))]
async fn progress(actor: May<grants::SettingsRead>, app: Data<App>) -> Result<Reply> {
    app.read(&actor, |conn, _| match apply::state(conn)? {
        Some(state) => shown(&state),
        None => Reply::ok(&None::<Application>),
    })
    .await
}

fn shown(state: &Application) -> Result<Reply> {
    Reply::ok(&Application { after: None, ..state.clone() })
}

/// The routes of channel groups.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: show, replace, reset, attempt, begin, progress);
}
