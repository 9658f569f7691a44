//! The bytes of a request, whatever its content type says: SDKs write JSON under any name. Packed bodies are unpacked,
//! but never beyond the limit.

use std::io::Read;

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut, Payload};
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt;

use crate::error::{Code, Error, Result};

/// The first bytes of everything gzip makes.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads the body, unpacked, of at most `limit` bytes.
///
/// # Errors
/// [`Code::TooLarge`]; [`Code::MalformedBody`] where it breaks off or cannot be unpacked.
pub async fn read(req: &HttpRequest, mut payload: Payload, limit: usize) -> Result<Bytes> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Error::because(Code::MalformedBody, error.to_string()))?;
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    let encoding =
        req.headers().get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match encoding.trim().to_ascii_lowercase().as_str() {
        "" | "identity" | "gzip" | "x-gzip" if !body.starts_with(&GZIP) => Ok(body.freeze()),
        "" | "identity" | "gzip" | "x-gzip" => unpack(&body, limit),
        _ => Err(Error::because(Code::MalformedBody, "The only encoding of a body that is understood is gzip.")),
    }
}

fn unpack(packed: &[u8], limit: usize) -> Result<Bytes> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut body = Vec::with_capacity(packed.len().saturating_mul(4).min(limit));
    MultiGzDecoder::new(packed)
        .take(most)
        .read_to_end(&mut body)
        .map_err(|error| Error::because(Code::MalformedBody, format!("The gzip body cannot be unpacked: {error}.")))?;
    if body.len() > limit { Err(too_large(limit)) } else { Ok(body.into()) }
}

fn too_large(limit: usize) -> Error {
    Error::because(Code::TooLarge, format!("The body has more than {limit} bytes."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_packed_body_is_unpacked_up_to_the_limit() {
        assert_eq!(unpack(&packed(b"{}"), 2).unwrap(), "{}");
        let bomb = packed(&vec![0; 50_000_000]);
        assert!(bomb.len() < 100_000);
        assert_eq!(unpack(&bomb, 1_000_000).unwrap_err().code, Code::TooLarge);
        assert_eq!(unpack(&[0x1f, 0x8b, 1, 2], 10).unwrap_err().code, Code::MalformedBody);
    }
}
