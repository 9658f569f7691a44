//! The language of rules as the API's description shows it. These types describe and are never made: rules are read by
//! [`parse`](super::parse::parse), which names the place of every fault.

#![expect(dead_code, reason = "they describe the language and are never made")]

use serde_json::Value;
use utoipa::ToSchema;

use crate::contacts::ConsentChannel;
use crate::pipelines::StageKind;

/// Who belongs to a segment: a condition with the version of the language, and the time zone of its days. At most 100
/// conditions, nested 8 deep, those of other segments that it names included. Lengths of time are written `45s`, `90m`,
/// `12h`, `30d`, `2w`. Amounts of money are in minor units and never compared across currencies. Where a list is allowed a
/// single value is as good as a list of one; lists have 1 to 100 entries. Capital and small letters differ.
#[derive(ToSchema)]
pub struct SegmentRule {
    /// 1.
    version: u32,
    /// IANA name; UTC where absent.
    #[schema(example = "Europe/Lisbon")]
    time_zone: Option<String>,
    #[serde(flatten)]
    node: RuleNode,
}

/// A condition: exactly one of `all`, `any`, `not`, `field`, `tag`, `consent`, `touchpoints`, `sequence`, `leads`, `rfm`, `segment`,
/// with what belongs to it.
#[derive(ToSchema)]
pub struct RuleNode {
    /// Each must hold.
    #[schema(no_recursion)]
    all: Option<Vec<RuleNode>>,
    /// At least one must hold.
    #[schema(no_recursion)]
    any: Option<Vec<RuleNode>>,
    /// Must not hold.
    #[schema(no_recursion)]
    not: Option<Box<RuleNode>>,
    /// `given_name`, `family_name`, `display_name`, `job_title`, `language`, `time_zone`, `source`, `city`, `region`,
    /// `postal_code`, `country` (texts); `email`, `phone`: any that the client has; `anonymous`; `owner`, `company` (ids);
    /// `company.name`, `company.industry`, `company.domain`, `company.city`, `company.country`, `company.source` (texts of the
    /// client's company); `created_at`, `updated_at`; `custom.<key>`, and `company.custom.<key>` of the company. Goes with `op`
    /// and `value`.
    field: Option<String>,
    /// Of every kind: `empty`, `filled`. Texts and choices: `is`, `is_not` by each letter, `contains`, `starts_with`,
    /// `ends_with` whether letters are capital or small. E-mail addresses: `is`, `is_not`, `contains`, `starts_with`, `domain`
    /// (what follows the `@`). Telephone numbers: `is`, `is_not` with a whole number and its country code, `contains`,
    /// `starts_with` (the country code) with digits of one. Numbers:
    /// `is`, `is_not`, `between`, `at_least`, `at_most`. Money: `between`, `at_least`, `at_most` of `{"amount", "currency"}`.
    /// Days: as numbers, and `in_last_days`, `in_next_days`, `anniversary_in_next_days` (the 29th of February is the 28th in
    /// years without one). Times: `in` a window. Yes or no, users, companies: `is`, `is_not`. Choices of several: `has_any`,
    /// `has_all`. Any field whose changes are kept: `changed_in_last` with a length of time. Where there is no value only
    /// `empty` and `is_not` hold.
    op: Option<String>,
    /// What the operator compares with.
    value: Option<Value>,
    /// A tag that the client bears.
    tag: Option<String>,
    /// A channel of consent; goes with `state`: `granted`, `withdrawn`, or `none` for nothing said.
    #[schema(inline)]
    consent: Option<ConsentChannel>,
    /// Of `consent`.
    state: Option<String>,
    /// Touchpoints of a kind; goes with `window`, `count`, `sum`, `first`, `last`. At least one where no count is given;
    /// `{"at_most": 0}` for none. Deleted ones and those to come do not count.
    touchpoints: Option<RuleTouchpoints>,
    /// 2 to 4 kinds of touchpoints, each later than the one before, the last no later than `within` after the first; `window` is
    /// that of the first.
    sequence: Option<Vec<RuleTouchpoints>>,
    /// Of `sequence`: how long it may take.
    #[schema(example = "7d")]
    within: Option<String>,
    /// When the touchpoints were.
    window: Option<RuleWindow>,
    /// How many touchpoints or leads.
    count: Option<RuleRange>,
    /// The sum of the touchpoints' amounts in a currency; there must be such amounts.
    sum: Option<RuleMoneyRange>,
    /// When the first of the touchpoints was.
    first: Option<RuleWindow>,
    /// When the last of the touchpoints was.
    last: Option<RuleWindow>,
    /// Leads of a kind; goes with `count`. At least one where no count is given.
    leads: Option<RuleLeads>,
    /// Scores of recency, frequency and value from 1 to 5, as they were last computed; clients who have not bought have none.
    rfm: Option<RuleRfm>,
    /// The id of a segment that the client belongs to. A segment cannot depend on itself.
    #[schema(value_type = Option<uuid::Uuid>)]
    segment: Option<String>,
}

