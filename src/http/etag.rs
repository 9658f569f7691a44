//! Optimistic concurrency: a change names the version it was made from.

use std::future::{Ready, ready};

use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest, dev::Payload};

use super::Version;
use crate::error::{Code, Error, Result};

/// The `If-Match` header of a PUT, PATCH or DELETE, and of a POST that changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMatch {
    /// The header is absent.
    Absent,
    /// `*`: whatever the version is.
    Any,
    /// `"v3"`.
    Version(Version),
}

impl IfMatch {
    /// The version to check, or `None` for no check. A person must name one; a program may leave it out.
    ///
    /// # Errors
    /// [`Code::PreconditionRequired`] where a person's request lacks the header.
    pub fn expected(self, is_person: bool) -> Result<Option<Version>> {
        match self {
            Self::Version(version) => Ok(Some(version)),
            Self::Absent if is_person => Err(Error::because(
                Code::PreconditionRequired,
                "Send If-Match with the ETag of the version you changed, so that nobody's change is lost.",
            )),
            Self::Any | Self::Absent => Ok(None),
        }
    }

    /// The version to check, where one is named; for changes that do not build on what was seen, so that nobody must.
    #[must_use]
    pub const fn named(self) -> Option<Version> {
        match self {
            Self::Version(version) => Some(version),
            Self::Any | Self::Absent => None,
        }
    }
}

/// Fails where `expected` names another version than `actual`.
///
/// # Errors
/// [`Code::PreconditionFailed`].
pub fn check_version(expected: Option<Version>, actual: Version) -> Result<()> {
    match expected {
        Some(version) if version != actual => Err(Error::because(
            Code::PreconditionFailed,
            format!("You changed version v{version}, but version v{actual} is current. Read it again and repeat."),
        )),
        _ => Ok(()),
    }
}

fn parse(text: &str) -> Option<IfMatch> {
    let text = text.trim();
    if text == "*" {
        return Some(IfMatch::Any);
    }
    let tag = text.strip_prefix("W/").unwrap_or(text);
    let version = tag.strip_prefix("\"v")?.strip_suffix('"')?.parse().ok()?;
    Some(IfMatch::Version(version))
}

impl FromRequest for IfMatch {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = req.headers().get(IF_MATCH) else { return ready(Ok(Self::Absent)) };
        let parsed = value.to_str().ok().and_then(parse);
        ready(
            parsed.ok_or_else(|| {
                Error::because(Code::PreconditionFailed, "If-Match must be an ETag such as \"v3\", or *.")
            }),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_match_takes_strong_and_weak_tags() {
        assert_eq!(parse("\"v3\""), Some(IfMatch::Version(3)));
        assert_eq!(parse("W/\"v3\""), Some(IfMatch::Version(3)));
        assert_eq!(parse("*"), Some(IfMatch::Any));
        assert_eq!(parse("v3"), None);
    }

    #[test]
    fn a_person_must_name_the_version_and_a_program_may_not() {
        assert!(IfMatch::Absent.expected(true).is_err());
        assert_eq!(IfMatch::Absent.expected(false).unwrap(), None);
        assert!(check_version(Some(1), 2).is_err());
        assert!(check_version(None, 2).is_ok());
    }
}
