//! Inbound e-mail: a raw message becomes an entry on the line of every client who wrote or got it.

use mail_parser::{Address, HeaderValue, Message, MessageParser, MimeHeaders};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::skew;
use crate::contacts::identity::normalise_email;
use crate::db::types::Instant;
use crate::error::{Code, Error, Result};

/// The most characters of a text, as for any interaction.
const MOST_TEXT: usize = 65_536;
/// The most bytes of HTML that are cleaned and kept; longer messages keep their text.
const MOST_HTML: usize = 512 * 1024;
/// The most addresses, attachments and references that are looked at.
const MOST_PARTS: usize = 200;
/// The most characters of a message id; a longer one is known by its digest.
const MOST_ID: usize = 150;

/// Somebody who wrote or got a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The address, normalised.
    pub address: String,
    /// The name beside it.
    pub name: Option<String>,
}

/// A message, read.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Its id, or the digest of the whole where it has none.
    pub message_id: String,
    /// The messages it answers, the oldest first.
    pub references: Vec<String>,
    /// Who wrote it.
    pub from: Party,
    /// Who got it.
    pub to: Vec<Party>,
    /// Who got a copy.
    pub cc: Vec<Party>,
    /// When it was written, where that can be.
    pub occurred_at: Instant,
    /// The subject.
    pub subject: Option<String>,
    /// The text, also where it was sent as HTML alone.
    pub text: String,
    /// The HTML, cleaned.
    pub html: Option<String>,
    /// Names, types and sizes of what is attached.
    pub attachments: Vec<Value>,
}

impl Mail {
    /// Reads a raw MIME message that reached us at `received_at`.
    ///
    /// # Errors
    /// [`Code::MalformedBody`] where it is no message or says not who wrote it.
    pub fn parse(raw: &[u8], received_at: Instant) -> Result<Self> {
        let malformed = |why| Error::because(Code::MalformedBody, why);
        let message = MessageParser::default().parse(raw).ok_or_else(|| malformed("This is no MIME message."))?;
        let sender = parties(message.from()).into_iter().chain(parties(message.sender())).next();
        let from = sender.ok_or_else(|| malformed("The message has no sender."))?;
        let own = message.message_id().map(str::trim).filter(|id| !id.is_empty());
        let message_id = own.map_or_else(|| digest(raw), short);
        let mut references = ids(message.references());
        references.extend(ids(message.in_reply_to()));
        let mut seen = std::collections::HashSet::new();
        references.retain(|id| *id != message_id && seen.insert(id.clone()));
        let date = message.date().and_then(|date| Instant::from_micros(date.to_timestamp().checked_mul(1_000_000)?));
        let mut to = parties(message.to());
        to.extend(message.header_values("Delivered-To").filter_map(HeaderValue::as_text).filter_map(bare));
        Ok(Self {
            message_id,
            references,
            from,
            to: distinct(to),
            cc: distinct(parties(message.cc()).into_iter().chain(parties(message.bcc())).collect()),
            occurred_at: skew::occurred_at(received_at, None, date).unwrap_or(received_at),
            subject: message.subject().map(|subject| one_line(subject).chars().take(500).collect()),
            text: text(&message),
            html: html(&message),
            attachments: attachments(&message),
        })
    }

    /// The conversation's first message, as far as this one knows.
    #[must_use]
    pub fn root(&self) -> &str {
        self.references.first().unwrap_or(&self.message_id)
    }

    /// What is kept beside subject and text.
    #[must_use]
    pub fn properties(&self, thread_id: &str) -> Map<String, Value> {
        let party = |party: &Party| json!({ "address": party.address, "name": party.name });
        let mut map = Map::new();
        map.insert("message_id".to_owned(), self.message_id.as_str().into());
        map.insert("thread_id".to_owned(), thread_id.into());
        map.insert("references".to_owned(), self.references.clone().into());
        map.insert("from".to_owned(), party(&self.from));
        map.insert("to".to_owned(), self.to.iter().map(party).collect());
        map.insert("cc".to_owned(), self.cc.iter().map(party).collect());
        map.insert("attachments".to_owned(), self.attachments.clone().into());
        map.extend(self.html.clone().map(|html| ("html".to_owned(), html.into())));
        map
    }
}

fn digest(raw: &[u8]) -> String {
    format!("sha256-{:x}", Sha256::digest(raw))
}

fn short(id: &str) -> String {
    let id = one_line(id);
    if id.chars().count() > MOST_ID { digest(id.as_bytes()) } else { id }
}

/// The text without what no database text can hold, and without line ends.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

fn ids(header: &HeaderValue<'_>) -> Vec<String> {
    let all: Vec<&str> = match header {
        HeaderValue::Text(id) => vec![id],
        HeaderValue::TextList(ids) => ids.iter().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    };
    all.into_iter().map(short).filter(|id| !id.is_empty()).take(MOST_PARTS).collect()
}

