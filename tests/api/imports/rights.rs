//! What a file may make: settings only where the caller may change settings.

use serde_json::{Value, json};

use super::{counts, form, mapping, work};
use crate::support::{Client, TestApp, cases};

cases![
    custom_fields_are_made_only_by_those_who_may,
    stages_are_made_only_by_those_who_may,
    a_key_that_has_lost_its_right_stops_its_import,
];

async fn key(app: &TestApp, scopes: Value) -> (String, Client) {
    let made = app.admin.post("/api/v1/api-keys", json!({ "name": "Loader", "scopes": scopes })).await.created();
    (made.id(), app.admin.with_token(made.json["key"].as_str().unwrap()))
}

async fn custom_fields_are_made_only_by_those_who_may(app: TestApp) {
    let (_, weak) = key(&app, json!(["imports:run"])).await;
    let (_, strong) = key(&app, json!(["imports:run", "settings:write"])).await;
    for caller in [&app.marketer, &weak] {
        let file: &[u8] = b"email,Shoe size\na@x.example,43\n";
        let draft = caller.send("POST", "/api/v1/imports", form(&[("file", file)])).await.expect(202);
        let path = format!("/api/v1/imports/{}", draft.id());
        for step in ["dry-run", "run"] {
            caller.post_empty(&format!("{path}/{step}")).await.invalid(&["mapping.fields[1]"]);
        }
        let mut mapping = draft.json["mapping"].clone();
        mapping["fields"].as_array_mut().unwrap().truncate(1);
        caller.put_any(&format!("{path}/mapping"), mapping).await.ok();
        caller.post_empty(&format!("{path}/run")).await.expect(202);
        work(&app);
        assert_eq!(caller.get(&path).await.ok().json["status"], "finished");
    }
    let mut map = mapping(&["email=mail"]);
    let size = json!({ "target": "custom.size", "column": "size", "label": "Size" });
    map["fields"].as_array_mut().unwrap().push(size);
    let map = map.to_string();
    let parts: [(&str, &[u8]); 2] = [("mapping", map.as_bytes()), ("file", b"mail,size\nb@x.example,43\n")];
    weak.send("POST", "/api/v1/imports", form(&parts)).await.invalid(&["mapping.fields[1]"]);
    let sent = strong.send("POST", "/api/v1/imports", form(&parts)).await.expect(202);
    work(&app);
    let done = strong.get(&format!("/api/v1/imports/{}", sent.id())).await.ok();
    assert_eq!(counts(&done)[..2], [1, 1], "{}", done.text());
}

async fn stages_are_made_only_by_those_who_may(app: TestApp) {
    let file: &[u8] = b"Record ID,Deal Name,Deal Stage,Pipeline\n1,Roof,New,Houses\n";
    let draft = app.marketer.send("POST", "/api/v1/imports", form(&[("file", file)])).await.expect(202);
    let path = format!("/api/v1/imports/{}", draft.id());
    app.marketer.post_empty(&format!("{path}/run")).await.invalid(&["mapping.missing"]);
    let mut mapping = draft.json["mapping"].clone();
    mapping["missing"] = json!("refuse");
    app.marketer.put_any(&format!("{path}/mapping"), mapping).await.ok();
    app.marketer.post_empty(&format!("{path}/run")).await.expect(202);
    work(&app);
    assert_eq!(counts(&app.marketer.get(&path).await.ok()), [1, 0, 0, 0, 1, 0]);
    assert!(app.manager.get("/api/v1/pipelines").await.ok().items().is_empty());
}

async fn a_key_that_has_lost_its_right_stops_its_import(app: TestApp) {
    let (id, caller) = key(&app, json!(["imports:run", "settings:write"])).await;
    let map = mapping(&["email=mail"]).to_string();
    let parts: [(&str, &[u8]); 2] = [("mapping", map.as_bytes()), ("file", b"mail\nb@x.example\n")];
    let sent = caller.send("POST", "/api/v1/imports", form(&parts)).await.expect(202);
    app.admin.delete_any(&format!("/api/v1/api-keys/{id}")).await.no_content();
    work(&app);
    let after = app.manager.get(&format!("/api/v1/imports/{}", sent.id())).await.ok();
    assert_eq!(after.json["status"], "interrupted");
    assert!(app.manager.get("/api/v1/contacts").await.ok().items().is_empty());
}
