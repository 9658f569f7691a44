//! The languages that rules are put into words in.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A language that rules are put into words in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Russian.
    Russian,
    /// Portuguese, as it is written in Brazil.
    Portuguese,
}

impl PartialSchema for Language {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^([Ee][Nn]|[Rr][Uu]|[Pp][Tt])(-[A-Za-z0-9]{1,8})*$"))
            .examples(["en", "ru", "pt-BR"])
            .into()
    }
}

impl ToSchema for Language {}

impl Language {
    /// Every language.
    pub const ALL: &'static [Self] = &[Self::English, Self::Russian, Self::Portuguese];
    const CODES: &'static [&'static str] = &["en", "ru", "pt"];

    /// Its code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.pick(["en", "ru", "pt"])
    }

    /// The language of a tag, whatever its region or script: `pt-BR` and `PT` are Portuguese.
    #[must_use]
    pub fn tagged(tag: &str) -> Option<Self> {
        let mut parts = tag.split('-');
        let code = parts.next()?;
        let is_part =
            |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let known = Self::ALL.iter().copied().find(|language| language.as_str().eq_ignore_ascii_case(code));
        known.filter(|_| parts.all(is_part))
    }

    /// The one of the three that is in this language: English, Russian, Portuguese.
    pub(super) const fn pick<T: Copy>(self, of: [T; 3]) -> T {
        let [english, russian, portuguese] = of;
        match self {
            Self::English => english,
            Self::Russian => russian,
            Self::Portuguese => portuguese,
        }
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tag = String::deserialize(deserializer)?;
        Self::tagged(&tag).ok_or_else(|| D::Error::unknown_variant(&tag, Self::CODES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_counts_for_its_language() {
        for (tags, language) in [
            (["en", "EN", "en-US", "en-gb"], Language::English),
            (["ru", "Ru", "ru-RU", "RU-by"], Language::Russian),
            (["pt", "pt-BR", "PT-br", "pt-PT"], Language::Portuguese),
        ] {
            assert!(tags.iter().all(|tag| Language::tagged(tag) == Some(language)), "{tags:?}");
        }
        for wrong in ["", "de", "english", "pt_BR", "pt-", "ptBR", "-pt", "en-toolongapart", "en-Ü"] {
            assert_eq!(Language::tagged(wrong), None, "{wrong}");
        }
    }
}
