//! What a cell can mean: the fields of clients, companies, leads and touchpoints that columns are mapped to.

use std::str::FromStr;

crate::text_enum! {
    /// A field of the client.
    pub enum ContactField {
        /// First name.
        GivenName = "given_name",
        /// Last name.
        FamilyName = "family_name",
        /// The whole name, as shown.
        DisplayName = "display_name",
        /// What they do at their company.
        JobTitle = "job_title",
        /// An e-mail address: finds the client.
        Email = "email",
        /// A phone number: finds the client.
        Phone = "phone",
        /// The company's name: found, or made.
        Company = "company",
        /// Tags, separated by commas or semicolons.
        Tags = "tags",
        /// Where the client came from.
        Source = "source",
        /// The owner's e-mail address.
        Owner = "owner",
        /// A language tag such as `pt-BR`.
        Language = "language",
        /// An IANA time zone.
        TimeZone = "time_zone",
        /// Street and house.
        Street = "address.street",
        /// City.
        City = "address.city",
        /// State, province, oblast.
        Region = "address.region",
        /// Postal code.
        PostalCode = "address.postal_code",
        /// The country: two letters of ISO 3166, or its name.
        Country = "address.country",
        /// A note on the client's line.
        Note = "note",
        /// `yes` where the client does not want e-mails.
        EmailOptOut = "email_opt_out",
    }
}

crate::text_enum! {
    /// A field of the lead.
    pub enum LeadField {
        /// What it is called; default: the client's name.
        Title = "title",
        /// The pipeline's name; default: the first one.
        Pipeline = "pipeline",
        /// The amount in major units, such as `1234.50`.
        Amount = "amount",
        /// ISO 4217 code.
        Currency = "currency",
        /// Where the lead came from.
        Source = "source",
        /// The lead's id in the system it comes from: finds the lead.
        SourceId = "source_id",
        /// When it entered the pipeline's first stage.
        EnteredAt = "entered_at",
        /// The owner's e-mail address.
        Owner = "owner",
        /// The day it is expected to close.
        ExpectedCloseOn = "expected_close_on",
        /// Why it was lost.
        LostReason = "lost_reason",
        /// The name of the stage it is in.
        Stage = "stage",
        /// When it entered that stage.
        StageAt = "stage_at",
        /// When it was won or lost, where it is.
        ClosedAt = "closed_at",
        /// A note about the lead, on its client's line.
        Note = "note",
        /// UTM source of the visit that brought the lead.
        UtmSource = "utm_source",
        /// UTM medium of that visit.
        UtmMedium = "utm_medium",
        /// UTM campaign of that visit.
        UtmCampaign = "utm_campaign",
        /// UTM term of that visit.
        UtmTerm = "utm_term",
        /// UTM content of that visit.
        UtmContent = "utm_content",
    }
}

crate::text_enum! {
    /// A field of the touchpoint.
    pub enum TouchpointField {
        /// `web`, `email`, `call`, ….
        Channel = "channel",
        /// What happened.
        Kind = "kind",
        /// When it happened.
        OccurredAt = "occurred_at",
        /// `inbound` or `outbound`.
        Direction = "direction",
        /// One line.
        Subject = "subject",
        /// The text.
        Body = "body",
        /// The amount in major units.
        Amount = "amount",
        /// ISO 4217 code.
        Currency = "currency",
        /// The campaign's name.
        Campaign = "campaign",
        /// UTM source.
        UtmSource = "utm_source",
        /// UTM medium.
        UtmMedium = "utm_medium",
        /// UTM campaign.
        UtmCampaign = "utm_campaign",
        /// UTM term.
        UtmTerm = "utm_term",
        /// UTM content.
        UtmContent = "utm_content",
        /// The system it comes from; default: `import`.
        Source = "source",
        /// Its id in that system: the same touchpoint of a client is never recorded twice.
        SourceId = "source_id",
        /// Whether it is done: what is not done becomes a task that is due at its time.
        Done = "done",
        /// Who is to do it, by address or name; of what is done it is not kept.
        Assignee = "assignee",
    }
}

crate::text_enum! {
    /// A field of the company.
    pub enum CompanyField {
        /// Its name: finds the company, or makes one.
        Name = "name",
        /// Such as `example.com`.
        Domain = "domain",
        /// Its web site.
        Website = "website",
        /// What it does.
        Industry = "industry",
        /// Its e-mail address.
        Email = "email",
        /// Its phone number.
        Phone = "phone",
        /// Tags, separated by commas or semicolons.
        Tags = "tags",
        /// Where it came from.
        Source = "source",
        /// The owner's e-mail address.
        Owner = "owner",
        /// Street and house.
        Street = "address.street",
        /// City.
        City = "address.city",
        /// State, province, oblast.
        Region = "address.region",
        /// Postal code.
        PostalCode = "address.postal_code",
        /// The country: two letters of ISO 3166, or its name.
        Country = "address.country",
        /// The id, in the system the file comes from, of the company it belongs to.
        Parent = "parent",
    }
}

