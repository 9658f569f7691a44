//! Access tokens: JWTs of 15 minutes, HS256 alone, signed with a key derived from the installation's secret.
//!
//! Each `kid` names a rotation period of 30 days; its key is HKDF-SHA256 of the secret. The current period's key
//! signs, the previous one's is still accepted, so keys rotate without a token dying early.

use chrono::TimeDelta;
use hkdf::Hkdf;
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode, errors::ErrorKind,
};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::UserId;
use crate::db::types::{Guid, Instant};
use crate::error::{Code, Error, Result};

/// How long an access token is good for.
pub const ACCESS_LIFETIME: TimeDelta = TimeDelta::minutes(15);

const KEY_LIFETIME: TimeDelta = TimeDelta::days(30);
const ISSUER: &str = "touchline";

/// What an access token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// Whom it speaks for.
    pub sub: UserId,
    /// The session it belongs to.
    pub sid: Guid,
    iss: String,
    iat: i64,
    exp: i64,
}

/// Signs and checks access tokens.
#[derive(Clone)]
pub struct Tokens {
    secrets: Vec<Vec<u8>>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens(..)")
    }
}

impl Tokens {
    /// Signs with the first secret; accepts tokens of every secret given.
    #[must_use]
    pub fn new(secret: &str, previous: Option<&str>) -> Self {
        let secrets = std::iter::once(secret).chain(previous).map(|secret| secret.as_bytes().to_vec()).collect();
        Self { secrets }
    }

    /// A token for this user's session, good from `now` for [`ACCESS_LIFETIME`].
    ///
    /// # Errors
    /// A fault of ours.
    pub fn issue(&self, user: UserId, session: Guid, now: Instant) -> Result<String> {
        let issued = now.micros() / 1_000_000;
        let claims = Claims {
            sub: user,
            sid: session,
            iss: ISSUER.to_owned(),
            iat: issued,
            exp: issued + ACCESS_LIFETIME.num_seconds(),
        };
        let period = period_of(now);
        let header = Header { kid: Some(period.to_string()), ..Header::new(Algorithm::HS256) };
        let secret = self.secrets.first().ok_or_else(|| Error::internal("no secret"))?;
        encode(&header, &claims, &EncodingKey::from_secret(&key(secret, period)?)).map_err(Error::internal)
    }

    /// What a token says, if it is ours and good at `now`.
    ///
    /// # Errors
    /// [`Code::TokenExpired`] or [`Code::Unauthorized`].
    pub fn check(&self, token: &str, now: Instant) -> Result<Claims> {
        let kid = decode_header(token).ok().and_then(|header| header.kid);
        let period: i64 = kid.and_then(|kid| kid.parse().ok()).ok_or_else(unauthorized)?;
        if !(period_of(now) - 1..=period_of(now)).contains(&period) {
            return Err(unauthorized());
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.leeway = 0;
        let mut error = unauthorized();
        for secret in &self.secrets {
            match decode::<Claims>(token, &DecodingKey::from_secret(&key(secret, period)?), &validation) {
                Ok(decoded) => return Ok(decoded.claims),
                Err(e) if *e.kind() == ErrorKind::ExpiredSignature => error = Error::new(Code::TokenExpired),
                Err(_) => {}
            }
        }
        Err(error)
    }
}

fn unauthorized() -> Error {
    Error::new(Code::Unauthorized)
}

const fn period_of(now: Instant) -> i64 {
    now.micros() / 1_000_000 / KEY_LIFETIME.num_seconds()
}

fn key(secret: &[u8], period: i64) -> Result<[u8; 32]> {
    let mut key = [0; 32];
    let info = format!("touchline access token {period}");
    Hkdf::<Sha256>::new(None, secret).expand(info.as_bytes(), &mut key).map_err(Error::internal)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(age: TimeDelta) -> Result<Claims> {
        let tokens = Tokens::new("a secret", None);
        let now = Instant::now();
        let token = tokens.issue(UserId::new(), Guid::new(), now.plus(-age)).unwrap();
        tokens.check(&token, now)
    }

    #[test]
    fn a_token_is_good_for_fifteen_minutes() {
        assert!(round_trip(TimeDelta::minutes(14)).is_ok());
        assert_eq!(round_trip(TimeDelta::minutes(16)).unwrap_err().code, Code::TokenExpired);
    }

    #[test]
    fn a_token_of_another_secret_or_algorithm_is_refused() {
        let now = Instant::now();
        let token = Tokens::new("other", None).issue(UserId::new(), Guid::new(), now).unwrap();
        let tokens = Tokens::new("a secret", None);
        assert_eq!(tokens.check(&token, now).unwrap_err().code, Code::Unauthorized);
        assert!(Tokens::new("a secret", Some("other")).check(&token, now).is_ok());
        let none = format!("eyJhbGciOiJub25lIiwia2lkIjoiMSJ9.{}.", token.split('.').nth(1).unwrap());
        assert_eq!(tokens.check(&none, now).unwrap_err().code, Code::Unauthorized);
    }
}
