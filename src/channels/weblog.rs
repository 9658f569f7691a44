//! The log of a web server, line by line: by which channel group each visit came, and which referrers no list knows. Pure.

use std::collections::BTreeMap;

use url::Url;

use super::arrival::{Arrival, Said};
use super::rules::published_compiled;
use super::sources::SourceKind;
use crate::interactions::Channel;

/// What a log says, counted.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Weblog {
    /// Requests that began a visit, by channel group.
    pub groups: BTreeMap<String, u64>,
    /// Requests within a visit: the page before was of the same site.
    pub within: u64,
    /// Lines that are not of the combined format.
    pub unreadable: u64,
    /// Referrers that are in no list of sources, and how many visits each brought.
    pub unknown: BTreeMap<String, u64>,
}

/// The request's address and the referrer of a line of the combined log format:
/// `… "GET /path HTTP/1.1" 200 123 "https://referrer/" "agent"`.
fn parts(line: &str) -> Option<(&str, &str)> {
    let mut quoted = line.split('"');
    let request = quoted.nth(1)?;
    let referrer = quoted.nth(1)?;
    // The agent has quotes of its own.
    quoted.next()?;
    Some((request.split(' ').nth(1)?, referrer))
}

impl Weblog {
    /// Counts a line; `site` is the address that the log's paths belong to.
    pub fn add(&mut self, site: &Url, line: &str) {
        let Some((path, referrer)) = parts(line) else {
            self.unreadable += u64::from(!line.trim().is_empty());
            return;
        };
        let url = site.join(path).unwrap_or_else(|_| site.clone());
        let said = Said { url: Some(url.as_str()), referrer: Some(referrer), ..Said::default() };
        let Some(arrival) = Arrival::told(Channel::Web, true, "page_view", &said) else {
            self.within += 1;
            return;
        };
        let compiled = published_compiled();
        *self.groups.entry(compiled.group(&arrival).0.to_owned()).or_default() += 1;
        if arrival.medium == "referral" && arrival.source_kind == SourceKind::Other {
            *self.unknown.entry(arrival.source).or_default() += 1;
        }
    }

    /// How many requests there were.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.groups.values().sum::<u64>() + self.within
    }

    /// The unknown referrers that brought most, the first the most.
    #[must_use]
    pub fn most_unknown(&self, most: usize) -> Vec<(&str, u64)> {
        let mut all: Vec<_> = self.unknown.iter().map(|(host, count)| (host.as_str(), *count)).collect();
        all.sort_by_key(|(host, count)| (std::cmp::Reverse(*count), *host));
        all.truncate(most);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counted(lines: &[&str]) -> Weblog {
        let site = Url::parse("https://we.example").unwrap();
        let mut log = Weblog::default();
        for line in lines {
            log.add(&site, line);
        }
        log
    }

    #[test]
    fn each_line_of_a_weblog_has_a_group_or_is_a_step_within_a_visit() {
        let line = |path: &str, referrer: &str| {
            format!(
                "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET {path} HTTP/1.1\" 200 7 \"{referrer}\" \"Mozilla/5.0\""
            )
        };
        let lines = [
            line("/a", "-"),
            line("/a?gclid=1", "https://www.google.com/"),
            line("/b", "https://we.example/a"),
            line("/b", "https://blog.example/post"),
            line("/c", "https://blog.example/other"),
            line("/c", "https://www.google.de/search"),
            "nonsense".to_owned(),
            String::new(),
        ];
        let log = counted(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        let groups: Vec<_> = log.groups.iter().map(|(group, count)| (group.as_str(), *count)).collect();
        assert_eq!(groups, [("Direct", 1), ("Organic Search", 1), ("Paid Search", 1), ("Referral", 2)]);
        assert_eq!((log.within, log.unreadable, log.requests()), (1, 1, 6));
        assert_eq!(log.most_unknown(5), [("blog.example", 2)]);
    }

    proptest! {
        #[test]
        fn no_line_breaks_it(line in ".{0,120}") {
            let log = counted(&[&line]);
            prop_assert!(log.requests() + log.unreadable <= 1);
        }
    }
}
