//! People are found by their company's name, which stands in their search text: it follows when the company is renamed.

use diesel::prelude::*;

use super::ContactId;
use super::model::Contact;
use crate::companies::{self, CompanyId};
use crate::db::schema::contacts;
use crate::db::types::Instant;
use crate::db::{Connection, Db};
use crate::error::Result;

/// How many people follow in one write, so that others need not wait for a company of thousands.
const CHUNK: i64 = 200;

type Place = (Instant, ContactId);

/// Writes the company's present name into the search text of all its people, in several short writes. Where this stops
/// half-way, the next change of the company's name or of the person mends it.
///
/// # Errors
/// The database is away.
pub async fn follow_company(db: &Db, company: CompanyId) -> Result<()> {
    let mut after: Option<Place> = None;
    loop {
        after = db.write(move |conn| follow(conn, company, after)).await?;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// One chunk; returns where the next begins.
fn follow(conn: &mut Connection, company: CompanyId, after: Option<Place>) -> Result<Option<Place>> {
    let name = companies::name_of(conn, company)?;
    let (at, id) = after.unwrap_or((Instant::MIN, ContactId(crate::db::types::Guid(uuid::Uuid::nil()))));
    let later = contacts::created_at.gt(at).or(contacts::created_at.eq(at).and(contacts::id.gt(id)));
    let people: Vec<Contact> = contacts::table
        .filter(contacts::company_id.eq(company).and(contacts::created_at.ge(at)).and(later))
        .filter(contacts::erased_at.is_null())
        .order((contacts::created_at, contacts::id))
        .limit(CHUNK)
        .select(Contact::as_select())
        .load(conn)?;
    let next = people.last().map(|last| (last.created_at, last.id));
    for mut person in people {
        let old = std::mem::take(&mut person.search_text);
        person.index(name.as_deref());
        if person.search_text != old {
            diesel::update(contacts::table.find(person.id))
                .set(contacts::search_text.eq(&person.search_text))
                .execute(conn)?;
        }
    }
    Ok(next)
}
