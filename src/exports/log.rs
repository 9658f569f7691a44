//! The trail of exports: who took what, and how many rows, also where they did not wait for the end.

use serde_json::{Value, json};

use crate::accounts::Principal;
use crate::accounts::audit::{self, Subject};
use crate::db::types::Guid;
use crate::db::{Connection, Db};
use crate::error::Result;

crate::id! {
    /// An export's id, in the audit log.
    ExportId
}

/// What is exported.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Which export.
    pub id: ExportId,
    /// `contacts`, `leads`, ….
    pub list: &'static str,
    /// The query string: filter and form.
    pub query: String,
    /// The client whose data it is alone.
    pub contact: Option<Guid>,
}

impl Taken {
    fn note(&self, conn: &mut Connection, by: &Principal, action: &str, more: &Value) -> Result<()> {
        let subject = Subject { entity: "export", id: self.id.0, contact_id: self.contact };
        let mut after = json!({ "list": self.list, "query": self.query });
        if let (Some(after), Some(more)) = (after.as_object_mut(), more.as_object()) {
            after.extend(more.clone());
        }
        audit::record(conn, by, action, subject, None::<&Value>, Some(&after))
    }

    /// Notes that it begins.
    ///
    /// # Errors
    /// The database refuses.
    pub fn begin(&self, conn: &mut Connection, by: &Principal) -> Result<()> {
        self.note(conn, by, "export", &json!({}))
    }

    /// Notes how it ended.
    ///
    /// # Errors
    /// The database refuses.
    pub fn end(&self, conn: &mut Connection, by: &Principal, rows: u64, complete: bool) -> Result<()> {
        self.note(conn, by, "export_end", &json!({ "rows": rows, "complete": complete }))
    }
}

/// Notes how an export ended when it does, however that is.
#[derive(Debug)]
pub struct Watch {
    db: Db,
    by: Principal,
    taken: Taken,
    /// Rows sent so far.
    pub rows: u64,
    /// Whether the last byte was given away.
    pub complete: bool,
}

impl Watch {
    /// Watches over an export that has begun.
    #[must_use]
    pub const fn new(db: Db, by: Principal, taken: Taken) -> Self {
        Self { db, by, taken, rows: 0, complete: false }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let (db, by, taken, rows, complete) =
            (self.db.clone(), self.by.clone(), self.taken.clone(), self.rows, self.complete);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            if let Err(error) = db.write(move |conn| taken.end(conn, &by, rows, complete)).await {
                tracing::warn!(%error, "the end of an export could not be noted");
            }
        });
    }
}
