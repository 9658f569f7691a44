//! Finding people by what one remembers of them.

use serde_json::json;

use super::{CONTACTS, create, names, path};
use crate::support::{TestApp, answer::Answer, cases};

cases![
    fragments_of_names_addresses_and_numbers_find,
    every_script_is_searched_without_regard_to_case_and_accents,
    all_words_must_match,
    wildcards_are_taken_literally,
    a_short_word_finds_beginnings_of_names,
    people_are_found_by_their_companys_name_also_after_it_changes,
    a_changed_contact_is_found_by_its_new_name_alone,
];

async fn found(app: &TestApp, q: &str) -> Answer {
    let q: String = form_urlencoded::byte_serialize(q.as_bytes()).collect();
    app.admin.get(&format!("{CONTACTS}?sort=name&q={q}")).await.ok()
}

async fn fragments_of_names_addresses_and_numbers_find(app: TestApp) {
    create(
        &app,
        json!({ "given_name": "Ann", "family_name": "Leeson", "emails": [{ "address": "boss@acme.example" }],
        "phones": [{ "number": "+442079460958" }] }),
    )
    .await;
    create(&app, json!({ "display_name": "Somebody Else" })).await;
    for q in ["ann", "EESO", "acme", "boss@acme", "79460958", "020 7946 0958", "+44 (20) 7946-0958", "+4420"] {
        assert_eq!(names(&found(&app, q).await), ["Ann Leeson"], "{q}");
    }
    assert!(found(&app, "annn").await.items().is_empty());
}

async fn every_script_is_searched_without_regard_to_case_and_accents(app: TestApp) {
    for name in ["Владимир Ёлкин", "Éric Ångström", "王小明先生", "Μαρία Παπαδοπούλου", "김민준", "Ýmir"]
    {
        create(&app, json!({ "display_name": name })).await;
    }
    for (q, name) in [
        ("ВЛАДИМИР", "Владимир Ёлкин"),
        ("елкин", "Владимир Ёлкин"),
        ("eric angst", "Éric Ångström"),
        ("A\u{30a}NGSTRO\u{308}M", "Éric Ångström"),
        ("小明先", "王小明先生"),
        ("王小", "王小明先生"),
        ("παπαδοπουλου", "Μαρία Παπαδοπούλου"),
        ("민준", "김민준"),
        ("ym", "Ýmir"),
    ] {
        assert_eq!(names(&found(&app, q).await), [name], "{q}");
    }
}

async fn all_words_must_match(app: TestApp) {
    create(&app, json!({ "display_name": "Ann Lee", "emails": [{ "address": "ann@acme.example" }] })).await;
    create(&app, json!({ "display_name": "Ann Smith" })).await;
    assert_eq!(names(&found(&app, "acme ann").await), ["Ann Lee"]);
    assert_eq!(names(&found(&app, "smi an").await), ["Ann Smith"]);
    assert!(found(&app, "ann lee smith").await.items().is_empty());
}

async fn wildcards_are_taken_literally(app: TestApp) {
    for name in ["100% real", "100 real", "snake_case", "snakeXcase", "a*b?c[d]e", "axbxcde", "back\\slash"] {
        create(&app, json!({ "display_name": name })).await;
    }
    for (q, name) in [("100%", "100% real"), ("e_c", "snake_case"), ("a*b?c[d]e", "a*b?c[d]e"), ("k\\s", "back\\slash")]
    {
        assert_eq!(names(&found(&app, q).await), [name], "{q}");
    }
    for q in ["%%%", "___", "***", "[a-z]", "%", "_", "\"", "' OR 1=1 --"] {
        assert!(found(&app, q).await.items().is_empty(), "{q}");
    }
}

async fn a_short_word_finds_beginnings_of_names(app: TestApp) {
    for name in ["Li Wu", "Liang Bo", "Ali"] {
        create(&app, json!({ "display_name": name })).await;
    }
    assert_eq!(names(&found(&app, "li").await), ["Li Wu", "Liang Bo"]);
    assert_eq!(names(&found(&app, "wu li").await), ["Li Wu"]);
    assert_eq!(found(&app, " ").await.items().len(), 3);
}

async fn people_are_found_by_their_companys_name_also_after_it_changes(app: TestApp) {
    let company = app.admin.post("/api/v1/companies", json!({ "name": "Müller Söhne" })).await.created();
    let path = format!("/api/v1/companies/{}", company.id());
    // More than one write takes care of.
    for n in 0..203 {
        app.key
            .post(CONTACTS, json!({ "display_name": format!("P{n:03}"), "company_id": company.id() }))
            .await
            .created();
    }
    let count = |q: &'static str| {
        let admin = app.admin.clone();
        async move { admin.get(&format!("{CONTACTS}?q={q}&total=true")).await.ok().json["total"].clone() }
    };
    assert_eq!(count("muller").await, 203);
    app.admin.patch_any(&path, json!({ "name": "Schmidt AG" })).await.ok();
    assert_eq!((count("muller").await, count("schmidt").await), (json!(0), json!(203)));
}

async fn a_changed_contact_is_found_by_its_new_name_alone(app: TestApp) {
    let made = create(&app, json!({ "given_name": "Annabel", "family_name": "Lee" })).await;
    app.admin.patch_any(&path(&made), json!({ "given_name": "Beatrix" })).await.ok();
    assert!(found(&app, "annabel").await.items().is_empty());
    assert_eq!(names(&found(&app, "beatrix").await), ["Beatrix Lee"]);
}
