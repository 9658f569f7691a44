use serde_json::{Value, json};

use super::receiver::Receiver;
use crate::support::{Answer, Client, TestApp, cases};

cases![
    a_webhook_is_made_changed_deleted_and_restored,
    the_secret_is_shown_once_also_where_the_request_is_retried,
    bad_input_is_named,
    only_leaders_who_see_every_record_say_where_changes_are_sent,
    a_webhook_asks_for_no_more_than_its_maker_may_read,
    each_step_is_in_the_audit_log,
];

pub const HOOKS: &str = "/api/v1/webhooks";

pub fn path(webhook: &Answer) -> String {
    format!("{HOOKS}/{}", webhook.id())
}

impl TestApp {
    /// The same application, which may send to this machine.
    pub async fn sending(self) -> Self {
        let config = touchline::config::Config {
            webhook_networks: vec!["127.0.0.0/8".parse().unwrap()],
            ..self.state.config.clone()
        };
        self.restart(config).await
    }

    /// A webhook of these types; `more` is added.
    pub async fn webhook(&self, receiver: &Receiver, types: &[&str], more: Value) -> Answer {
        let mut body = json!({ "url": receiver.url, "types": types });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.admin.post(HOOKS, body).await.created()
    }
}

fn example() -> Value {
    json!({ "url": "https://example.com/hooks", "types": ["contact.*"] })
}

async fn a_webhook_is_made_changed_deleted_and_restored(app: TestApp) {
    let made = app.manager.post(HOOKS, example()).await.created();
    let path = path(&made);
    let shown = app.manager.get(&path).await.ok();
    assert_eq!(shown.json, made.json["webhook"]);
    assert!(!shown.text().contains("whsec_"));
    let change = json!({ "description": "ERP", "filter": { "tag": "vip" }, "ordered": true });
    let changed = app.manager.patch_from(&shown, &path, change).await.ok();
    assert_eq!((&changed.json["description"], &changed.json["filter"]), (&json!("ERP"), &json!({ "tag": "vip" })));
    app.manager.patch_from(&shown, &path, json!({ "ordered": false })).await.problem(412, "precondition_failed");
    app.manager.patch(&path, json!({})).await.problem(428, "precondition_required");
    let cleared = app.manager.patch_any(&path, json!({ "description": null, "filter": null })).await.ok();
    assert_eq!((&cleared.json["description"], &cleared.json["filter"]), (&json!(null), &json!({})));
    app.manager.delete_any(&path).await.no_content();
    app.manager.get(&path).await.problem(404, "not_found");
    assert!(app.manager.get(HOOKS).await.ok().items().is_empty());
    assert_eq!(app.manager.get(&format!("{HOOKS}?deleted=true")).await.ok().items().len(), 1);
    let back = app.manager.post_empty(&format!("{path}/restore")).await.ok();
    assert_eq!(back.json["pause_reason"], "requested");
}

async fn the_secret_is_shown_once_also_where_the_request_is_retried(app: TestApp) {
    let made = app.admin.post_once("k", HOOKS, example()).await.created();
    assert!(made.json["secret"].as_str().unwrap().starts_with("whsec_"));
    let again = app.admin.post_once("k", HOOKS, example()).await.created();
    assert_eq!((again.id(), &again.json["secret"]), (made.id(), &json!(null)));
    assert_eq!(app.admin.get(HOOKS).await.ok().items().len(), 1);
}

async fn bad_input_is_named(app: TestApp) {
    app.admin.post(HOOKS, json!({})).await.invalid(&["url", "types"]);
    let bad = json!({ "url": "http://example.com", "types": ["contact.*", "contact.eaten"], "filter": { "tag": "" } });
    app.admin.post(HOOKS, bad).await.invalid(&["url", "types[1]", "filter.tag"]);
    for url in ["https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest", "https://2130706433/", "x"] {
        app.admin.post(HOOKS, json!({ "url": url, "types": ["*"] })).await.invalid(&["url"]);
    }
    app.admin.post(HOOKS, json!({ "url": "https://example.com", "types": [] })).await.invalid(&["types"]);
    let made = app.admin.post(HOOKS, example()).await.created();
    let span = json!({ "from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z" });
    app.admin.post(&format!("{}/replay", path(&made)), span).await.invalid(&["to"]);
    app.admin.get(&format!("{}/deliveries?status=x", path(&made))).await.invalid(&["status"]);
}

async fn only_leaders_who_see_every_record_say_where_changes_are_sent(app: TestApp) {
    for client in [&app.sales, &app.marketer, &app.reader] {
        client.post(HOOKS, example()).await.problem(403, "forbidden");
        client.get(HOOKS).await.problem(403, "forbidden");
    }
    app.admin.put_any("/api/v1/roles/manager", json!({ "visibility": "team" })).await.ok();
    app.manager.post(HOOKS, example()).await.problem(403, "forbidden");
}

async fn a_webhook_asks_for_no_more_than_its_maker_may_read(app: TestApp) {
    let scopes = json!({ "name": "hooks", "scopes": ["webhooks:manage", "contacts:read"] });
    let made = app.admin.post("/api/v1/api-keys", scopes).await.created();
    let key: Client = app.anon.with_token(made.json["key"].as_str().unwrap());
    let hook = key.post(HOOKS, example()).await.created();
    key.patch(&path(&hook), json!({ "types": ["lead.created"] })).await.problem(403, "forbidden");
    key.post(HOOKS, json!({ "url": "https://example.com", "types": ["*"] })).await.problem(403, "forbidden");
}

async fn each_step_is_in_the_audit_log(app: TestApp) {
    let made = app.admin.post(HOOKS, example()).await.created();
    let path = path(&made);
    for step in ["pause", "resume", "secret"] {
        app.admin.post_empty(&format!("{path}/{step}")).await.ok();
    }
    app.admin.delete_any(&path).await.no_content();
    let log = app.admin.get("/api/v1/audit?entity=webhook").await.ok();
    let actions: Vec<_> = log.items().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["delete", "rotate_secret", "resume", "pause", "create"]);
    assert!(!log.text().contains("whsec_"));
}