crate::text_enum! {
    /// What a row of a file is.
    pub enum RowKind {
        /// A client, with a lead or a touchpoint perhaps.
        Contact = "contact",
        /// A company.
        Company = "company",
        /// A lead; its client is whoever the row names, else one of its company's people, else made for it.
        Lead = "lead",
        /// A stage that a known lead entered.
        StageHistory = "stage_history",
    }
}

/// Where a column goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// `given_name`, `email`, ….
    Contact(ContactField),
    /// `external_id:<source>`: finds the client.
    ExternalId(String),
    /// `custom.<key>`: a custom field of the client.
    Custom(String),
    /// `lead.title`, ….
    Lead(LeadField),
    /// `lead.custom.<key>`: a custom field of the lead.
    LeadCustom(String),
    /// `stage:<name>`: when the lead entered that stage.
    Stage(String),
    /// When the lead entered a stage of the pipeline named first.
    StageOf(String, String),
    /// `left:<name>`: when the lead left that stage.
    Left(String),
    /// When the lead left a stage of the pipeline named first.
    LeftOf(String, String),
    /// `touchpoint.kind`, ….
    Touchpoint(TouchpointField),
    /// `company.name`, ….
    Company(CompanyField),
    /// `company_id:<source>`: finds the company.
    CompanyId(String),
    /// `company.custom.<key>`: a custom field of the company.
    CompanyCustom(String),
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = |name: &str| match name {
            "" => Err(format!("'{text}' lacks a name after its prefix")),
            name if name.chars().count() > 100 => Err(format!("'{text}' has a name of more than 100 characters")),
            name => Ok(name.to_owned()),
        };
        if let Some(source) = text.strip_prefix("external_id:") {
            named(source).map(Self::ExternalId)
        } else if let Some(stage) = text.strip_prefix("stage:") {
            named(stage).map(Self::Stage)
        } else if let Some(stage) = text.strip_prefix("left:") {
            named(stage).map(Self::Left)
        } else if let Some(source) = text.strip_prefix("company_id:") {
            named(source).map(Self::CompanyId)
        } else if let Some(key) = text.strip_prefix("company.custom.") {
            named(key).map(Self::CompanyCustom)
        } else if let Some(field) = text.strip_prefix("company.") {
            field.parse().map(Self::Company).map_err(|message| format!("company.* {message}"))
        } else if let Some(key) = text.strip_prefix("lead.custom.") {
            named(key).map(Self::LeadCustom)
        } else if let Some(key) = text.strip_prefix("custom.") {
            named(key).map(Self::Custom)
        } else if let Some(field) = text.strip_prefix("lead.") {
            field.parse().map(Self::Lead).map_err(|message| format!("lead.* {message}"))
        } else if let Some(field) = text.strip_prefix("touchpoint.") {
            field.parse().map(Self::Touchpoint).map_err(|message| format!("touchpoint.* {message}"))
        } else {
            text.parse().map(Self::Contact).map_err(|message| {
                format!(
                    "{message}, external_id:<source>, custom.<key>, company.<field>, company_id:<source>, \
                     lead.<field>, stage:<name>, left:<name> or touchpoint.<field>"
                )
            })
        }
    }
}

impl Target {
    /// Whether it finds the client.
    #[must_use]
    pub const fn identifies(&self) -> bool {
        matches!(self, Self::ExternalId(_) | Self::Contact(ContactField::Email | ContactField::Phone))
    }

    /// Whether it may be given by several columns.
    #[must_use]
    pub const fn repeats(&self) -> bool {
        matches!(
            self,
            Self::Contact(ContactField::Email | ContactField::Phone | ContactField::Tags | ContactField::Note)
                | Self::Lead(LeadField::Note)
                | Self::Company(CompanyField::Tags)
                | Self::Stage(_)
                | Self::StageOf(..)
                | Self::Left(_)
                | Self::LeftOf(..)
        )
    }

    /// Whether it is about the lead.
    #[must_use]
    pub const fn of_lead(&self) -> bool {
        matches!(
            self,
            Self::Lead(_) | Self::LeadCustom(_) | Self::Stage(_) | Self::StageOf(..) | Self::Left(_) | Self::LeftOf(..)
        )
    }

    /// Whether it is about the company.
    #[must_use]
    pub const fn of_company(&self) -> bool {
        matches!(self, Self::Company(_) | Self::CompanyId(_) | Self::CompanyCustom(_))
    }

    /// Whether its cells hold dates.
    #[must_use]
    pub const fn is_date(&self) -> bool {
        use LeadField::{ClosedAt, EnteredAt, ExpectedCloseOn, StageAt};
        matches!(
            self,
            Self::Lead(EnteredAt | ExpectedCloseOn | ClosedAt | StageAt)
                | Self::Touchpoint(TouchpointField::OccurredAt)
                | Self::Stage(_)
                | Self::StageOf(..)
                | Self::Left(_)
                | Self::LeftOf(..)
        )
    }
}
