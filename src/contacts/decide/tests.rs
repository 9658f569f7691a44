//! The rules of recognition, one by one, and what always holds.

use proptest::prelude::*;

use super::*;

fn external(value: &str) -> Identity {
    Identity { kind: IdentityKind::External, source: "site".to_owned(), value: value.to_owned() }
}

fn of(kind: IdentityKind, value: &str) -> Identity {
    Identity { kind, source: String::new(), value: value.to_owned() }
}

fn email(value: &str) -> Identity {
    of(IdentityKind::Email, value)
}

fn visitor(value: &str) -> Identity {
    of(IdentityKind::Anonymous, value)
}

/// A world of contacts, each with what it has.
fn world(contacts: &[&[Identity]]) -> (Found, Vec<ContactId>) {
    let mut found = Found::default();
    let ids: Vec<_> = contacts.iter().map(|_| ContactId::new()).collect();
    for (id, has) in ids.iter().zip(contacts) {
        let mut holding =
            Holding { anonymous: has.iter().all(|one| one.kind == IdentityKind::Anonymous), counts: Counts::new() };
        for identity in *has {
            *holding.counts.entry(identity.bucket()).or_default() += 1;
            found.holder.insert(identity.clone(), *id);
        }
        found.contacts.insert(*id, holding);
    }
    (found, ids)
}

fn ask(event: &[Identity], found: &Found) -> Decision {
    decide(event, found, &Rules::default())
}

fn causes(decision: &Decision) -> Vec<(&str, Cause)> {
    decision.aside.iter().map(|aside| (aside.identity.value.as_str(), aside.cause)).collect()
}

#[test]
fn nobody_known_makes_a_contact_with_all_identifiers() {
    let decision = ask(&[visitor("x"), external("1")], &Found::default());
    assert_eq!((decision.target, decision.link), (Target::Create, vec![external("1"), visitor("x")]));
}

#[test]
fn one_match_attaches_and_learns_the_rest() {
    let (found, ids) = world(&[&[external("1")]]);
    let decision = ask(&[external("1"), email("a@x")], &found);
    assert_eq!((decision.target, decision.link), (Target::Attach(ids[0]), vec![email("a@x")]));
}

#[test]
fn blocked_values_identify_nobody() {
    for value in ["null", " NULL ", "0", "00-00", "[object Object]", "N/A", ""] {
        let decision = ask(&[external(value)], &Found::default());
        assert_eq!((decision.target, decision.aside[0].cause), (Target::Nobody, Cause::Blocked), "{value}");
    }
    let rules = Rules { blocked: ["kiosk".to_owned()].into(), ..Rules::default() };
    assert_eq!(decide(&[external("Kiosk")], &Found::default(), &rules).target, Target::Nobody);
}

#[test]
fn a_second_user_id_makes_a_second_contact_and_the_address_stays() {
    let (found, _) = world(&[&[external("1"), email("a@x")]]);
    let decision = ask(&[external("2"), email("a@x"), visitor("x")], &found);
    assert_eq!((decision.target, &decision.link), (Target::Create, &vec![external("2"), visitor("x")]));
    assert_eq!(causes(&decision), [("a@x", Cause::Limit)]);
    assert!(decision.suggest.is_empty());
}

#[test]
fn a_full_kind_sets_the_new_one_aside() {
    let has: Vec<_> = (0..5).map(|n| email(&format!("{n}@x"))).chain([external("1")]).collect();
    let (found, ids) = world(&[&has]);
    let decision = ask(&[external("1"), email("new@x"), visitor("x")], &found);
    assert_eq!((decision.target, &decision.link), (Target::Attach(ids[0]), &vec![visitor("x")]));
    assert_eq!(causes(&decision), [("new@x", Cause::Limit)]);
}

#[test]
fn an_anonymous_id_never_joins_two_known_contacts_but_suggests_it() {
    let (found, ids) = world(&[&[email("a@x")], &[of(IdentityKind::Phone, "+1"), visitor("x")]]);
    let decision = ask(&[email("a@x"), visitor("x")], &found);
    assert_eq!((decision.target, decision.join.len()), (Target::Attach(ids[0]), 0));
    assert_eq!(causes(&decision), [("x", Cause::HeldByAnother)]);
    assert_eq!(decision.suggest, [(ids[1], visitor("x"))]);
}

#[test]
fn another_user_id_on_one_browser_is_another_user() {
    let (found, ids) = world(&[&[external("1"), visitor("x")], &[external("2")]]);
    let known = ask(&[external("2"), visitor("x")], &found);
    assert_eq!((known.target, known.join.len(), known.suggest.len()), (Target::Attach(ids[1]), 0, 0));
    let new = ask(&[external("3"), visitor("x")], &found);
    assert_eq!((new.target, new.link.clone(), new.suggest.len()), (Target::Create, vec![external("3")], 0));
    assert_eq!(causes(&new), [("x", Cause::AnotherUser)]);
}

