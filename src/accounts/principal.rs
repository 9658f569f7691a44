//! The caller of a request: who, with which permissions, seeing which records.
//!
//! A handler's first argument says who may call, and its `security` in the OpenAPI document says the same:
//! `May<grants::X>` is `("bearer" = ["<permission>"])`, `May<(grants::X, grants::Y)>` names both; [`Person`], for what
//! belongs to whoever is logged in, is `("bearer" = ["person"])`. An operation without `security` is public. A test walks
//! all of them.

use std::collections::BTreeSet;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};

use super::permissions::{Grant, Permission, Role};
use super::{ApiKeyId, UserId};
use crate::db::types::Guid;
use crate::error::{Code, Error, Result};

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A person.
    User(UserId),
    /// A program.
    Key(ApiKeyId),
    /// Touchline itself, or its command line.
    System,
}

impl Actor {
    /// The person's id.
    #[must_use]
    pub const fn user(self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(id),
            Self::Key(_) | Self::System => None,
        }
    }

    /// The API key's id.
    #[must_use]
    pub const fn key(self) -> Option<ApiKeyId> {
        match self {
            Self::Key(id) => Some(id),
            Self::User(_) | Self::System => None,
        }
    }
}

/// Which owners' records the caller sees. Records without an owner are always seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All records.
    All,
    /// Those of these owners.
    Owners(Arc<BTreeSet<UserId>>),
}

impl Scope {
    /// Whether a record of this owner is seen.
    #[must_use]
    pub fn sees(&self, owner: Option<UserId>) -> bool {
        match (self, owner) {
            (Self::All, _) | (_, None) => true,
            (Self::Owners(owners), Some(owner)) => owners.contains(&owner),
        }
    }

    /// Makes a record the caller does not see as good as absent.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn check(&self, owner: Option<UserId>) -> Result<()> {
        if self.sees(owner) { Ok(()) } else { Err(Error::not_found()) }
    }

    /// The owners to filter by; `None` where no filter is needed.
    #[must_use]
    pub fn owners(&self) -> Option<Vec<UserId>> {
        match self {
            Self::All => None,
            Self::Owners(owners) => Some(owners.iter().copied().collect()),
        }
    }
}

/// The caller, as authentication found it.
#[derive(Debug, Clone)]
pub struct Principal {
    /// Who acts.
    pub actor: Actor,
    /// The person's role; `None` for programs.
    pub role: Option<Role>,
    /// What the caller may do.
    pub permissions: Arc<BTreeSet<Permission>>,
    /// Which records the caller sees.
    pub scope: Scope,
    /// The person's session; `None` for programs.
    pub session: Option<Guid>,
    /// The request's id, for the audit log.
    pub request_id: Option<String>,
}

impl Principal {
    /// Touchline itself: imports and commands run from the command line, demo data, tests.
    #[must_use]
    pub fn system() -> Self {
        Self {
            actor: Actor::System,
            role: None,
            permissions: Arc::new(Permission::ALL.iter().copied().collect()),
            scope: Scope::All,
            session: None,
            request_id: None,
        }
    }

    /// A person who is just logging in: the actor of the audit log, without permissions.
    #[must_use]
    pub fn arriving(user: UserId, role: Role, session: Guid, request_id: Option<String>) -> Self {
        Self {
            actor: Actor::User(user),
            role: Some(role),
            permissions: Arc::default(),
            scope: Scope::Owners(Arc::new(BTreeSet::from([user]))),
            session: Some(session),
            request_id,
        }
    }

    /// Whether this is a person, who must name the version that a change starts from.
    #[must_use]
    pub const fn is_person(&self) -> bool {
        matches!(self.actor, Actor::User(_))
    }

    /// Under which id stored answers to retried requests are kept.
    #[must_use]
    pub const fn retry_id(&self) -> Guid {
        match self.actor {
            Actor::User(UserId(id)) | Actor::Key(ApiKeyId(id)) => id,
            Actor::System => Guid(uuid::Uuid::nil()),
        }
    }

    /// Fails where the caller lacks the permission.
    ///
    /// # Errors
    /// [`Code::Forbidden`].
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.permissions.contains(&permission) { Ok(()) } else { Err(lacks(permission)) }
    }
}

fn lacks(permission: Permission) -> Error {
    Error::because(Code::Forbidden, format!("This needs the permission {permission}."))
}

/// What the authenticating middleware leaves on a request: the caller, or why there is none.
#[derive(Debug, Clone)]
pub struct Authentication(pub Result<Arc<Principal>>);

/// A caller who has the permission `G`; stands first among a handler's arguments.
#[derive(Debug)]
pub struct May<G>(Arc<Principal>, PhantomData<G>);

impl<G> Clone for May<G> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<G> Deref for May<G> {
    type Target = Principal;
    fn deref(&self) -> &Principal {
        &self.0
    }
}

impl<G: Grant> FromRequest for May<G> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = caller(req).and_then(|principal| {
            G::missing(&principal.permissions).map_or(Ok(()), |missing| Err(lacks(missing)))?;
            Ok(Self(principal, PhantomData))
        });
        ready(caller)
    }
}

/// Any caller who is logged in as a person; stands first among a handler's arguments.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who.
    pub id: UserId,
    principal: Arc<Principal>,
}

impl Deref for Person {
    type Target = Principal;
    fn deref(&self) -> &Principal {
        &self.principal
    }
}

impl FromRequest for Person {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(req).and_then(|principal| match principal.actor {
            Actor::User(id) => Ok(Self { id, principal }),
            Actor::Key(_) | Actor::System => Err(Error::because(Code::Forbidden, "Only a person may do this.")),
        }))
    }
}

fn caller(req: &HttpRequest) -> Result<Arc<Principal>> {
    match req.extensions().get::<Authentication>() {
        Some(Authentication(found)) => found.clone(),
        None => Err(Error::new(Code::Unauthorized)),
    }
}
