//! The fields of a client that a rule can ask for, and what kinds of values they have.

/// A field of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// One that every client has.
    Own(OwnField),
    /// A custom field, by its key, and what values it has.
    Custom(String, Kind),
    /// A custom field of the client's company.
    CompanyCustom(String, Kind),
}

crate::text_enum! {
    /// A field that every client has.
    pub enum OwnField {
        /// The given name.
        GivenName = "given_name",
        /// The family name.
        FamilyName = "family_name",
        /// The name shown.
        DisplayName = "display_name",
        /// The job title.
        JobTitle = "job_title",
        /// The language.
        Language = "language",
        /// The time zone.
        TimeZone = "time_zone",
        /// Where the client came from.
        Source = "source",
        /// The city of the address.
        City = "city",
        /// The region of the address.
        Region = "region",
        /// The postal code of the address.
        PostalCode = "postal_code",
        /// The country of the address, two letters.
        Country = "country",
        /// An e-mail address.
        Email = "email",
        /// A telephone number.
        Phone = "phone",
        /// Known by anonymous ids only.
        Anonymous = "anonymous",
        /// Whose client it is.
        Owner = "owner",
        /// The company.
        Company = "company",
        /// The company's name.
        CompanyName = "company.name",
        /// The company's industry.
        CompanyIndustry = "company.industry",
        /// The company's domain.
        CompanyDomain = "company.domain",
        /// The city of the company's address.
        CompanyCity = "company.city",
        /// The country of the company's address, two letters.
        CompanyCountry = "company.country",
        /// Where the company came from.
        CompanySource = "company.source",
        /// When the client was made.
        CreatedAt = "created_at",
        /// When the client was last changed.
        UpdatedAt = "updated_at",
    }
}

/// What kind of values a field has, and so which tests there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Texts.
    Text,
    /// Whether there is any, and no more.
    Presence,
    /// E-mail addresses of a client, of whom any may be the one.
    Email,
    /// Telephone numbers of a client, of whom any may be the one.
    Phone,
    /// Numbers.
    Number,
    /// Money.
    Money,
    /// Days.
    Date,
    /// Times.
    Instant,
    /// Yes or no.
    Boolean,
    /// Lists of texts.
    List,
    /// People who work here.
    User,
    /// Companies.
    Company,
}

impl OwnField {
    /// What kind of values it has.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Email => Kind::Email,
            Self::Phone => Kind::Phone,
            Self::Anonymous => Kind::Boolean,
            Self::Owner => Kind::User,
            Self::Company => Kind::Company,
            Self::CreatedAt | Self::UpdatedAt => Kind::Instant,
            _ => Kind::Text,
        }
    }

    /// The name under which a client's line tells of its changes; `None` where it does not.
    #[must_use]
    pub const fn change(self) -> Option<&'static str> {
        match self {
            Self::GivenName
            | Self::FamilyName
            | Self::DisplayName
            | Self::JobTitle
            | Self::Language
            | Self::TimeZone
            | Self::Source => Some(self.as_str()),
            Self::City | Self::Region | Self::PostalCode | Self::Country => Some("address"),
            Self::Email => Some("emails"),
            Self::Phone => Some("phones"),
            Self::Owner => Some("owner_id"),
            Self::Company => Some("company_id"),
            Self::Anonymous
            | Self::CreatedAt
            | Self::UpdatedAt
            | Self::CompanyName
            | Self::CompanyIndustry
            | Self::CompanyDomain
            | Self::CompanyCity
            | Self::CompanyCountry
            | Self::CompanySource => None,
        }
    }

    /// Whether it is of the client's company.
    #[must_use]
    pub fn is_of_company(self) -> bool {
        self.as_str().starts_with("company.")
    }
}
