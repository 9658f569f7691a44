//! Descriptions of records with a little more, such as the names that their ids stand for: one object each, which all
//! makers of clients understand.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

/// An object's description with texts more, each of which may be `null`: the field, and what it says.
#[must_use]
pub fn with_texts(object: RefOr<Schema>, about: &str, texts: &[(&str, &str)]) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut row)) = object else { return object };
    row.description = Some(about.to_owned());
    for (field, says) in texts {
        let kind = SchemaType::from_iter([Type::String, Type::Null]);
        let text = ObjectBuilder::new().schema_type(kind).description(Some((*says).to_owned()));
        row.properties.insert((*field).to_owned(), text.into());
    }
    RefOr::T(Schema::Object(row))
}

/// An object's description with an object more.
#[must_use]
pub fn with_object(object: RefOr<Schema>, about: &str, field: &str, more: RefOr<Schema>) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut row)) = object else { return object };
    row.description = Some(about.to_owned());
    row.properties.insert(field.to_owned(), more);
    row.required.push(field.to_owned());
    RefOr::T(Schema::Object(row))
}
