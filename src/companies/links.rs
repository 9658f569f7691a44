//! A company's ids in other systems: a second file or program finds by them what the first one made.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::{CompanyId, store};
use crate::contacts::ExternalId;
use crate::db::schema::{companies, company_external_ids as links};
use crate::db::types::Instant;
use crate::db::{Both, Connection};
use crate::error::Result;
use crate::text::sort_key;

/// How many ids one statement looks for.
const PIECE: usize = 500;

/// The company that a system knows by this id; a deleted one has none.
///
/// # Errors
/// The database is away.
pub fn find(conn: &mut Connection, source: &str, id: &str) -> Result<Option<CompanyId>> {
    let known = links::table.find((source, id)).inner_join(companies::table.on(companies::id.eq(links::company_id)));
    let live = known.filter(companies::deleted_at.is_null());
    Ok(live.select(links::company_id).first(conn).optional()?)
}

/// The companies that these ids of other systems stand for; deleted ones have none.
///
/// # Errors
/// The database is away.
pub fn known<'a>(
    conn: &mut Connection,
    ids: impl Iterator<Item = &'a ExternalId>,
) -> Result<HashMap<(String, String), CompanyId>> {
    let (sources, ids): (BTreeSet<&str>, BTreeSet<&str>) = ids.map(|each| (&*each.source, &*each.id)).unzip();
    let (sources, ids) = (Vec::from_iter(sources), Vec::from_iter(ids));
    let mut out = HashMap::new();
    for some in ids.chunks(PIECE) {
        // The pairs of these that nobody asked for do no harm.
        let rows: Vec<((String, String), CompanyId)> = links::table
            .inner_join(companies::table.on(companies::id.eq(links::company_id)))
            .filter(links::source.eq_any(&sources).and(links::external_id.eq_any(some)))
            .filter(companies::deleted_at.is_null())
            .select(((links::source, links::external_id), links::company_id))
            .load(conn)?;
        out.extend(rows);
    }
    Ok(out)
}

/// Whether a system knows the company by any id.
///
/// # Errors
/// The database is away.
pub fn is_known(conn: &mut Connection, company: CompanyId, source: &str) -> Result<bool> {
    let known = links::table.filter(links::company_id.eq(company).and(links::source.eq(source)));
    Ok(known.select(links::external_id).first::<String>(conn).optional()?.is_some())
}

/// Lets a system's id find the company, and no other from now on.
///
/// # Errors
/// The database refuses the row.
pub fn attach(conn: &mut Connection, company: CompanyId, source: &str, id: &str) -> Result<()> {
    let row = (
        links::source.eq(source),
        links::external_id.eq(id),
        links::company_id.eq(company),
        links::created_at.eq(Instant::now()),
    );
    let insert = diesel::insert_into(links::table).values(row);
    let taken_over = links::company_id.eq(company);
    Both(insert.on_conflict((links::source, links::external_id)).do_update().set(taken_over)).execute(conn)?;
    Ok(())
}

/// The systems that know the company, and its ids there, in their order.
///
/// # Errors
/// The database is away.
pub fn of(conn: &mut Connection, company: CompanyId) -> Result<Vec<(String, String)>> {
    let own = links::table.filter(links::company_id.eq(company));
    let order = (links::source, links::external_id);
    Ok(own.order(order).select((links::source, links::external_id)).load(conn)?)
}

/// Takes a system's id from the company.
///
/// # Errors
/// The database is away.
pub fn detach(conn: &mut Connection, company: CompanyId, source: &str, id: &str) -> Result<()> {
    diesel::delete(links::table.find((source, id)).filter(links::company_id.eq(company))).execute(conn)?;
    Ok(())
}

/// Takes all systems' ids from the company.
///
/// # Errors
/// The database is away.
pub fn forget(conn: &mut Connection, company: CompanyId) -> Result<()> {
    diesel::delete(links::table.filter(links::company_id.eq(company))).execute(conn)?;
    Ok(())
}

/// The companies of these names, written in whatever case, by the key they are sorted by; of several the oldest.
///
/// # Errors
/// The database is away.
pub fn by_names(conn: &mut Connection, names: &[&str]) -> Result<HashMap<String, (CompanyId, String)>> {
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let mut keys: Vec<String> = names.iter().map(|name| sort_key(name)).collect();
    keys.sort_unstable();
    keys.dedup();
    // The oldest come first, and stay.
    let rows = store::keyed(conn, &keys)?.into_iter().rev();
    Ok(rows.map(|(key, id, name)| (key, (id, name))).collect())
}
