//! vCards of contacts.

use calcard::vcard::{VCard, VCardEntry, VCardParameter, VCardProperty, VCardType, VCardValue, VCardVersion};

use super::request::CardVersion;
use crate::contacts::Contact;
use crate::error::{Error, Result};

/// What goes into a vCard.
#[derive(Debug, Clone, Copy)]
pub struct Card<'a> {
    /// The person.
    pub contact: &'a Contact,
    /// The name of their company.
    pub company: Option<&'a str>,
}

/// Writes a vCard. Fields that vCards do not know (custom fields, consents, owner) are left out.
///
/// # Errors
/// Never, as memory takes what is written.
pub fn write(card: Card<'_>, version: CardVersion, out: &mut String) -> Result<()> {
    let written = match version {
        CardVersion::V3 => VCardVersion::V3_0,
        CardVersion::V4 => VCardVersion::V4_0,
    };
    VCard { entries: entries(card, version) }.write_to(out, written).map_err(Error::internal)
}

fn text(text: &str) -> VCardValue {
    // vCards know no other line end.
    VCardValue::Text(text.replace("\r\n", "\n"))
}

fn entry(name: VCardProperty, value: &str) -> VCardEntry {
    VCardEntry::new(name).with_value(text(value))
}

fn entries(card: Card<'_>, version: CardVersion) -> Vec<VCardEntry> {
    let contact = card.contact;
    let part = |part: Option<&String>| text(part.map_or("", String::as_str));
    let mut all = vec![entry(VCardProperty::Fn, &contact.display_name)];
    let names = [part(contact.family_name.as_ref()), part(contact.given_name.as_ref()), text(""), text(""), text("")];
    all.push(VCardEntry::new(VCardProperty::N).with_values(names.into()));
    for email in &contact.emails.0 {
        let one = entry(VCardProperty::Email, &email.address);
        all.push(labelled(one, email.label.as_deref(), email.primary, version));
    }
    for phone in &contact.phones.0 {
        let one = entry(VCardProperty::Tel, &phone.number);
        all.push(labelled(one, phone.label.as_deref(), phone.primary, version));
    }
    all.extend(card.company.map(|name| entry(VCardProperty::Org, name)));
    all.extend(contact.job_title.as_deref().map(|title| entry(VCardProperty::Title, title)));
    if let Some(address) = &contact.address {
        let address = &address.0;
        let parts = [
            text(""),
            text(""),
            part(address.street.as_ref()),
            part(address.city.as_ref()),
            part(address.region.as_ref()),
            part(address.postal_code.as_ref()),
            part(address.country.as_ref()),
        ];
        all.push(VCardEntry::new(VCardProperty::Adr).with_values(parts.into()));
    }
    if let (Some(language), CardVersion::V4) = (&contact.language, version) {
        all.push(entry(VCardProperty::Lang, language));
    }
    all.extend(contact.time_zone.as_deref().map(|zone| entry(VCardProperty::Tz, zone)));
    if !contact.tags.0.is_empty() {
        let tags = contact.tags.0.iter().map(|tag| text(tag)).collect();
        all.push(VCardEntry::new(VCardProperty::Categories).with_values(tags));
    }
    all.push(entry(VCardProperty::Uid, &format!("urn:uuid:{}", contact.id)));
    let changed = contact.updated_at.to_utc().format("%Y%m%dT%H%M%SZ").to_string();
    all.push(entry(VCardProperty::Rev, &changed));
    all
}

/// Says which one it is and whether it is the one to use.
fn labelled(entry: VCardEntry, label: Option<&str>, primary: bool, version: CardVersion) -> VCardEntry {
    let known = label.map(str::to_lowercase).and_then(|label| match label.as_str() {
        "work" | "office" | "business" => Some(VCardType::Work),
        "home" | "private" | "personal" => Some(VCardType::Home),
        "mobile" | "cell" => Some(VCardType::Cell),
        "fax" => Some(VCardType::Fax),
        "pager" => Some(VCardType::Pager),
        _ => None,
    });
    let entry = entry.with_param_opt(known.map(VCardParameter::typ));
    match (primary, version) {
        (true, CardVersion::V4) => entry.with_param(VCardParameter::pref(1_u32)),
        (true, CardVersion::V3) => entry.with_param(VCardParameter::typ("pref".to_owned())),
        (false, _) => entry,
    }
}
