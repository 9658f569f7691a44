//! Lists that an item adds to.

use crate::contacts::model::{Contact, ContactChange};
use crate::contacts::parts::{Email, Phone};
use crate::error::{Error, FieldError, Result};

/// Fails where lists that items added to have grown too long.
pub fn check_lengths(contact: &Contact) -> Result<()> {
    let lists = [
        ("emails", contact.emails.0.len(), 20),
        ("phones", contact.phones.0.len(), 20),
        ("external_ids", contact.external_ids.0.len(), 50),
        ("tags", contact.tags.0.len(), 50),
    ];
    let long = lists.into_iter().filter(|(_, length, most)| length > most);
    let errors: Vec<_> = long
        .map(|(list, length, most)| {
            FieldError::new(list, "length", format!("would have {length} entries: at most {most} are possible"))
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::invalid(errors)) }
}

/// The change with each list made of what is there and what is said; an empty list, or `null`, clears. The flags say
/// whether an e-mail address and a phone number are said to be the ones to use.
pub fn added(before: &Contact, said: &ContactChange, [email, phone]: [bool; 2]) -> ContactChange {
    let mut change = said.clone();
    if let Some(emails) = change.emails.as_mut().filter(|emails| !emails.is_empty()) {
        *emails = join(before.emails.0.clone(), emails, email);
    }
    if let Some(phones) = change.phones.as_mut().filter(|phones| !phones.is_empty()) {
        *phones = join(before.phones.0.clone(), phones, phone);
    }
    if let Some(ids) = change.external_ids.as_mut().filter(|ids| !ids.is_empty()) {
        *ids = union(before.external_ids.0.clone(), ids);
    }
    if let Some(tags) = change.tags.as_mut().filter(|tags| !tags.is_empty()) {
        *tags = union(before.tags.0.clone(), tags);
    }
    change
}

fn union<T: Clone + PartialEq>(mut known: Vec<T>, said: &[T]) -> Vec<T> {
    for one in said {
        if !known.contains(one) {
            known.push(one.clone());
        }
    }
    known
}

/// An address or number with its label and whether it is the one to use.
trait Way: Clone {
    fn value(&self) -> &str;
    fn label(&mut self) -> &mut Option<String>;
    fn primary(&mut self) -> &mut bool;
}

impl Way for Email {
    fn value(&self) -> &str {
        &self.address
    }
    fn label(&mut self) -> &mut Option<String> {
        &mut self.label
    }
    fn primary(&mut self) -> &mut bool {
        &mut self.primary
    }
}

impl Way for Phone {
    fn value(&self) -> &str {
        &self.number
    }
    fn label(&mut self) -> &mut Option<String> {
        &mut self.label
    }
    fn primary(&mut self) -> &mut bool {
        &mut self.primary
    }
}

/// The known ones and what is said; another becomes the one to use only where that is said, or there was none.
fn join<T: Way>(mut known: Vec<T>, said: &[T], names_primary: bool) -> Vec<T> {
    let decides = names_primary || known.is_empty();
    if names_primary {
        for one in &mut known {
            *one.primary() = false;
        }
    }
    for mut one in said.iter().cloned() {
        *one.primary() &= decides;
        match known.iter_mut().find(|other| other.value() == one.value()) {
            Some(same) => {
                *same.primary() |= *one.primary();
                if let Some(label) = one.label().take() {
                    *same.label() = Some(label);
                }
            }
            None => known.push(one),
        }
    }
    known
}
