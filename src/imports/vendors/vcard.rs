//! vCards, under the headers that their reader gives them.

use super::Vendor;
use crate::imports::mapping::RowKind;

pub(super) const FILE: Vendor = Vendor {
    key: "vcard",
    label: "vCards",
    system: "vcard",
    row: RowKind::Contact,
    must: &[],
    never: &[],
    columns: &[
        ("name", "display_name"),
        ("given name", "given_name"),
        ("family name", "family_name"),
        ("organization", "company"),
        ("title", "job_title"),
        ("phones", "phone"),
        ("emails", "email"),
        ("street", "address.street"),
        ("city", "address.city"),
        ("region", "address.region"),
        ("postal code", "address.postal_code"),
        ("country", "address.country"),
        ("more addresses|notes", "note"),
        ("categories", "tags"),
        ("uid", "external_id:vcard"),
        ("language", "language"),
        ("time zone", "time_zone"),
    ],
    fixed: &[],
    stage_columns: false,
};
