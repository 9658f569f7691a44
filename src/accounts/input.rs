//! How names, e-mail addresses and locales of people are read: trimmed, checked, every bad field named at once.

use email_address::{EmailAddress, Options};

use crate::error::{Error, FieldError, Result};

/// Collects the bad fields of one request.
#[derive(Debug, Default)]
pub struct Fields {
    errors: Vec<FieldError>,
}

impl Fields {
    /// Notes a bad field.
    pub fn refuse(&mut self, error: FieldError) {
        self.errors.push(error);
    }

    /// Fails where any field was bad.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::error::Code::Invalid) with all of them.
    pub fn done(self) -> Result<()> {
        if self.errors.is_empty() { Ok(()) } else { Err(Error::invalid(self.errors)) }
    }

    /// One line of text: 1 to `most` characters, none of them a control character.
    pub fn line(&mut self, field: &'static str, text: &str, most: usize) -> String {
        let text = text.trim();
        if text.chars().any(char::is_control) {
            self.refuse(FieldError::new(field, "format", "must not hold control characters"));
        }
        if !(1..=most).contains(&text.chars().count()) {
            self.refuse(FieldError::new(field, "length", format!("must have 1 to {most} characters")));
        }
        text.to_owned()
    }

    /// An e-mail address in lower case, of at most 254 characters.
    pub fn email(&mut self, field: &'static str, text: &str) -> String {
        let email = normal_email(text);
        let options = Options::default().without_display_text().without_domain_literal();
        if email.chars().count() > 254 || EmailAddress::parse_with_options(&email, options).is_err() {
            self.refuse(FieldError::new(field, "format", "must be an e-mail address"));
        }
        email
    }

    /// A language tag such as `de` or `pt-BR`.
    pub fn locale(&mut self, field: &'static str, text: &str) -> String {
        let mut parts = text.split('-');
        let language = parts.next().unwrap_or_default();
        let good = (2..=3).contains(&language.len())
            && language.chars().all(|c| c.is_ascii_alphabetic())
            && parts.all(|part| (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()))
            && text.len() <= 35;
        if !good {
            self.refuse(FieldError::new(field, "format", "must be a language tag such as de or pt-BR"));
        }
        text.to_owned()
    }
}

/// The form in which addresses are stored and compared.
#[must_use]
pub fn normal_email(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(read: impl FnOnce(&mut Fields)) -> Vec<String> {
        let mut fields = Fields::default();
        read(&mut fields);
        fields.errors.into_iter().map(|error| error.code.into_owned()).collect()
    }

    #[test]
    fn every_fault_is_collected() {
        let mut fields = Fields::default();
        assert_eq!(fields.line("name", "  Ana María ", 100), "Ana María");
        assert_eq!(fields.email("email", " Ana@Example.COM"), "ana@example.com");
        assert_eq!(fields.email("email", "jörg@müller.example"), "jörg@müller.example");
        fields.locale("locale", "zh-Hant-TW");
        assert!(fields.done().is_ok());
        assert_eq!(
            codes(|f| drop((f.line("name", " ", 9), f.email("email", "x"), f.locale("l", "english-")))).len(),
            3
        );
        assert_eq!(codes(|f| drop(f.line("name", "a\nb", 9))), ["format"]);
        assert_eq!(codes(|f| drop(f.email("email", "Ana <a@b.example>"))), ["format"]);
    }
}
