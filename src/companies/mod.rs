//! Companies that contacts work for.

use diesel::prelude::*;

use crate::db::Connection;
use crate::db::schema::companies;
use crate::error::Result;

crate::id! {
    /// A company's id.
    CompanyId
}

/// The company's name; `None` where it is absent or deleted.
///
/// # Errors
/// The database is away.
pub fn name_of(conn: &mut Connection, id: CompanyId) -> Result<Option<String>> {
    let company = companies::table.find(id).filter(companies::deleted_at.is_null());
    Ok(company.select(companies::name).first(conn).optional()?)
}
