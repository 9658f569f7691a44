//! Contacts: fields, identities, lists, bin, erasure.

mod recognition;
