//! Interactions that come alone but at the same moment are recorded together: one look at their clients and a few
//! statements for all of them, where each by itself would take several. Nobody waits for company: whoever comes while
//! the writer is busy goes with the next turn.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::batch::Clients;
use super::store::{self, Recorded};
use super::{Draft, Interaction};
use crate::accounts::Principal;
use crate::contacts::ClientRef;
use crate::db::{Connection, Db, savepoint};
use crate::error::{Error, Result};

/// Those who wait for the writer.
#[derive(Debug, Clone, Default)]
pub struct Together(Arc<Mutex<Vec<Waiting>>>);

#[derive(Debug)]
struct Waiting {
    by: Principal,
    draft: Draft,
    answer: oneshot::Sender<Result<Recorded>>,
}

impl Together {
    /// Records an interaction along with those that wait already.
    ///
    /// # Errors
    /// As for [`store::record`]; or the database is away.
    pub async fn record(&self, db: &Db, by: &Principal, draft: Draft) -> Result<Recorded> {
        if db.most_together() == 1 {
            let by = by.clone();
            return db.write(move |conn| store::record(conn, &by, &draft)).await;
        }
        let (answer, answered) = oneshot::channel();
        let first = {
            let mut waiting = lock(&self.0);
            waiting.push(Waiting { by: by.clone(), draft, answer });
            waiting.len() == 1
        };
        if first {
            // Not this request's own future: it may be dropped, and others wait for the same turn.
            actix_web::rt::spawn(self.clone().take_turns(db.clone()));
        }
        answered.await.map_err(Error::unavailable)?
    }

    /// Records those who wait once the writer comes to it. Whoever comes after that is the first of another turn, which
    /// is asked for while this one is written, so that the writer goes from one to the next.
    async fn take_turns(self, db: Db) {
        let mut more = true;
        while more {
            let taken: Arc<Mutex<Turn>> = Arc::default();
            let (waiting, turn, most) = (self.0.clone(), taken.clone(), db.most_together());
            let done = db
                .write_apart(move |conn| {
                    let mut turn = lock(&turn);
                    turn.fill(&mut lock(&waiting), most);
                    record(conn, &turn.of)
                })
                .await;
            let mut turn = std::mem::take(&mut *lock(&taken));
            if done.is_err() && turn.of.is_empty() {
                // The turn was not even begun, and all who wait for it are told. One that found nobody was just late.
                turn.of = std::mem::take(&mut *lock(&self.0));
            }
            more = turn.left_some;
            answer(turn.of, done);
        }
    }
}

/// Those who are recorded together.
#[derive(Debug, Default)]
struct Turn {
    of: Vec<Waiting>,
    /// Whether there were more than could go along: nobody else asks for a turn for them.
    left_some: bool,
}

impl Turn {
    fn fill(&mut self, waiting: &mut Vec<Waiting>, most: usize) {
        let more = waiting.len().min(most.saturating_sub(self.of.len()));
        self.of.extend(waiting.drain(..more));
        self.left_some = !waiting.is_empty();
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells each what became of theirs; a failure of the whole turn is everybody's.
fn answer(turn: Vec<Waiting>, done: Result<Vec<Result<Recorded>>>) {
    let mut each = match done {
        Ok(each) => each.into_iter(),
        Err(error) => turn.iter().map(|_| Err(error.clone())).collect::<Vec<_>>().into_iter(),
    };
    for Waiting { answer, .. } in turn {
        let one = each.next().unwrap_or_else(|| Err(Error::internal("an interaction was left out of its turn")));
        // The caller may have gone away.
        drop(answer.send(one));
    }
}

/// Records the turn; what is wrong with one harms no other.
fn record(conn: &mut Connection, turn: &[Waiting]) -> Result<Vec<Result<Recorded>>> {
    if let [one] = turn {
        return Ok(vec![kept_apart(store::record(conn, &one.by, &one.draft))?]);
    }
    let drafts: Vec<&Draft> = turn.iter().map(|one| &one.draft).filter(|draft| is_plain(draft)).collect();
    let clients = Clients::of(conn, &drafts, std::iter::empty())?;
    let mut rows: Vec<Interaction> = Vec::with_capacity(turn.len());
    let mut results = Vec::with_capacity(turn.len());
    // Whose result is the next of the rows.
    let mut plain = Vec::with_capacity(turn.len());
    for one in turn {
        let known = if is_plain(&one.draft) { clients.known(&one.by, &one.draft) } else { None };
        plain.push(known.is_some());
        match known {
            Some(contact) => rows.push(one.draft.of(&one.by, contact)),
            None => results.push(kept_apart(savepoint(conn, |conn| store::record(conn, &one.by, &one.draft)))?),
        }
    }
    store::insert(conn, &mut rows)?;
    let (mut rows, mut results) = (rows.into_iter(), results.into_iter());
    let each = plain.into_iter().map(|plain| {
        let one = if plain { rows.next().map(|row| Ok(Recorded::Created(row))) } else { results.next() };
        one.unwrap_or_else(|| Err(Error::internal("an interaction was left out of its turn")))
    });
    Ok(each.collect())
}

/// Whether all there is to do is to see that the client is there.
fn is_plain(draft: &Draft) -> bool {
    matches!(draft.client, ClientRef::Id(_)) && draft.source().is_none() && draft.lead_id().is_none()
}

/// What is wrong with one is its own result; what is wrong with the database, or may go better the next time, ends the
/// turn.
fn kept_apart<T>(one: Result<T>) -> Result<Result<T>> {
    match one {
        Err(error) if error.transient || error.code.status() >= 500 => Err(error),
        one => Ok(one),
    }
}
