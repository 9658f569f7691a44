//! Signatures as Standard Webhooks says: HMAC-SHA256 of id, timestamp and body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::error::{Error, Result};

/// What secrets begin with.
const PREFIX: &str = "whsec_";
/// Random bytes of a secret: Standard Webhooks asks for 24 to 64.
const BYTES: usize = 32;

/// A secret that a webhook and its receiver share.
pub struct Secret;

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// A new one, as it is shown: `whsec_…`.
    #[must_use]
    pub fn generate() -> String {
        let mut bytes = [0_u8; BYTES];
        rand::RngCore::fill_bytes(&mut rand::rng(), &mut bytes);
        format!("{PREFIX}{}", STANDARD.encode(bytes))
    }
}

/// The value of `webhook-signature`: one signature for each secret, with blanks between.
///
/// # Errors
/// A secret is not one of ours.
pub fn sign<'a>(secrets: impl Iterator<Item = &'a str>, id: &str, timestamp: i64, body: &[u8]) -> Result<String> {
    let signatures: Result<Vec<_>> = secrets.map(|secret| sign_with(secret, id, timestamp, body)).collect();
    Ok(signatures?.join(" "))
}

fn sign_with(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> Result<String> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX).unwrap_or(secret)).map_err(Error::internal)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(Error::internal)?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    #[test]
    fn a_body_is_signed_as_the_specification_shows() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed =
            sign([secret].into_iter(), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_has_the_bytes_that_the_specification_asks_for() {
        let secret = Secret::generate();
        let bytes = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        assert!((24..=64).contains(&bytes.len()));
        assert_ne!(secret, Secret::generate());
    }
}
