//! Query strings: unknown parameters are refused, and a bad one is named.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;

use super::body;
use crate::error::{Error, Result};

/// A query string read into a `T` (`#[serde(deny_unknown_fields)]`).
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(req.query_string()).map(Self))
    }
}

/// Reads a query string.
///
/// # Errors
/// [`Code::Invalid`](crate::error::Code::Invalid) naming the parameter.
pub fn parse<T: DeserializeOwned>(query: &str) -> Result<T> {
    if let Some((name, _)) = form_urlencoded::parse(query.as_bytes()).find(|(_, value)| value.contains('\0')) {
        return Err(Error::field(name.into_owned(), "format", "must not hold the character U+0000"));
    }
    let deserializer = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let message = error.inner().to_string();
        let path = error.path().to_string();
        let field = if path == "." { body::quoted(&message).unwrap_or("query").to_owned() } else { path };
        Error::invalid(vec![body::told(field, &message, message.clone())])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Example {
        limit: Option<i64>,
    }

    #[test]
    fn a_bad_parameter_is_named() {
        let field = |query| parse::<Example>(query).unwrap_err().errors[0].field.to_string();
        assert_eq!(field("limit=x"), "limit");
        assert_eq!(field("limitt=1"), "limitt");
        assert_eq!(field("limit=%00"), "limit");
        assert_eq!(parse::<Example>("limit=3").unwrap().limit, Some(3));
    }
}
