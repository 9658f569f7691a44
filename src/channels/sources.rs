//! Which sites are search engines, social networks, video, shopping or web mail: a list of ours, kept as data.

use std::collections::HashMap;
use std::sync::LazyLock;

crate::text_enum! {
    /// What kind of site a source is.
    pub enum SourceKind {
        /// A search engine.
        Search = "search",
        /// A social network.
        Social = "social",
        /// A video site.
        Video = "video",
        /// A shop of many, or a comparison of prices.
        Shopping = "shopping",
        /// E-mail read in a browser.
        Webmail = "webmail",
        /// None of these.
        Other = "other",
    }
}

const LIST: &str = include_str!("sources.txt");
static SOURCES: LazyLock<Sources> = LazyLock::new(|| Sources::read(LIST));

/// The list, by name.
struct Sources {
    /// Whether subdomains count too, and the kind.
    names: HashMap<&'static str, (bool, SourceKind)>,
}

impl Sources {
    fn read(list: &'static str) -> Self {
        let mut names = HashMap::new();
        for line in list.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split_whitespace();
            let Some(kind) = words.next().and_then(|word| word.parse().ok()) else { continue };
            for word in words {
                let exact = word.strip_prefix('=');
                names.insert(exact.unwrap_or(word), (exact.is_none(), kind));
            }
        }
        Self { names }
    }

    fn kind(&self, source: &str) -> Option<SourceKind> {
        let mut rest = source;
        loop {
            let found = self.names.get(rest).or_else(|| self.names.get(anywhere(rest)?.as_str()));
            if let Some((_, kind)) = found.filter(|(below, _)| *below || rest.len() == source.len()) {
                return Some(*kind);
            }
            rest = rest.split_once('.').map(|(_, rest)| rest).filter(|rest| rest.contains('.'))?;
        }
    }
}

/// `google.co.uk` and `google.de` as `google.*`: a name, then one or two parts of two or three letters.
fn anywhere(host: &str) -> Option<String> {
    let is_part = |part: &str| (2..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let parts: Vec<&str> = host.split('.').collect();
    let ends = parts.iter().rev().take_while(|part| is_part(part)).count().min(2).min(parts.len().saturating_sub(1));
    let name = parts.get(..parts.len() - ends).filter(|_| ends > 0)?;
    Some(format!("{}.*", name.join(".")))
}

/// What kind of site a source is: a host, or a word as people write it into `utm_source`; in lower case.
#[must_use]
pub fn kind_of(source: &str) -> SourceKind {
    let host = source.strip_prefix("www.").unwrap_or(source);
    SOURCES.kind(host).unwrap_or(SourceKind::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_any_country_subdomains_and_words_are_known() {
        use SourceKind::{Other, Search, Shopping, Social, Video, Webmail};
        for (source, kind) in [
            ("google", Search),
            ("www.google.co.uk", Search),
            ("google.com.br", Search),
            ("mail.google.com", Webmail),
            ("docs.google.com", Other),
            ("plus.google.com", Social),
            ("uk.search.yahoo.com", Search),
            ("de.search.yahoo.com", Search),
            ("m.facebook.com", Social),
            ("some.blogspot.com.au", Social),
            ("youtube.com", Video),
            ("smile.amazon.de", Shopping),
            ("googleplex.example", Other),
            ("notgoogle.com", Other),
            ("google.evil.example", Other),
            ("com", Other),
            ("", Other),
            ("...", Other),
        ] {
            assert_eq!(kind_of(source), kind, "{source}");
        }
    }

    #[test]
    fn every_line_of_the_list_is_understood() {
        let lines = LIST.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let words: usize = lines.clone().map(|line| line.split_whitespace().count() - 1).sum();
        assert!(lines.clone().all(|line| line.split(' ').next().unwrap().parse::<SourceKind>().is_ok()));
        assert_eq!(SOURCES.names.len(), words, "no name stands there twice");
    }
}
