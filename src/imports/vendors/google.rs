//! Google Contacts, in its old and its new form.

use super::Vendor;
use crate::imports::mapping::RowKind;

pub(super) const FILES: &[Vendor] = &[Vendor {
    key: "google_contacts",
    label: "Google Contacts",
    system: "google",
    row: RowKind::Contact,
    must: &[
        "given name|first name",
        "family name|last name",
        "e-mail # - value|phone # - value|e-mail # - type|e-mail # - label|group membership",
    ],
    never: &[],
    columns: &[
        ("given name|first name", "given_name"),
        ("family name|last name", "family_name"),
        ("name|file as", "-"),
        ("e-mail # - value", "email"),
        ("phone # - value", "phone"),
        ("e-mail # - type|e-mail # - label|phone # - type|phone # - label|address # - type|address # - label", "-"),
        ("organization # - name|organization name", "company"),
        ("organization # - title|organization title", "job_title"),
        ("address # - street", "address.street"),
        ("address # - city", "address.city"),
        ("address # - region", "address.region"),
        ("address # - postal code", "address.postal_code"),
        ("address # - country", "address.country"),
        ("address # - formatted|given name yomi|family name yomi|additional name yomi|yomi name|photo", "-"),
        ("group membership|labels", "tags"),
        ("notes", "note"),
        ("language", "language"),
    ],
    fixed: &[],
    stage_columns: false,
}];
