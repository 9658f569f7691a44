//! What a key that sends events is known by.

use diesel::prelude::*;

use super::ApiKeyId;
use crate::db::Connection;
use crate::db::schema::api_keys;
use crate::db::types::Json;
use crate::error::Result;

/// A key that sends events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteKey {
    /// The key.
    pub id: ApiKeyId,
    /// Its name: the source of what it sends.
    pub name: String,
    /// The web origins that may use it; `None` is any.
    pub origins: Option<Vec<String>>,
}

impl WriteKey {
    /// Whether pages of this origin may use the key.
    #[must_use]
    pub fn allows(&self, origin: &str) -> bool {
        self.origins.as_ref().is_none_or(|origins| origins.iter().any(|each| each.eq_ignore_ascii_case(origin)))
    }
}

/// The facts about a key.
///
/// # Errors
/// There is no such key.
pub fn find(conn: &mut Connection, id: ApiKeyId) -> Result<WriteKey> {
    let row = api_keys::table.find(id).select((api_keys::name, api_keys::origins));
    let (name, origins): (String, Option<Json<Vec<String>>>) = row.first(conn)?;
    Ok(WriteKey { id, name, origins: origins.map(|Json(origins)| origins) })
}

/// The origin as browsers send it; `None` where it is none.
#[must_use]
pub fn origin(text: &str) -> Option<String> {
    let url = url::Url::parse(text.trim()).ok()?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    (bare && matches!(url.scheme(), "http" | "https")).then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_read_as_browsers_send_it() {
        assert_eq!(origin(" HTTPS://Shop.Example:443/").as_deref(), Some("https://shop.example"));
        assert_eq!(origin("http://localhost:8080").as_deref(), Some("http://localhost:8080"));
        for wrong in ["", "*", "shop.example", "https://a.example/x", "ftp://a.example", "https://me@a.example"] {
            assert_eq!(origin(wrong), None, "{wrong}");
        }
    }
}
