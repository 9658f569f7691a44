//! Passwords: which are accepted, and argon2id with OWASP's parameters, a few at a time and never on the threads
//! that serve requests or the database.

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::Deserialize;
use tokio::sync::Semaphore;

use crate::error::{Code, Error, FieldError, Result};

/// A secret that a client sent; never printed.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// A secret.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A new password's length in characters.
const LENGTH: std::ops::RangeInclusive<usize> = 12..=128;

/// Accepts a new password of 12 to 128 characters that is not the person's name or e-mail address.
///
/// # Errors
/// What is wrong with it, as an error of `field`.
pub fn check(field: &'static str, password: &Secret, email: &str, name: &str) -> Result<(), FieldError> {
    if !LENGTH.contains(&password.0.chars().count()) {
        return Err(FieldError::new(field, "length", "must have 12 to 128 characters"));
    }
    let lower = password.0.trim().to_lowercase();
    let mailbox = email.split('@').next().unwrap_or_default();
    if [email, mailbox, &name.to_lowercase()].contains(&lower.as_str()) {
        return Err(FieldError::new(field, "guessable", "must not be the name or the e-mail address"));
    }
    Ok(())
}

/// Memory in KiB, passes and lanes that OWASP asks for at least.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Checked where there is no such user, so that the answer takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmUu$ZN5wuD3/4i0SAeY1omO3ggMWvcWTCD7AU/LyNs9U1TY";

/// What came of a log-in's password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is not the password.
    Wrong,
    /// It is; a new hash is given where the stored one was made with other parameters.
    Right(Option<String>),
}

/// Hashes and checks passwords. Each takes 19 MiB, so few run at once and few may wait.
#[derive(Debug)]
pub struct Passwords {
    running: Arc<Semaphore>,
    admitted: Semaphore,
}

/// How many requests may wait for their hash.
const QUEUE: usize = 64;

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { running: Arc::new(Semaphore::new(cores.clamp(1, 4))), admitted: Semaphore::new(QUEUE) }
    }
}

impl Passwords {
    /// The text to store for a new password.
    ///
    /// # Errors
    /// [`Code::Unavailable`] where too many wait.
    pub async fn hash(&self, password: Secret) -> Result<String> {
        self.run(move || hash(&password)).await?
    }

    /// Compares a password with what is stored; takes as long where nothing is.
    ///
    /// # Errors
    /// As for [`Passwords::hash`].
    pub async fn verify(&self, stored: Option<String>, password: Secret) -> Result<Verdict> {
        self.run(move || verify(stored.as_deref(), &password)).await?
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let busy = |_| Error { retry_after: Some(2), ..Error::because(Code::Unavailable, "Too many log-ins at once.") };
        let _admitted = self.admitted.try_acquire().map_err(busy)?;
        let permit = self.running.clone().acquire_owned().await.map_err(Error::internal)?;
        // The permit goes along: a caller who hangs up does not free the memory.
        let work = move || (work(), permit).0;
        actix_web::web::block(work).await.map_err(Error::internal)
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(Error::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// [`Passwords::hash`] for the command line.
///
/// # Errors
/// A fault of ours.
pub fn hash(password: &Secret) -> Result<String> {
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(Error::internal)?;
    Ok(argon2()?.hash_password(password.0.as_bytes(), &salt).map_err(Error::internal)?.to_string())
}

fn verify(stored: Option<&str>, password: &Secret) -> Result<Verdict> {
    let parsed = PasswordHash::new(stored.unwrap_or(NOBODY)).map_err(Error::internal)?;
    let right = argon2()?.verify_password(password.0.as_bytes(), &parsed).is_ok();
    if !right || stored.is_none() {
        return Ok(Verdict::Wrong);
    }
    let rehash = if is_current(&parsed) { None } else { Some(hash(password)?) };
    Ok(Verdict::Right(rehash))
}

fn is_current(hash: &PasswordHash<'_>) -> bool {
    let params = Params::try_from(hash).map(|params| (params.m_cost(), params.t_cost(), params.p_cost()));
    hash.algorithm == Algorithm::Argon2id.ident()
        && hash.version == Some(Version::V0x13.into())
        && params == Ok((MEMORY, PASSES, LANES))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[test]
    fn only_the_password_itself_is_right() {
        let stored = hash(&secret("correct horse battery")).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let verdict = |text| verify(Some(&stored), &secret(text)).unwrap();
        assert_eq!(verdict("correct horse battery"), Verdict::Right(None));
        assert_eq!(verdict("correct horse batterz"), Verdict::Wrong);
        assert_eq!(verify(None, &secret("correct horse battery")).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn a_hash_of_other_parameters_is_made_anew() {
        let salt = SaltString::encode_b64(b"0123456789abcdef").unwrap();
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let stored = weak.hash_password(b"correct horse battery", &salt).unwrap().to_string();
        let Verdict::Right(Some(new)) = verify(Some(&stored), &secret("correct horse battery")).unwrap() else {
            panic!("not made anew")
        };
        assert_eq!(verify(Some(&new), &secret("correct horse battery")).unwrap(), Verdict::Right(None));
    }

    #[test]
    fn nobodys_hash_costs_as_much_as_a_real_one() {
        assert!(is_current(&PasswordHash::new(NOBODY).unwrap()));
    }

    #[test]
    fn a_guessable_password_is_refused() {
        let code = |text: &str| {
            check("password", &secret(text), "ana.maria.lopez@x.example", "Ana María López").map_err(|error| error.code)
        };
        assert_eq!(code("short"), Err("length".into()));
        assert_eq!(code(&"x".repeat(129)), Err("length".into()));
        assert_eq!(code("ANA.MARIA.LOPEZ"), Err("guessable".into()));
        assert_eq!(code("ana maría lópez"), Err("guessable".into()));
        assert_eq!(code("ana.maria.lopez@x.example"), Err("guessable".into()));
        assert_eq!(code("šest slov je víc"), Ok(()));
    }
}
