//! Lists: filters, order, pages.

use serde_json::json;

use super::{CONTACTS, create, names, path};
use crate::support::{TestApp, cases};

cases![
    each_filter_finds_its_contact_alone,
    contacts_are_found_by_their_ids,
    a_bad_parameter_is_named,
    pages_follow_each_other_in_every_order,
    a_cursor_belongs_to_its_order,
    a_page_stays_stable_while_contacts_arrive,
    the_total_is_given_where_asked_for,
];

async fn each_filter_finds_its_contact_alone(app: TestApp) {
    let company = app.admin.post("/api/v1/companies", json!({ "name": "Acme" })).await.created();
    let all = json!({
        "display_name": "Ann", "company_id": company.id(), "owner_id": app.users.sales, "source": "fair", "tags": ["vip", "x"],
        "language": "de", "time_zone": "Europe/Berlin", "job_title": "CTO", "address": { "country": "DE", "city": "Köln" },
        "emails": [{ "address": "ann@example.com" }], "phones": [{ "number": "+14155550100" }],
        "external_ids": [{ "source": "shop", "id": "a:7" }], "consents": { "email": { "state": "granted" } },
    });
    create(&app, all).await;
    create(&app, json!({ "display_name": "Bob", "consents": { "email": { "state": "withdrawn" } } })).await;
    let (owner, company) = (app.users.sales, company.id());
    for query in [
        &format!("owner_id={owner}"),
        &format!("company_id={company}"),
        "source=fair",
        "tag=vip",
        "language=de",
        "time_zone=Europe/Berlin",
        "country=de",
        "city=K%C3%B6ln",
        "job_title=CTO",
        "email=ANN@example.com",
        "phone=(415)555-0100",
        "external_id=shop:a:7",
        "consent=email:granted",
        "tag=x&country=DE&q=ann",
    ] {
        let found = app.admin.get(&format!("{CONTACTS}?{query}")).await.ok();
        assert_eq!(names(&found), ["Ann"], "{query}");
    }
    for query in ["owner_id=none", "company_id=none", "consent=email:withdrawn"] {
        assert_eq!(names(&app.admin.get(&format!("{CONTACTS}?{query}")).await.ok()), ["Bob"], "{query}");
    }
    for query in [
        "created_to=2020-01-01T00:00:00Z",
        "updated_to=2020-01-01T00:00:00Z",
        "created_from=2999-01-01T00:00:00Z",
        "updated_from=2999-01-01T00:00:00Z",
        "tag=vi",
    ] {
        assert!(app.admin.get(&format!("{CONTACTS}?{query}")).await.ok().items().is_empty(), "{query}");
    }
    for query in ["created_from=2020-01-01T00:00:00Z", "updated_to=2999-01-01T00:00:00Z"] {
        assert_eq!(app.admin.get(&format!("{CONTACTS}?{query}")).await.ok().items().len(), 2, "{query}");
    }
}

async fn contacts_are_found_by_their_ids(app: TestApp) {
    let (ann, bob) =
        (create(&app, json!({ "display_name": "Ann" })).await, create(&app, json!({ "display_name": "Bob" })).await);
    create(&app, json!({ "display_name": "Cid" })).await;
    let found = app.admin.get(&format!("{CONTACTS}?id={},{}&sort=name", ann.id(), bob.id())).await.ok();
    assert_eq!(names(&found), ["Ann", "Bob"]);
    for ids in ["", "x", &vec![ann.id(); 201].join(",")] {
        app.admin.get(&format!("{CONTACTS}?id={ids}")).await.invalid(&["id"]);
    }
}

async fn a_bad_parameter_is_named(app: TestApp) {
    for (query, field) in [
        ("colour=red", "colour"),
        ("owner_id=x", "owner_id"),
        ("company_id=x", "company_id"),
        ("email=x", "email"),
        ("phone=x", "phone"),
        ("external_id=x", "external_id"),
        ("consent=email:perhaps", "consent"),
        ("created_from=yesterday", "created_from"),
        ("sort=age", "sort"),
        ("limit=201", "limit"),
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("deleted=yes", "deleted"),
        ("cursor=abc", "cursor"),
        ("custom.nothing=1", "custom.nothing"),
        ("q=a+b+c+d+e+f+g+h+i", "q"),
        ("source=%00", "source"),
    ] {
        app.admin.get(&format!("{CONTACTS}?{query}")).await.invalid(&[field]);
    }
}

async fn pages_follow_each_other_in_every_order(app: TestApp) {
    for name in ["Éric", "bob", "Ann", "王小明", "Яна", "ann"] {
        create(&app, json!({ "display_name": name })).await;
    }
    for (sort, first) in [
        ("created_at", "Éric"),
        ("-created_at", "ann"),
        ("updated_at", "Éric"),
        ("-updated_at", "ann"),
        ("name", "Ann"),
        ("-name", "王小明"),
    ] {
        let all = app.admin.get(&format!("{CONTACTS}?sort={sort}")).await.ok();
        assert_eq!(names(&all)[0], first, "{sort}");
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = app.admin.get(&format!("{CONTACTS}?sort={sort}&limit=2{cursor}")).await.ok();
            seen.extend(page.items().clone());
            let Some(next) = page.json["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(&seen, all.items(), "{sort}");
    }
}

async fn a_cursor_belongs_to_its_order(app: TestApp) {
    for name in ["Ann", "Bob"] {
        create(&app, json!({ "display_name": name })).await;
    }
    let page = app.admin.get(&format!("{CONTACTS}?sort=name&limit=1")).await.ok();
    let cursor = page.json["next_cursor"].as_str().unwrap();
    app.admin.get(&format!("{CONTACTS}?sort=-name&limit=1&cursor={cursor}")).await.invalid(&["cursor"]);
}

async fn a_page_stays_stable_while_contacts_arrive(app: TestApp) {
    for n in 0..4 {
        create(&app, json!({ "display_name": format!("N{n}") })).await;
    }
    let first = app.admin.get(&format!("{CONTACTS}?limit=2")).await.ok();
    assert_eq!(names(&first), ["N3", "N2"]);
    create(&app, json!({ "display_name": "New" })).await;
    let gone = first.items()[1]["id"].as_str().unwrap();
    app.admin.delete_any(&format!("{CONTACTS}/{gone}")).await.no_content();
    let cursor = first.json["next_cursor"].as_str().unwrap();
    let second = app.admin.get(&format!("{CONTACTS}?limit=2&cursor={cursor}")).await.ok();
    assert_eq!((names(&second), &second.json["next_cursor"]), (vec!["N1", "N0"], &json!(null)));
}

async fn the_total_is_given_where_asked_for(app: TestApp) {
    let ann = create(&app, json!({ "display_name": "Ann", "tags": ["a"] })).await;
    create(&app, json!({ "display_name": "Bob" })).await;
    assert_eq!(app.admin.get(CONTACTS).await.ok().json.get("total"), None);
    let counted = app.admin.get(&format!("{CONTACTS}?limit=1&total=true")).await.ok();
    assert_eq!(counted.json["total"], 2);
    assert_eq!(app.admin.get(&format!("{CONTACTS}?tag=a&total=true")).await.ok().json["total"], 1);
    app.admin.delete_any(&path(&ann)).await.no_content();
    assert_eq!(app.admin.get(&format!("{CONTACTS}?total=true")).await.ok().json["total"], 1);
}
