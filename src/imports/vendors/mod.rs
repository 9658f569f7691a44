//! The systems that people leave: by which headers their files are known, and what each column means.
//!
//! Each system is a table in a file of its own. Headers are compared trimmed and in lower case; `|` separates the names
//! that a column has in several languages and versions, `#` stands for a number.

mod amocrm;
mod generic;
mod google;
mod hubspot;
mod pipedrive;
mod salesforce;
mod vcard;

use super::mapping::RowKind;

/// What a file of one kind looks like.
#[derive(Debug)]
pub struct Vendor {
    /// A stable name: `hubspot_deals`.
    pub key: &'static str,
    /// The name shown to people.
    pub label: &'static str,
    /// The system: the source of its ids.
    pub system: &'static str,
    /// What a row is.
    pub row: RowKind,
    /// Headers that must all be there.
    must: &'static [&'static str],
    /// Headers none of which may be there.
    never: &'static [&'static str],
    /// Headers and what they mean; several targets are separated by blanks, `-` means nothing that is not known better.
    columns: &'static [(&'static str, &'static str)],
    /// Targets that are the same in every row.
    pub fixed: &'static [(&'static str, &'static str)],
    /// Whether headers such as `Date entered "Stage (Pipeline)"` tell a lead's history.
    stage_columns: bool,
}

/// Of files that hold the same headers the first is taken.
const VENDORS: [&[Vendor]; 5] = [hubspot::FILES, salesforce::FILES, amocrm::FILES, pipedrive::FILES, google::FILES];

/// What a column means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// These targets.
    Targets(Vec<&'static str>),
    /// When a lead entered a stage of a pipeline.
    Stage {
        /// The stage's name.
        stage: String,
        /// The pipeline's.
        pipeline: Option<String>,
    },
    /// When a lead left a stage of a pipeline.
    Left {
        /// The stage's name.
        stage: String,
        /// The pipeline's.
        pipeline: Option<String>,
    },
    /// Nothing that other columns do not say better.
    Known,
    /// Nothing known.
    Unknown,
}

/// What a file with these headers is.
#[must_use]
pub fn recognise(headers: &[String]) -> &'static Vendor {
    let names: Vec<String> = headers.iter().map(|header| normalised(header)).collect();
    let has = |alias: &&str| names.iter().any(|name| is(alias, name));
    let fits = |vendor: &&Vendor| vendor.must.iter().all(has) && !vendor.never.iter().any(has);
    VENDORS.into_iter().flatten().find(fits).unwrap_or(&generic::FILE)
}

/// What vCards are.
#[must_use]
pub const fn vcards() -> &'static Vendor {
    &vcard::FILE
}

impl Vendor {
    /// What a column of this header means; where the system's table says nothing, what it means anywhere.
    #[must_use]
    pub fn meaning(&self, header: &str) -> Meaning {
        let name = normalised(header);
        if self.stage_columns
            && let Some(meaning) = stage_of(header, &name)
        {
            return meaning;
        }
        let known = self.columns.iter().find(|(alias, _)| is(alias, &name)).map(|(_, targets)| *targets);
        let anywhere = || generic::FILE.columns.iter().find(|(alias, _)| is(alias, &name)).map(|(_, targets)| *targets);
        match known.or_else(|| if self.row == RowKind::Contact { anywhere() } else { None }) {
            Some("-") => Meaning::Known,
            Some(targets) => Meaning::Targets(targets.split(' ').collect()),
            None => Meaning::Unknown,
        }
    }
}

/// `Date entered "Qualified (Sales)"`, or `Date entered stage …`, and the same with `exited`.
fn stage_of(header: &str, name: &str) -> Option<Meaning> {
    if name.starts_with("time in") || name.starts_with("cumulative time") {
        return Some(Meaning::Known);
    }
    let word = ["date entered", "date exited"].into_iter().find(|word| name.starts_with(word))?;
    let rest = name.strip_prefix(word)?;
    // The names keep their case.
    let from = header.to_lowercase().find(word).map(|at| at + word.len())?;
    let text = header.get(from..).unwrap_or(rest).trim().trim_matches(['"', '\'', '“', '”', '«', '»']).trim();
    let (stage, pipeline) = match text.strip_suffix(')').and_then(|text| text.rsplit_once('(')) {
        Some((stage, pipeline)) => (stage.trim(), Some(pipeline.trim().to_owned())),
        None => (text, None),
    };
    let stage = (!stage.is_empty()).then(|| stage.to_owned())?;
    Some(if word == "date exited" { Meaning::Left { stage, pipeline } } else { Meaning::Stage { stage, pipeline } })
}

/// A header as it is compared.
#[must_use]
pub fn normalised(header: &str) -> String {
    let lower = header.trim().trim_matches('\u{feff}').to_lowercase().replace(['_', '\u{a0}'], " ");
    lower.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches([':', '*']).trim().to_owned()
}

fn is(alias: &str, name: &str) -> bool {
    alias.split('|').any(|alias| alias == name || (alias.contains('#') && matches(alias, name)))
}

/// Whether the name is the alias with numbers in the place of each `#`.
fn matches(alias: &str, name: &str) -> bool {
    let mut rest = name;
    for (index, part) in alias.split('#').enumerate() {
        if index > 0 {
            let digits = rest.chars().take_while(char::is_ascii_digit).count();
            if digits == 0 {
                return false;
            }
            rest = rest.get(digits..).unwrap_or_default();
        }
        let Some(after) = rest.strip_prefix(part) else { return false };
        rest = after;
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests;
