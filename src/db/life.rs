//! Which life of the database this is. One brought back from a backup goes on from an earlier moment: what other systems
//! remember of the time since then never happened, though the same numbers will be given out again.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde::{Deserialize, Serialize};

use super::{Connection, settings, transaction};
use crate::error::Result;

/// Among the settings.
const NAME: &str = "life";

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Life {
    id: i64,
    /// What the server called the tables then; a dump that is read in gets new names.
    mark: String,
}

/// Which one; 0 before the first start.
///
/// # Errors
/// The database is away.
pub fn id(conn: &mut Connection) -> Result<i64> {
    Ok(settings::get::<Life>(conn, NAME)?.map_or(0, |life| life.id))
}

/// Begins a life where the database has none yet, or was read in from a dump since.
///
/// # Errors
/// The database is away.
pub fn settle(conn: &mut Connection) -> Result<()> {
    let mark = mark(conn)?;
    let known: Option<Life> = settings::get(conn, NAME)?;
    if known.as_ref().is_some_and(|life| life.mark == mark) {
        return Ok(());
    }
    transaction(conn, |conn| {
        if known.is_some() && matches!(conn, Connection::Postgres(_)) {
            conn.batch_execute(FORGET_TRANSACTIONS)?;
        }
        let id = i64::from(uuid::Uuid::new_v4().as_fields().0);
        settings::put(conn, NAME, Life { id, mark })
    })
}

/// Lets the next start begin another life.
///
/// # Errors
/// The database is away.
pub fn end(conn: &mut Connection) -> Result<()> {
    use super::schema::settings::dsl;
    diesel::delete(dsl::settings.find(NAME)).execute(conn)?;
    Ok(())
}

/// Transactions were counted by another server, perhaps further than this one has come: what is in the log of changes comes
/// before all that follows, and webhooks go on behind what they were told of. Segments are gone through as a whole.
const FORGET_TRANSACTIONS: &str = "
    UPDATE webhooks w SET place_txid = 0, place_seq = COALESCE(
        (SELECT min(f.seq) - 1 FROM feed f WHERE (f.txid, f.seq) > (w.place_txid, w.place_seq)),
        (SELECT max(f.seq) FROM feed f), 0);
    UPDATE webhook_deliveries SET place_txid = 0 WHERE place_txid <> 0;
    UPDATE feed SET txid = 0;
    DELETE FROM settings WHERE key IN ('feed_floor', 'segments_place');";

fn mark(conn: &mut Connection) -> Result<String> {
    #[derive(QueryableByName)]
    struct Mark {
        #[diesel(sql_type = Text)]
        mark: String,
    }
    let query = match conn {
        Connection::Sqlite(_) => return Ok(String::new()),
        Connection::Postgres(_) => {
            "SELECT d.oid::text || '/' || 'feed'::regclass::oid::text AS mark \
             FROM pg_database d WHERE d.datname = current_database()"
        }
    };
    Ok(diesel::sql_query(query).get_result::<Mark>(conn)?.mark)
}
