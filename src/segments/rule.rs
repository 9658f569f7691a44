//! What a rule says, once it is read: nothing in it can be misunderstood any more, and every name in it is known.

use chrono_tz::Tz;

use super::SegmentId;
use super::rfm::RfmTest;
pub use super::rule_field::{Field, Kind, OwnField};
use crate::accounts::UserId;
use crate::companies::CompanyId;
use crate::contacts::{ConsentChannel, ConsentState};
use crate::db::types::Instant;
use crate::interactions::{Channel, Direction};
use crate::pipelines::{LostReasonId, PipelineId, StageId, StageKind};

/// The version of the language that this program reads.
pub const VERSION: u64 = 1;
/// How deep `all`, `any`, `not` and other segments may be nested.
pub const DEEPEST: usize = 8;
/// How many conditions a rule may have, those of the segments it names included.
pub const MOST_CONDITIONS: usize = 100;
/// How many entries a list in a condition may have.
pub const LONGEST_LIST: usize = 100;

/// A rule: who belongs to a segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Where its days begin and end.
    pub zone: Tz,
    /// What must hold.
    pub node: Node,
}

/// A condition, or several joined.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// Each must hold.
    All(Vec<Node>),
    /// At least one must hold.
    Any(Vec<Node>),
    /// Must not hold.
    Not(Box<Node>),
    /// A field of the client has such a value.
    Field(Field, Test),
    /// A field of the client was changed within so many microseconds.
    Changed(Field, Span),
    /// The client bears the tag.
    Tag(String),
    /// What the client said about being reached on a channel; `None` for nothing at all.
    Consent(ConsentChannel, Option<ConsentState>),
    /// Touchpoints.
    Touch(Box<TouchTest>),
    /// Touchpoints one after the other.
    Sequence(Box<Sequence>),
    /// Leads.
    Lead(Box<LeadTest>),
    /// Scores of recency, frequency, value.
    Rfm(RfmTest),
    /// Membership of another segment.
    Segment(SegmentId, Members),
}

/// Who belongs to another segment.
#[derive(Debug, Clone, PartialEq)]
pub enum Members {
    /// Those of whom its rule is true.
    Rule(Box<Rule>),
    /// Those on its list.
    Listed,
}

/// A length of time in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub i64);

/// What a value must be. Where there is no value only `Empty` and the negated tests hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// There is no value.
    Empty,
    /// There is a value.
    Filled,
    /// It is one of these.
    Among(Vec<Scalar>),
    /// It is none of these.
    NotAmong(Vec<Scalar>),
    /// Its text is made so.
    Text(TextTest, String),
    /// It lies between these; each end counts.
    Between(Option<Scalar>, Option<Scalar>),
    /// An amount of the currency, in minor units, between these; each end counts.
    Money(String, Option<f64>, Option<f64>),
    /// A time from the first on, before the second.
    In(Window),
    /// A day no more than so many days ago, and not in the future.
    LastDays(u32),
    /// A day no more than so many days ahead, and not in the past.
    NextDays(u32),
    /// A day whose anniversary is today or one of so many days after it.
    Anniversary(u32),
    /// The list holds one of these, or each of them.
    Holds(Vec<String>, bool),
    /// An e-mail address at one of these domains.
    Domain(Vec<String>),
}

crate::text_enum! {
    /// How a text is made, whether its letters are capital or small.
    pub enum TextTest {
        /// It holds the other.
        Contains = "contains",
        /// It begins with the other.
        StartsWith = "starts_with",
        /// It ends with the other.
        EndsWith = "ends_with",
    }
}

/// A single value.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A text; of a day as well, `2026-01-31`.
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Truth(bool),
    /// A person who works here.
    User(UserId),
    /// A company.
    Company(CompanyId),
}

/// A part of time: what lies in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// From the first instant on, before the second.
    Fixed(Option<Instant>, Option<Instant>),
    /// The last so many microseconds.
    Last(Span),
    /// Before the last so many microseconds.
    Before(Span),
}

impl Window {
    /// All of time.
    pub const EVER: Self = Self::Fixed(None, None);

