//! What the writer threads promise: a bad job harms no other, and nothing is answered that is not on disk.

use std::sync::mpsc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::*;
use crate::db::Connection;
use crate::error::Code;

struct Fixture {
    db: Db,
    folder: tempfile::TempDir,
}

fn fixture(queue: usize) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Sqlite(folder.path().join("test.db"));
    let sizes = Sizes { readers: 1, writers: 1, queue, batch: 64 };
    let db = Db::open(Opener::new(target.clone()), target, sizes).unwrap();
    db.write_now(|conn| {
        let tables = "CREATE TABLE parents (id INTEGER PRIMARY KEY); \
             CREATE TABLE notes (n INTEGER NOT NULL UNIQUE, parent INTEGER REFERENCES parents (id))";
        Ok(conn.batch_execute(tables)?)
    })
    .unwrap();
    Fixture { db, folder }
}

fn insert(conn: &mut Connection, n: i64) -> Result<()> {
    diesel::sql_query("INSERT INTO notes (n) VALUES ($1)").bind::<BigInt, _>(n).execute(conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Note {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn saved(db: &Db) -> Vec<i64> {
    db.read_now(|conn| Ok(diesel::sql_query("SELECT n FROM notes ORDER BY n").load::<Note>(conn)?))
        .unwrap()
        .into_iter()
        .map(|note| note.n)
        .collect()
}

/// Keeps the writer busy until the returned sender is dropped, so that what is sent meanwhile becomes one batch.
fn hold(db: &Db) -> mpsc::Sender<()> {
    let (busy, started) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let receiver = db.send_write(move |_| {
        let _ = busy.send(());
        let _ = released.recv();
        Ok(())
    });
    drop(receiver);
    started.recv().unwrap();
    release
}

fn answers<T>(receivers: Vec<oneshot::Receiver<Result<T>>>) -> Vec<Result<T, Code>> {
    receivers.into_iter().map(|receiver| receiver.blocking_recv().unwrap().map_err(|error| error.code)).collect()
}

#[test]
fn a_failing_or_panicking_job_harms_no_other_of_its_batch() {
    let Fixture { db, folder: _folder } = fixture(64);
    let held = hold(&db);
    let mut waiting = vec![db.send_write(|conn| insert(conn, 1)).unwrap()];
    waiting.push(db.send_write(|conn| insert(conn, 2).and(Err(Error::not_found()))).unwrap());
    waiting.push(db.send_write(|conn| insert(conn, 1)).unwrap());
    waiting.push(db.send_write(|conn| insert(conn, 3).map(|()| panic!("on purpose"))).unwrap());
    waiting.push(db.send_write(|conn| insert(conn, 4)).unwrap());
    drop(held);
    let expected = [Ok(()), Err(Code::NotFound), Err(Code::AlreadyExists), Err(Code::Internal), Ok(())];
    assert_eq!(answers(waiting), expected);
    assert_eq!(saved(&db), [1, 4]);
}

#[test]
fn a_job_that_loses_against_others_is_run_again_alone() {
    let Fixture { db, folder: _folder } = fixture(64);
    let held = hold(&db);
    let mut runs = 0;
    let mut waiting = vec![db.send_write(|conn| insert(conn, 1)).unwrap()];
    let again = db.send_write(move |conn| {
        runs += 1;
        insert(conn, 2)?;
        if runs < 4 { Err(Error { transient: true, ..Error::unavailable("lost") }) } else { Ok(()) }
    });
    waiting.push(again.unwrap());
    drop(held);
    assert_eq!(answers(waiting), [Ok(()), Ok(())]);
    assert_eq!(saved(&db), [1, 2]);
}

#[test]
fn a_job_that_always_loses_is_given_up() {
    let Fixture { db, folder: _folder } = fixture(64);
    let lost = db.write_now(|_| Err::<(), _>(Error { transient: true, ..Error::unavailable("lost") }));
    assert_eq!(lost.unwrap_err().code, Code::Unavailable);
}

#[test]
fn a_commit_that_fails_is_told_to_the_whole_batch_and_nothing_is_kept() {
    let Fixture { db, folder: _folder } = fixture(64);
    let held = hold(&db);
    let orphan = |conn: &mut Connection| {
        let sql = "PRAGMA defer_foreign_keys = ON; INSERT INTO notes (n, parent) VALUES (2, 99)";
        Ok(conn.batch_execute(sql)?)
    };
    let waiting = vec![db.send_write(|conn| insert(conn, 1)).unwrap(), db.send_write(orphan).unwrap()];
    drop(held);
    assert_eq!(answers(waiting), [Err(Code::Internal), Err(Code::Internal)]);
    assert_eq!(saved(&db), [0_i64; 0]);
    db.write_now(|conn| insert(conn, 3)).unwrap();
    assert_eq!(saved(&db), [3]);
}

#[test]
fn a_full_queue_refuses_at_once() {
    let Fixture { db, folder: _folder } = fixture(1);
    let held = hold(&db);
    let waiting = db.send_write(|conn| insert(conn, 1)).unwrap();
    let refused = db.write_now(|conn| insert(conn, 2)).unwrap_err();
    assert_eq!((refused.code, refused.retry_after), (Code::Unavailable, Some(1)));
    assert_eq!(db.load(), Load { reads: 0, writes: 1, capacity: 1 });
    drop(held);
    waiting.blocking_recv().unwrap().unwrap();
    assert_eq!(saved(&db), [1]);
}

#[test]
fn a_panicking_read_is_our_fault_and_the_next_one_works() {
    let Fixture { db, folder: _folder } = fixture(64);
    let failed = db.read_now(|_| -> Result<()> { panic!("on purpose") });
    assert_eq!(failed.unwrap_err().code, Code::Internal);
    assert_eq!(saved(&db), [0_i64; 0]);
}

#[test]
fn what_was_accepted_is_done_before_the_threads_end() {
    let Fixture { db, folder: _folder } = fixture(64);
    let held = hold(&db);
    let waiting: Vec<_> = (0..50).map(|n| db.send_write(move |conn| insert(conn, n)).unwrap()).collect();
    drop(held);
    drop(db);
    assert!(answers(waiting).iter().all(Result::is_ok));
}

#[test]
fn a_database_that_cannot_be_opened_is_unavailable() {
    let target = Target::Sqlite("/nowhere/at/all.db".into());
    let db = Db::open(Opener::new(target.clone()), target, Sizes { readers: 1, writers: 1, queue: 8, batch: 8 });
    let db = db.unwrap();
    for _ in 0..3 {
        assert_eq!(db.write_now(|_| Ok(())).unwrap_err().code, Code::Unavailable);
    }
}

#[test]
fn what_was_written_is_moved_from_the_log_into_the_file() {
    let fixture = fixture(2000);
    // The last row is the one at which the log is moved.
    let rows = i64::try_from(super::checkpoint::EVERY).unwrap();
    for some in 0..30 {
        let here = rows * some / 30..rows * (some + 1) / 30;
        fixture.db.write_now(move |conn| here.clone().try_for_each(|n| insert(conn, n))).unwrap();
    }
    // Ends the threads without closing the database, which would move the log too.
    let path = fixture.folder.path().join("test.db");
    let reader = Opener::new(Target::Sqlite(path.clone())).open().unwrap();
    drop(fixture.db);
    let alone = fixture.folder.path().join("alone.db");
    std::fs::copy(path, &alone).unwrap();
    let target = Target::Sqlite(alone);
    let sizes = Sizes { readers: 1, writers: 1, queue: 1, batch: 1 };
    let copy = Db::open(Opener::new(target.clone()), target, sizes).unwrap();
    assert_eq!(i64::try_from(saved(&copy).len()).unwrap(), rows);
    drop(reader);
}