fn parties(address: Option<&Address<'_>>) -> Vec<Party> {
    let all = address.into_iter().flat_map(Address::iter).take(MOST_PARTS);
    let read = all.filter_map(|each| {
        let name = each.name.as_deref().map(one_line).filter(|name| !name.is_empty());
        let name = name.map(|name| name.chars().take(200).collect());
        Some(Party { address: normalise_email(each.address.as_deref()?).ok()?, name })
    });
    read.collect()
}

fn bare(address: &str) -> Option<Party> {
    let address = address.trim().trim_start_matches('<').trim_end_matches('>');
    Some(Party { address: normalise_email(address).ok()?, name: None })
}

fn distinct(mut parties: Vec<Party>) -> Vec<Party> {
    let mut seen = std::collections::HashSet::new();
    parties.retain(|party| seen.insert(party.address.clone()));
    parties.truncate(MOST_PARTS);
    parties
}

fn text(message: &Message<'_>) -> String {
    let text = message.body_text(0).unwrap_or_default();
    let text = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    text.take(MOST_TEXT).collect::<String>().trim().to_owned()
}

fn html(message: &Message<'_>) -> Option<String> {
    let part = message.html_bodies().find(|part| part.is_text_html())?;
    let html = part.text_contents().filter(|html| html.len() <= MOST_HTML)?.replace('\0', "");
    let clean = ammonia::Builder::default().link_rel(Some("noopener noreferrer nofollow")).clean(&html).to_string();
    let clean = clean.trim();
    (!clean.is_empty()).then(|| clean.to_owned())
}

fn attachments(message: &Message<'_>) -> Vec<Value> {
    let shown = |part: &mail_parser::MessagePart<'_>| {
        let name = part.attachment_name().map(one_line).unwrap_or_default();
        let media = part.content_type().map(|kind| match kind.subtype() {
            Some(subtype) => format!("{}/{subtype}", kind.ctype()),
            None => kind.ctype().to_owned(),
        });
        json!({ "name": name, "content_type": media.map(|media| one_line(&media)), "size": part.contents().len() })
    };
    message.attachments().take(MOST_PARTS).map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(raw: &str) -> Mail {
        Mail::parse(raw.replace('\n', "\r\n").as_bytes(), "2026-02-01T00:00:00Z".parse().unwrap()).unwrap()
    }

    #[test]
    fn html_is_cleaned_and_attachments_are_named() {
        let mail = parse(
            "From: =?utf-8?q?J=C3=BCrgen?= <Juergen@Example.com>\nTo: a@ours.example, A@ours.example\nSubject: Re: =?utf-8?b?8J+RiQ==?=\n\
             Message-ID: <2@x>\nReferences: <0@x> <1@x>\nIn-Reply-To: <1@x>\nDate: Thu, 1 Jan 2026 10:00:00 +0100\n\
             MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n\
             --b\nContent-Type: text/html\n\n<p onclick=x()>Hi <script>alert(1)</script><a href=\"javascript:x\">y</a></p>\n\
             --b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=\"offer.pdf\"\n\nabc\n--b--\n",
        );
        assert_eq!(mail.from, Party { address: "juergen@example.com".into(), name: Some("Jürgen".into()) });
        assert_eq!((mail.to.len(), mail.root(), mail.references.len()), (1, "0@x", 2));
        assert_eq!(mail.html.as_deref(), Some("<p>Hi <a rel=\"noopener noreferrer nofollow\">y</a></p>"));
        assert_eq!((mail.subject.as_deref(), mail.text.as_str()), (Some("Re: 👉"), "Hi y"));
        assert_eq!(mail.attachments[0]["name"], "offer.pdf");
        assert_eq!(mail.occurred_at, "2026-01-01T09:00:00Z".parse().unwrap());
    }

    #[test]
    fn a_message_without_id_or_date_is_known_by_its_digest_and_arrival() {
        let mail = parse("From: a@b.example\nDate: Thu, 1 Jan 1970 00:00:00 +0000\n\nHi\n");
        assert!(mail.message_id.starts_with("sha256-"));
        assert_eq!(mail.occurred_at, "2026-02-01T00:00:00Z".parse().unwrap());
        assert_eq!((mail.text.as_str(), mail.html), ("Hi", None));
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for raw in ["", "\r\n", "Subject: x\r\n\r\nHi", "From: nobody\r\n\r\nHi", "\0\0\0"] {
            assert!(Mail::parse(raw.as_bytes(), Instant::now()).is_err(), "{raw:?}");
        }
    }

    proptest! {
        #[test]
        fn no_message_breaks_the_reader(head in "[ -~\r\n]{0,200}", body in "\\PC{0,100}") {
            let raw = format!("From: a@b.example\r\n{head}\r\n\r\n{body}");
            if let Ok(mail) = Mail::parse(raw.as_bytes(), Instant::now()) {
                prop_assert!(!mail.text.contains('\0'));
            }
        }
    }
}