/// Which touchpoints: all that is given must hold.
#[derive(ToSchema)]
pub struct RuleTouchpoints {
    /// A channel or a list of channels; all but notes where absent.
    channel: Option<Value>,
    /// Online or offline.
    online: Option<bool>,
    /// `inbound`, `outbound`, `internal`.
    direction: Option<String>,
    /// `page_view`, `purchase`, …, or a list.
    kind: Option<Value>,
    /// A campaign or a list that was given as such; reports take the `utm_campaign` where there is one.
    campaign: Option<Value>,
    /// A channel group, such as `Paid Search`, or a list.
    channel_group: Option<Value>,
    /// The system it was recorded in, or a list.
    source: Option<Value>,
    /// A text or a list.
    utm_source: Option<Value>,
    /// A text or a list.
    utm_medium: Option<Value>,
    /// A text or a list.
    utm_campaign: Option<Value>,
    /// A text or a list.
    utm_term: Option<Value>,
    /// A text or a list.
    utm_content: Option<Value>,
    /// A property or a list of up to 10: `{"key": "plan", "op": "is", "value": "pro"}` with the operators of texts, numbers, or
    /// yes and no, as the value is. A value of another type is as good as none.
    property: Option<Value>,
}

/// A part of time: one of `last`, `before_last`, or `from` and `to`.
#[derive(ToSchema)]
pub struct RuleWindow {
    /// The last so long.
    #[schema(example = "30d")]
    last: Option<String>,
    /// Longer ago than that.
    before_last: Option<String>,
    /// From this day's beginning in the rule's time zone, or this instant, on.
    #[schema(example = "2026-01-31")]
    from: Option<String>,
    /// Before this day's beginning, or this instant.
    to: Option<String>,
}

/// Whole numbers; each end counts, and one of them must be there. Of times, lengths such as `14d`.
#[derive(ToSchema)]
pub struct RuleRange {
    at_least: Option<Value>,
    at_most: Option<Value>,
}

/// Amounts in a currency's minor units; each end counts, and one of them must be there.
#[derive(ToSchema)]
pub struct RuleMoneyRange {
    /// ISO 4217.
    currency: String,
    at_least: Option<i64>,
    at_most: Option<i64>,
}

/// Whose scores lie so: all that is given must hold.
#[derive(ToSchema)]
pub struct RuleRfm {
    /// A group or a list of groups, as `GET /api/v1/reports/rfm` names them.
    group: Option<Value>,
    recency: Option<RuleRange>,
    frequency: Option<RuleRange>,
    monetary: Option<RuleRange>,
}

/// Which leads: all that is given must hold. Ids may be lists where several make sense.
#[derive(ToSchema)]
pub struct RuleLeads {
    /// In this pipeline.
    #[schema(value_type = Option<uuid::Uuid>)]
    pipeline: Option<String>,
    /// In this stage now, or in one of a list.
    stage: Option<Value>,
    /// Open, won or lost now.
    #[schema(inline)]
    status: Option<StageKind>,
    /// Ever entered this stage or a later open or won one of its pipeline.
    #[schema(value_type = Option<uuid::Uuid>)]
    reached: Option<String>,
    /// `{"stage": …, "window": …}`: entered this stage in a window.
    entered: Option<Value>,
    /// How long it has been in its present stage.
    in_stage_for: Option<RuleRange>,
    /// `{"stage": …, "at_least": "14d"}`: how long it was in a stage, all its stays together.
    time_in_stage: Option<Value>,
    /// What it is worth.
    value: Option<RuleMoneyRange>,
    /// Why it was lost: an id or a list.
    lost_reason: Option<Value>,
    /// `{"op": "contains", "value": …}`: what was said when it came to its present stage, won or lost.
    reason: Option<Value>,
    /// Whose it is: an id or a list.
    owner: Option<Value>,
    /// Where it came from: a text or a list.
    source: Option<Value>,
    /// How its client first came: a channel group, such as `Organic Search`, or a list.
    first_touch_group: Option<Value>,
    /// How its client came last: a channel group or a list.
    last_touch_group: Option<Value>,
    /// When it entered its pipeline.
    began: Option<RuleWindow>,
    /// When it was won or lost.
    closed: Option<RuleWindow>,
    /// Custom fields of the lead: `[{"field": "seats", "op": "at_least", "value": 5}]`.
    custom: Option<Vec<Value>>,
}