    /// Its ends as of an instant: from the first on, before the second.
    #[must_use]
    pub fn ends(self, now: Instant) -> (Option<Instant>, Option<Instant>) {
        let ago = |span: Span| Some(now.plus(-chrono::TimeDelta::microseconds(span.0)));
        match self {
            Self::Fixed(from, to) => (from, to),
            Self::Last(span) => (ago(span), None),
            Self::Before(span) => (None, ago(span)),
        }
    }
}

/// Which touchpoints.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TouchFilter {
    /// On these channels; on all but notes where there are none.
    pub channels: Vec<Channel>,
    /// Online, or offline.
    pub online: Option<bool>,
    /// Who turned to whom.
    pub direction: Option<Direction>,
    /// Texts of columns: one of the texts of each.
    pub texts: Vec<(TouchText, Vec<String>)>,
    /// What is known besides.
    pub properties: Vec<(String, PropertyTest)>,
}

crate::text_enum! {
    /// A text of a touchpoint.
    pub enum TouchText {
        /// The finer name: `page_view`, `form`, `purchase`.
        Kind = "kind",
        /// The campaign.
        Campaign = "campaign",
        /// The channel group: how the client came.
        ChannelGroup = "channel_group",
        /// The system it was recorded in.
        Source = "source",
        /// Where the client came from.
        UtmSource = "utm_source",
        /// By which medium.
        UtmMedium = "utm_medium",
        /// Through which campaign.
        UtmCampaign = "utm_campaign",
        /// For which search term.
        UtmTerm = "utm_term",
        /// On which advertisement.
        UtmContent = "utm_content",
    }
}

/// What a property must be: its type is that of the values asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct PropertyTest {
    /// As what it is read.
    pub kind: Kind,
    /// The test.
    pub test: Test,
}

/// A range of whole numbers or of microseconds; each end counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Range {
    /// The least.
    pub least: Option<i64>,
    /// The most.
    pub most: Option<i64>,
}

/// Touchpoints in a window, and how many, for how much, when first and last.
#[derive(Debug, Clone, PartialEq)]
pub struct TouchTest {
    /// Which.
    pub filter: TouchFilter,
    /// When.
    pub window: Window,
    /// How many; at least one where nothing is said.
    pub count: Option<Range>,
    /// The sum of their amounts in a currency.
    pub sum: Option<(String, Range)>,
    /// When the first of them was.
    pub first: Option<Window>,
    /// When the last of them was.
    pub last: Option<Window>,
}

/// Touchpoints one after the other, the last no later than so long after the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    /// Which, in order: 2 to 4.
    pub steps: Vec<TouchFilter>,
    /// How long it may take.
    pub within: Span,
    /// When the first of them was.
    pub window: Window,
}

/// Which leads, and how many: at least one where nothing is said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LeadTest {
    /// In this pipeline.
    pub pipeline: Option<PipelineId>,
    /// In one of these stages now.
    pub stages: Vec<StageId>,
    /// Open, won or lost now.
    pub status: Option<StageKind>,
    /// Reached this stage: entered it or a later open or won one; all of these are listed.
    pub reached: Option<(StageId, Vec<StageId>)>,
    /// Entered this stage in a window.
    pub entered: Option<(StageId, Window)>,
    /// How long it has been in its present stage.
    pub in_stage_for: Option<Range>,
    /// How long it was in a stage, all its stays together.
    pub time_in_stage: Option<(StageId, Range)>,
    /// What it is worth in a currency.
    pub value: Option<(String, Range)>,
    /// Why it was lost.
    pub lost_reasons: Vec<LostReasonId>,
    /// What was said when it came to its present stage.
    pub reason: Option<(TextTest, String)>,
    /// Whose it is.
    pub owners: Vec<UserId>,
    /// Where it came from.
    pub sources: Vec<String>,
    /// By which channel groups its client first came.
    pub first_touch_groups: Vec<String>,
    /// By which channel groups its client came last.
    pub last_touch_groups: Vec<String>,
    /// When it entered its pipeline.
    pub began: Option<Window>,
    /// When it was won or lost.
    pub closed: Option<Window>,
    /// Custom fields of the lead.
    pub custom: Vec<(String, Kind, Test)>,
    /// How many.
    pub count: Option<Range>,
}
