//! Which contact a request means.

use serde_json::{Value, json};
use touchline::accounts::{Principal, Scope};
use touchline::contacts::{ContactRef, Resolved, Unknown, resolve, store};
use touchline::error::Result;

use crate::support::{TestApp, cases};

cases![
    an_unknown_client_is_made_once_and_found_by_any_identity,
    an_unknown_client_may_be_refused,
    an_external_id_outweighs_an_address_and_that_a_number,
    a_client_learns_new_identities_that_are_free,
    a_hidden_client_is_as_good_as_absent,
    many_at_once_make_one_contact,
];

async fn meant_by(app: &TestApp, by: Principal, client: Value, unknown: Unknown<'static>) -> Result<Resolved> {
    let client = serde_json::from_value::<ContactRef>(client).unwrap().parse("US")?;
    app.state.db.write(move |conn| resolve(conn, &by, &client, unknown)).await
}

const CREATE: Unknown<'static> = Unknown::Create { source: Some("web form") };

async fn meant(app: &TestApp, client: Value) -> Resolved {
    meant_by(app, Principal::system(), client, CREATE).await.unwrap()
}

async fn an_unknown_client_is_made_once_and_found_by_any_identity(app: TestApp) {
    let first = meant(&app, json!({ "email": "Ann@Example.com", "phone": "(415) 555-0100", "name": "Ann Lee" })).await;
    assert!(first.created);
    for again in [json!({ "email": " ann@example.COM" }), json!({ "phone": "+1 415 555 0100" })] {
        let found = meant(&app, again).await;
        assert_eq!((found.contact_id, found.created), (first.contact_id, false));
    }
    let contact =
        app.state.db.read(move |conn| store::find(conn, &Principal::system(), first.contact_id)).await.unwrap();
    assert_eq!((contact.display_name.as_str(), contact.source.as_deref()), ("Ann Lee", Some("web form")));
    assert_eq!(contact.search_text, "ann lee\nann@example.com\n+14155550100");
}

async fn an_unknown_client_may_be_refused(app: TestApp) {
    let client = json!({ "email": "nobody@example.com" });
    let error = meant_by(&app, Principal::system(), client, Unknown::Refuse).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.errors[0].field.as_ref()), ("invalid", "contact"));
}

async fn an_external_id_outweighs_an_address_and_that_a_number(app: TestApp) {
    let by_id = meant(&app, json!({ "external_ids": [{ "source": "shop", "id": "7" }] })).await.contact_id;
    let by_email = meant(&app, json!({ "email": "b@example.com" })).await.contact_id;
    let by_phone = meant(&app, json!({ "phone": "+14155550101" })).await.contact_id;
    assert!(by_id != by_email && by_email != by_phone);
    let shop = json!([{ "source": "shop", "id": "7" }]);
    let all = json!({ "external_ids": shop, "email": "b@example.com", "phone": "+14155550101" });
    assert_eq!(meant(&app, all).await.contact_id, by_id);
    let two = json!({ "email": "b@example.com", "phone": "+14155550101" });
    assert_eq!(meant(&app, two).await.contact_id, by_email);
}

async fn a_client_learns_new_identities_that_are_free(app: TestApp) {
    let ann = meant(&app, json!({ "email": "ann@example.com" })).await.contact_id;
    let bob = meant(&app, json!({ "phone": "+14155550101" })).await.contact_id;
    let both =
        json!({ "email": "ann@example.com", "phone": "+14155550101", "external_ids": [{ "source": "s", "id": "1" }] });
    assert_eq!(meant(&app, both).await.contact_id, ann);
    assert_eq!(meant(&app, json!({ "external_ids": [{ "source": "s", "id": "1" }] })).await.contact_id, ann);
    assert_eq!(meant(&app, json!({ "phone": "+14155550101" })).await.contact_id, bob);
}

async fn a_hidden_client_is_as_good_as_absent(app: TestApp) {
    let hidden = meant(&app, json!({ "email": "ann@example.com" })).await.contact_id;
    let owner = app.users.rival;
    let change = touchline::contacts::ContactChange { owner_id: Some(Some(owner)), ..Default::default() };
    let by = Principal::system();
    app.state.db.write(move |conn| store::update(conn, &by, hidden, None, &change)).await.unwrap();
    let sales =
        Principal { scope: Scope::Owners(std::sync::Arc::new([app.users.sales].into())), ..Principal::system() };
    for client in [json!({ "id": hidden }), json!({ "email": "ann@example.com" })] {
        let error = meant_by(&app, sales.clone(), client, CREATE).await.unwrap_err();
        assert_eq!(error.code.as_str(), "not_found");
    }
}

async fn many_at_once_make_one_contact(app: TestApp) {
    let client = || json!({ "email": "ann@example.com", "phone": "+14155550100" });
    let found = futures_util::future::join_all((0..40).map(|_| meant(&app, client()))).await;
    assert_eq!(found.iter().filter(|found| found.created).count(), 1);
    assert!(found.iter().all(|one| one.contact_id == found[0].contact_id));
}