#[test]
fn another_address_on_one_browser_is_another_person_until_people_say_otherwise() {
    let (found, ids) = world(&[&[email("a@x"), visitor("x")]]);
    let decision = ask(&[email("b@x"), visitor("x")], &found);
    assert_eq!((decision.target, &decision.link), (Target::Create, &vec![email("b@x")]));
    assert_eq!(decision.suggest, [(ids[0], visitor("x"))]);
    let login = ask(&[external("1"), visitor("x")], &found);
    assert_eq!(login.target, Target::Attach(ids[0]));
}

#[test]
fn a_visitor_joins_the_contact_it_turns_out_to_be() {
    let (found, ids) = world(&[&[external("1")], &[visitor("x")], &[visitor("y")]]);
    let decision = ask(&[external("1"), visitor("x"), visitor("y")], &found);
    let joined: BTreeSet<_> = decision.join.iter().copied().collect();
    assert_eq!((decision.target, joined), (Target::Attach(ids[0]), [ids[1], ids[2]].into()));
    let unknown = ask(&[external("2"), visitor("x")], &found);
    assert_eq!((unknown.target, unknown.link), (Target::Attach(ids[1]), vec![external("2")]));
}

#[test]
fn the_most_telling_of_several_matches_decides() {
    let (found, ids) = world(&[&[external("1")], &[email("a@x")], &[of(IdentityKind::Phone, "+1")]]);
    let decision = ask(&[of(IdentityKind::Phone, "+1"), email("a@x"), external("1")], &found);
    assert_eq!(decision.target, Target::Attach(ids[0]));
    assert_eq!(decision.suggest.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [ids[2], ids[1]]);
}

fn identity() -> impl Strategy<Value = Identity> {
    let value = prop_oneof![4 => "[a-f]", 1 => Just("null".to_owned())];
    (prop::sample::select(IdentityKind::ALL), value).prop_map(|(kind, value)| {
        let source = if kind == IdentityKind::External { "site" } else { "" };
        Identity { kind, source: source.to_owned(), value }
    })
}

fn worlds() -> impl Strategy<Value = Vec<Vec<Identity>>> {
    prop::collection::vec(prop::collection::btree_set(identity(), 1..5), 0..5).prop_map(|contacts| {
        let mut seen = BTreeSet::new();
        let free = |one: &Identity, seen: &mut BTreeSet<Identity>| !one.is_blocked() && seen.insert(one.clone());
        let kept = contacts.into_iter().map(|has| has.into_iter().filter(|one| free(one, &mut seen)).collect());
        kept.filter(|has: &Vec<_>| !has.is_empty()).collect()
    })
}

proptest! {
    #[test]
    fn every_decision_keeps_the_rules(
        contacts in worlds(),
        event in prop::collection::vec(identity(), 1..7),
        most in 1_u32..4,
        turn in 0_usize..7,
    ) {
        let slices: Vec<&[Identity]> = contacts.iter().map(Vec::as_slice).collect();
        let (found, _) = world(&slices);
        let mut rules = Rules::default();
        rules.limits.values_mut().for_each(|limit| *limit = (*limit).min(most));
        let decision = decide(&event, &found, &rules);

        // Known contacts are never joined.
        prop_assert!(decision.join.iter().all(|joined| found.contacts[joined].anonymous));
        // Every identifier is used, learnt or set aside, and only once.
        for identity in &event {
            let used = found.holder.get(identity).is_some_and(|holder| {
                decision.target == Target::Attach(*holder) || decision.join.contains(holder)
            });
            let aside = decision.aside.iter().any(|aside| aside.identity == *identity);
            let linked = decision.link.contains(identity);
            prop_assert!(aside != (used || linked) || (aside && used && !linked), "{identity:?} {decision:?}");
            prop_assert!(!identity.is_blocked() || (aside && !linked));
        }
        // Only what nobody has is learnt, and no limit is broken by it.
        prop_assert!(decision.link.iter().all(|one| !found.holder.contains_key(one)));
        for identity in &decision.link {
            let bucket = identity.bucket();
            let before = match decision.target {
                Target::Attach(contact) => found.contacts[&contact].counts.get(&bucket).copied().unwrap_or(0),
                _ => 0,
            };
            let new = decision.link.iter().filter(|one| one.bucket() == bucket).count();
            prop_assert!(before + u32::try_from(new).unwrap() <= rules.limits[&bucket.0]);
        }
        // The order in which an event names its identifiers does not matter.
        let mut turned = event.clone();
        turned.rotate_left(turn % event.len());
        let again = decide(&turned, &found, &rules);
        prop_assert_eq!((again.target, again.link, again.join), (decision.target, decision.link, decision.join));
    }
}
