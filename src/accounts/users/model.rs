//! What a user is, and how new ones and changes are read.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

use crate::accounts::input::Fields;
use crate::accounts::passwords::{self, Secret};
use crate::accounts::{Role, TeamId, UserId};
use crate::db::schema::users;
use crate::db::types::Instant;
use crate::error::Result;
use crate::http::{Limit, Version, nullable};

/// A person who works here.
#[derive(Debug, Clone, Serialize, ToSchema, Queryable, Selectable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub struct User {
    pub(super) id: UserId,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) team_id: Option<TeamId>,
    /// The language and region to show things in; `null` leaves it to the browser.
    pub(super) locale: Option<String>,
    /// Whether the person can log in.
    pub(super) active: bool,
    pub(super) version: Version,
    pub(super) created_at: Instant,
    pub(super) updated_at: Instant,
}

impl User {
    /// The user's id.
    #[must_use]
    pub const fn id(&self) -> UserId {
        self.id
    }

    /// The address the user logs in with.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }

    /// The user's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The user's role.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Whether the user can log in.
    #[must_use]
    pub const fn active(&self) -> bool {
        self.active
    }

    /// The version of this state.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    pub(super) fn is_active_admin(&self) -> bool {
        self.active && self.role == Role::Admin
    }
}

/// A new user.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUserInput {
    /// Unique among users, also those who left.
    #[schema(format = "email", min_length = 3, max_length = 254)]
    pub email: String,
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    pub role: Role,
    pub team_id: Option<TeamId>,
    /// A language tag such as `pt-BR`.
    #[schema(pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length = 35)]
    pub locale: Option<String>,
    /// 12 to 128 characters. Without one the person cannot log in until a password is set.
    #[schema(value_type = Option<String>, format = Password, min_length = 12, max_length = 128)]
    pub password: Option<Secret>,
}

/// A new user whose fields are good.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub(super) email: String,
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) team_id: Option<TeamId>,
    pub(super) locale: Option<String>,
}

impl NewUserInput {
    /// Checks every field.
    ///
    /// # Errors
    /// All bad fields.
    pub fn parse(self) -> Result<(NewUser, Option<Secret>)> {
        let mut fields = Fields::default();
        let user = NewUser {
            email: fields.email("email", &self.email),
            name: fields.line("name", &self.name, 100),
            role: self.role,
            team_id: self.team_id,
            locale: self.locale.map(|locale| fields.locale("locale", &locale)),
        };
        if let Some(Err(error)) =
            self.password.as_ref().map(|new| passwords::check("password", new, &user.email, &user.name))
        {
            fields.refuse(error);
        }
        fields.done()?;
        Ok((user, self.password))
    }
}

/// A change of a user. Absent fields stay.
#[derive(Debug, Clone, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserPatch {
    #[schema(format = "email", min_length = 3, max_length = 254, nullable = false)]
    email: Option<String>,
    #[schema(min_length = 1, max_length = 100, nullable = false)]
    name: Option<String>,
    #[schema(nullable = false)]
    role: Option<Role>,
    /// `null` takes the person out of the team.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<TeamId>)]
    team_id: Option<Option<TeamId>>,
    /// A language tag such as `pt-BR`; `null` leaves it to the browser.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, pattern = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length = 35)]
    locale: Option<Option<String>>,
    /// `false` ends the person's sessions at once.
    #[schema(nullable = false)]
    active: Option<bool>,
}

impl UserPatch {
    /// A change of what people may change about themselves.
    #[must_use]
    pub fn of_oneself(name: Option<String>, locale: Option<Option<String>>) -> Self {
        Self { name, locale, ..Self::default() }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// All bad fields.
    pub fn parse(mut self) -> Result<Self> {
        let mut fields = Fields::default();
        self.email = self.email.map(|email| fields.email("email", &email));
        self.name = self.name.map(|name| fields.line("name", &name, 100));
        self.locale = self.locale.map(|locale| locale.map(|locale| fields.locale("locale", &locale)));
        fields.done()?;
        Ok(self)
    }

    /// Whether this could take an administrator away.
    pub(super) fn may_remove_admin(&self) -> bool {
        self.active == Some(false) || self.role.is_some_and(|role| role != Role::Admin)
    }

    pub(super) fn apply(&self, before: &User) -> User {
        let mut after = before.clone();
        after.email.clone_from(self.email.as_ref().unwrap_or(&before.email));
        after.name.clone_from(self.name.as_ref().unwrap_or(&before.name));
        after.locale.clone_from(self.locale.as_ref().unwrap_or(&before.locale));
        after.role = self.role.unwrap_or(before.role);
        after.team_id = self.team_id.unwrap_or(before.team_id);
        after.active = self.active.unwrap_or(before.active);
        after
    }
}

/// Which users to list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UserFilter {
    /// Only this role.
    pub(super) role: Option<Role>,
    /// Only this team.
    pub(super) team_id: Option<TeamId>,
    /// Only those who can log in, or only those who cannot.
    pub(super) active: Option<bool>,
    /// Where the last page ended.
    pub(super) cursor: Option<String>,
    /// 1 to 200; 50 by default.
    #[serde(default)]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    pub(super) limit: Limit,
}

impl UserFilter {
    /// All users, from where the last page ended.
    #[must_use]
    pub fn page(cursor: Option<String>) -> Self {
        Self { role: None, team_id: None, active: None, cursor, limit: Limit::default() }
    }
}
