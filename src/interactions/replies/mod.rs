//! Who waits for an answer.
//!
//! Touchpoints take turns: the client *asks* by writing (e-mail, chat, social network, text message, letter), by sending
//! a form, or by a call that nobody took. We *answer* by writing back to this one person, and both sides have spoken in a
//! call that was taken, a meeting or a visit to a shop. What a program reports of a message (opened, clicked, bounced, …)
//! and what goes to many at once (a mailing, known by its campaign) is nobody's turn. A client waits whose last turn was
//! asked and not answered at the same instant or later, until somebody says that no answer is needed.

mod dismissal;
pub mod kept;
mod list;
pub mod routes;

use super::{Channel, Direction, Interaction};

/// What nobody wrote, although it came by a channel for writing.
const SIGNS: [&str; 27] = [
    "open",
    "opened",
    "email_open",
    "email_opened",
    "click",
    "clicked",
    "email_click",
    "email_clicked",
    "link_clicked",
    "delivered",
    "email_delivered",
    "bounce",
    "bounced",
    "email_bounced",
    "complaint",
    "spam_complaint",
    "subscribed",
    "unsubscribed",
    "read",
    "seen",
    "view",
    "viewed",
    "like",
    "liked",
    "follow",
    "followed",
    "reaction",
];
/// Calls in which nobody spoke.
const MISSED: [&str; 9] =
    ["missed", "missed_call", "call_missed", "no_answer", "unanswered", "voicemail", "abandoned", "busy", "failed"];
/// What of a web site is a message to us.
const FORMS: [&str; 4] = ["form", "form_submitted", "contact_form", "message"];

/// Whose turn a touchpoint was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The client turned to us.
    Asked,
    /// Somebody turned to the client, or both spoke.
    Answered,
}

/// What of a touchpoint decides whose turn it was.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Where it happened.
    pub channel: Channel,
    /// Who turned to whom.
    pub direction: Option<Direction>,
    /// A free word.
    pub kind: Option<&'a str>,
    /// How long it took, in seconds.
    pub duration: Option<i32>,
    /// Whether it was part of a campaign.
    pub to_many: bool,
}

impl<'a> From<&'a Interaction> for Said<'a> {
    fn from(touch: &'a Interaction) -> Self {
        Self {
            channel: touch.channel,
            direction: touch.direction,
            kind: touch.kind.as_deref(),
            duration: touch.duration_seconds,
            to_many: touch.campaign.is_some() || touch.utm_campaign.is_some(),
        }
    }
}

impl Said<'_> {
    /// Whose turn it was; `None` where it was nobody's.
    #[must_use]
    pub fn turn(self) -> Option<Turn> {
        let kind = self.kind.unwrap_or_default().to_ascii_lowercase();
        let is = |words: &[&str]| words.contains(&kind.as_str());
        match (self.channel, self.direction) {
            (_, Some(Direction::Internal)) => None,
            (Channel::Email | Channel::Chat | Channel::Social | Channel::Sms | Channel::Mail, Some(way)) => {
                let asked = way == Direction::Inbound;
                if is(&SIGNS) || (!asked && self.to_many) {
                    return None;
                }
                Some(if asked { Turn::Asked } else { Turn::Answered })
            }
            (Channel::Web, Some(Direction::Inbound)) => is(&FORMS).then_some(Turn::Asked),
            (Channel::Call, way) if is(&MISSED) || self.duration == Some(0) => {
                (way == Some(Direction::Inbound)).then_some(Turn::Asked)
            }
            (Channel::Meeting | Channel::Store, _) if is(&MISSED) || self.duration == Some(0) => None,
            (Channel::Call | Channel::Meeting | Channel::Store, _) => Some(Turn::Answered),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(channel: Channel, direction: Direction, kind: &str) -> Option<Turn> {
        Said { channel, direction: Some(direction), kind: Some(kind), duration: None, to_many: false }.turn()
    }

    #[test]
    fn clients_ask_by_writing_by_forms_and_by_calls_that_nobody_took() {
        use Direction::{Inbound, Internal, Outbound};
        for channel in [Channel::Email, Channel::Chat, Channel::Social, Channel::Sms, Channel::Mail] {
            assert_eq!(turn(channel, Inbound, "message"), Some(Turn::Asked));
            assert_eq!(turn(channel, Outbound, "message"), Some(Turn::Answered));
            assert_eq!(turn(channel, Internal, "message"), None);
            assert_eq!(turn(channel, Inbound, "Opened"), None);
        }
        assert_eq!(turn(Channel::Web, Inbound, "form_submitted"), Some(Turn::Asked));
        assert_eq!(turn(Channel::Web, Inbound, "page_view"), None);
        assert_eq!(turn(Channel::Call, Inbound, "missed_call"), Some(Turn::Asked));
        assert_eq!(turn(Channel::Call, Outbound, "missed_call"), None);
        assert_eq!(turn(Channel::Call, Inbound, "call"), Some(Turn::Answered));
        assert_eq!(turn(Channel::Note, Inbound, "call"), None);
    }

    #[test]
    fn a_mailing_answers_nobody() {
        let mailing = Said {
            channel: Channel::Email,
            direction: Some(Direction::Outbound),
            kind: None,
            duration: None,
            to_many: true,
        };
        assert_eq!(mailing.turn(), None);
        assert_eq!(Said { to_many: false, ..mailing }.turn(), Some(Turn::Answered));
        // An answer to a mailing bears its campaign, and asks all the same.
        assert_eq!(Said { direction: Some(Direction::Inbound), ..mailing }.turn(), Some(Turn::Asked));
    }

    #[test]
    fn a_call_of_no_length_was_not_taken() {
        let call = Said {
            channel: Channel::Call,
            direction: Some(Direction::Inbound),
            kind: None,
            duration: Some(0),
            to_many: false,
        };
        assert_eq!(call.turn(), Some(Turn::Asked));
        assert_eq!(Said { direction: None, ..call }.turn(), None);
        assert_eq!(Said { duration: Some(1), ..call }.turn(), Some(Turn::Answered));
    }
}
