//! Whatever is done in whatever order, no touchpoint is lost and none is there twice.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use touchline::contacts::ContactId;

use super::{email, user, visitor};
use crate::support::{TestApp, cases};

cases![any_sequence_of_events_merges_and_undos_keeps_every_touchpoint_once];

const PEOPLE: usize = 4;

#[derive(Debug, Clone)]
enum Step {
    /// A touchpoint of somebody, by user id, address or browser, alone or together.
    Event {
        person: usize,
        by: u8,
    },
    Merge {
        survivor: usize,
        loser: usize,
    },
    Undo(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..PEOPLE, 1_u8..8).prop_map(|(person, by)| Step::Event { person, by }),
        2 => (0..20_usize, 0..20_usize).prop_map(|(survivor, loser)| Step::Merge { survivor, loser }),
        2 => (0..20_usize).prop_map(Step::Undo),
    ];
    prop::collection::vec(step, 8..25)
}

async fn any_sequence_of_events_merges_and_undos_keeps_every_touchpoint_once(app: TestApp) {
    let mut runner = TestRunner::deterministic();
    for round in 0..8 {
        let steps = steps().new_tree(&mut runner).unwrap().current();
        run(&app, round, &steps).await;
    }
}

async fn run(app: &TestApp, round: usize, steps: &[Step]) {
    let mut contacts: Vec<ContactId> = Vec::new();
    let mut came_to: BTreeMap<String, ContactId> = BTreeMap::new();
    let mut merges: Vec<Value> = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        match step {
            Step::Event { person, by } => {
                let name = format!("{round}-{person}");
                let all = [user(&name), email(&format!("{name}@example.com")), visitor(&name)];
                let carried: Vec<_> = (0..3).filter(|bit| by >> bit & 1 == 1).map(|bit| all[bit].clone()).collect();
                let contact = app.seen(&carried).await;
                let subject = format!("{round} {n}");
                app.touch(json!({ "contact": { "id": contact }, "subject": subject })).await;
                came_to.insert(subject, contact);
                contacts.extend((!contacts.contains(&contact)).then_some(contact));
            }
            Step::Merge { survivor, loser } if !contacts.is_empty() => {
                let (survivor, loser) = (contacts[survivor % contacts.len()], contacts[loser % contacts.len()]);
                if survivor != loser {
                    merges.extend(app.merge(survivor, &[loser]).await["merges"].as_array().unwrap().clone());
                }
            }
            Step::Undo(which) if !merges.is_empty() => drop(app.undo(&merges[which % merges.len()]).await),
            Step::Merge { .. } | Step::Undo(_) => {}
        }
        check(app, &contacts, &came_to, steps).await;
    }
    separate_all(app, &contacts).await;
    for contact in &contacts {
        let own: BTreeSet<_> = came_to.iter().filter(|(_, to)| *to == contact).map(|(name, _)| name.clone()).collect();
        assert_eq!(app.subjects(*contact).await.into_iter().collect::<BTreeSet<_>>(), own, "{steps:?}");
    }
}

/// The lines of all contacts shown hold every touchpoint once.
async fn check(app: &TestApp, contacts: &[ContactId], came_to: &BTreeMap<String, ContactId>, steps: &[Step]) {
    let mut all = Vec::new();
    for contact in contacts {
        if app.manager.get(&format!("/api/v1/contacts/{contact}")).await.status == 200 {
            all.extend(app.subjects(*contact).await);
        }
    }
    all.sort();
    let wanted: Vec<_> = came_to.keys().cloned().collect();
    assert_eq!(all, wanted, "{steps:?}");
}

/// Undoes what still stands, also what events have joined.
async fn separate_all(app: &TestApp, contacts: &[ContactId]) {
    for contact in contacts {
        let merges = app.manager.get(&format!("/api/v1/contacts/{contact}/merges")).await;
        // The survivor of a merged contact shows its merges.
        if merges.status == 301 {
            continue;
        }
        for merge in merges.items().iter().filter(|merge| merge["undone_at"].is_null()) {
            app.undo(merge).await;
        }
    }
}
