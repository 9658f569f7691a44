//! Taking back what an import did: what it made goes to the bin, what it changed gets its former values. What somebody
//! has changed since stays, and is told of. Done in short writes; what has been taken back is not taken back twice.

use std::time::{Duration, Instant as Clock};

use serde_json::{Map, Value, json};

use super::changes::{self, Action, ImportChange, Of, Undone};
use super::store::{self, Import, Status, TakenBack};
use super::{ImportId, patience, steps, take_back};
use crate::accounts::Principal;
use crate::db::types::Guid;
use crate::db::{Connection, Db, savepoint};
use crate::error::{Code, Result};

/// Changes of a stretch.
const CHUNK: i64 = 100;
/// How long one write may hold up others.
const LONGEST_WRITE: Duration = Duration::from_millis(20);

/// What is taken back and on whose behalf.
#[derive(Debug)]
pub struct Undo<'a> {
    /// The database.
    pub db: &'a Db,
    /// On whose behalf.
    pub by: &'a Principal,
}

/// What is taken back together: records of a kind, of them perhaps only what was done to them.
type Pass = (Of, Option<Action>);

/// What is taken back one after the other. Stays that were taken away come back before those that took their place go: a
/// lead's only stay cannot go.
fn passes() -> impl Iterator<Item = Pass> {
    Of::ALL.iter().flat_map(|of| {
        let first = (*of == Of::StageMove).then_some((*of, Some(Action::Removed)));
        first.into_iter().chain([(*of, None)])
    })
}

/// What a stretch came to, and where it ended.
type Stretch = (TakenBack, Option<Guid>);

impl Undo<'_> {
    /// Takes back what is left, telling each step to `progress`, which says whether to go on.
    ///
    /// # Errors
    /// The database stays away, or another worker goes on with it.
    pub fn run(&self, import: &Import, progress: &mut dyn FnMut(&TakenBack) -> bool) -> Result<()> {
        let id = import.id;
        let mut so_far = import.taken_back.as_ref().map(|known| known.0).unwrap_or_default();
        for pass in passes() {
            let mut after = None;
            loop {
                let in_use = self.fields_in_use(id, pass.0)?;
                let (now, last) = self.write(id, pass, after, so_far, &in_use)?;
                so_far = now;
                if !progress(&so_far) {
                    return Ok(());
                }
                match last {
                    Some(last) => after = Some(last),
                    None => break,
                }
            }
        }
        let by = self.by.clone();
        patience::write(self.db, move |conn| {
            let import = store::find(conn, &Principal::system(), id)?;
            store::finish(conn, id, Status::Undone, None)?;
            store::note(conn, &by, "undo", &Import { status: Status::Undone, ..import })
        })
    }

    /// Custom fields of which some record holds a value: looked up beside the writers.
    fn fields_in_use(&self, id: ImportId, of: Of) -> Result<Vec<Guid>> {
        if of != Of::Field {
            return Ok(Vec::new());
        }
        self.db.read_now(move |conn| {
            let made = changes::pending(conn, id, (of, None), None, 10_000)?;
            let known = crate::fields::all(conn, None)?;
            let mut in_use = Vec::new();
            for change in made {
                if let Some(field) = known.iter().find(|field| field.id.0 == change.entity_id)
                    && crate::fields::is_used(conn, field)?
                {
                    in_use.push(change.entity_id);
                }
            }
            Ok(in_use)
        })
    }

    fn write(
        &self,
        id: ImportId,
        pass: Pass,
        after: Option<Guid>,
        so_far: TakenBack,
        in_use: &[Guid],
    ) -> Result<Stretch> {
        let (by, in_use) = (self.by.clone(), in_use.to_vec());
        patience::write(self.db, move |conn| stretch(conn, &by, id, pass, after, so_far, &in_use))
    }
}

fn stretch(
    conn: &mut Connection,
    by: &Principal,
    id: ImportId,
    pass: Pass,
    after: Option<Guid>,
    so_far: TakenBack,
    in_use: &[Guid],
) -> Result<Stretch> {
    crate::db::dialect::take_turns(conn)?;
    let pending = changes::pending(conn, id, pass, after, CHUNK)?;
    let started = Clock::now();
    let (mut more, mut last) = (TakenBack::default(), None);
    for change in &pending {
        if last.is_some() && started.elapsed() > LONGEST_WRITE {
            break;
        }
        let kept = if in_use.contains(&change.entity_id) {
            Some("values of it are in use".to_owned())
        } else {
            one(conn, by, change)?
        };
        let outcome = if kept.is_some() { Undone::Kept } else { Undone::TakenBack };
        changes::conclude(conn, change, outcome, kept.as_deref())?;
        more.kept += i64::from(kept.is_some());
        more.taken_back += i64::from(kept.is_none());
        last = Some(change.entity_id);
    }
    Ok((steps::advance_undo(conn, id, so_far, more)?, last))
}

/// Takes a change back; says why it stays, where it does.
fn one(conn: &mut Connection, by: &Principal, change: &ImportChange) -> Result<Option<String>> {
    let taken = savepoint(conn, |conn| match change.action {
        Action::Created => take_back::made(conn, by, change),
        Action::Updated => take_back::changed(conn, by, change),
        Action::Removed => take_back::removed(conn, by, change).map(|()| None),
    });
    match taken {
        Ok(kept) => Ok(kept),
        Err(error) if error.transient || error.code.status() >= 500 => Err(error),
        // It has gone since, or is out of sight for whoever undoes the import.
        Err(error) if error.code == Code::NotFound && take_back::is_gone(conn, change)? => Ok(None),
        Err(error) => Ok(Some(patience::explain(&error))),
    }
}

/// The fields that are as the import left them, with their former values; and the names of those that are not.
#[must_use]
pub fn former(fields: &Map<String, Value>, current: &Value) -> (Map<String, Value>, Vec<String>) {
    let (mut patch, mut kept) = (Map::new(), Vec::new());
    for (name, change) in fields {
        let now = match name.strip_prefix("custom.") {
            Some(key) => current.get("custom").and_then(|custom| custom.get(key)),
            None => current.get(name),
        };
        let (from, to) = (change.get("from").unwrap_or(&Value::Null), change.get("to").unwrap_or(&Value::Null));
        if now.unwrap_or(&Value::Null) != to {
            if now.unwrap_or(&Value::Null) != from {
                kept.push(name.clone());
            }
            continue;
        }
        match name.strip_prefix("custom.") {
            Some(key) => {
                let custom = patch.entry("custom").or_insert_with(|| json!({}));
                if let Value::Object(custom) = custom {
                    custom.insert(key.to_owned(), from.clone());
                }
            }
            None => drop(patch.insert(name.clone(), from.clone())),
        }
    }
    (patch, kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_has_changed_since_stays() {
        let fields = json!({
            "job_title": { "from": "A", "to": "B" },
            "source": { "from": null, "to": "fair" },
            "custom.size": { "from": 1, "to": 2 },
            "custom.colour": { "from": null, "to": "red" },
        });
        let current = json!({ "job_title": "C", "source": "fair", "custom": { "size": 2 } });
        let (patch, kept) = former(fields.as_object().unwrap(), &current);
        assert_eq!(Value::Object(patch), json!({ "source": null, "custom": { "size": 1 } }));
        assert_eq!(kept, ["job_title"]);
    }
}
