//! Walks every operation of the OpenAPI document: each says who may call it, and just those may.

use actix_web::http::Method;
use actix_web::http::header::IF_MATCH;
use actix_web::test::TestRequest;
use diesel::prelude::*;
use serde_json::{Value, json};
use touchline::accounts::authenticate::hash;
use touchline::accounts::{ApiKeyId, Permission, Role};
use touchline::db::schema::api_keys;
use touchline::db::types::{Instant, Json};

use crate::support::{Client, TestApp, cases, json as with_json};

cases![every_operation_says_who_may_call_it_and_just_those_may];

/// The operations that need no credentials.
const PUBLIC: &[&str] = &[
    "GET /api/v1/setup",
    "POST /api/v1/setup",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/logout",
    "POST /v1/{call}",
    "POST /v1/inbound/email",
    "POST /v1/forms/{key}",
    "GET /touchline.js",
    "GET /v1/projects/{write_key}/settings",
    "GET /v1/decide",
    "GET /health/live",
    "GET /health/ready",
];

/// Who may call an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Allowed {
    Anyone,
    Person,
    /// Whoever has all of these.
    With(Vec<Permission>),
}

struct Operation {
    name: String,
    method: Method,
    path: String,
    allowed: Allowed,
}

fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(touchline::openapi::document()).unwrap();
    let mut found = Vec::new();
    for (template, item) in document["paths"].as_object().unwrap() {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let operation = &item[method.to_lowercase()];
            if operation.is_object() {
                let method: Method = method.parse().unwrap();
                let name = format!("{method} {template}");
                let mut path = fill(template, &document, operation);
                if path == "/api/v1/stream" {
                    // Else it would go on for minutes.
                    path.push_str("?seconds=0");
                }
                let allowed = allowed(&name, operation);
                found.push(Operation { name, method, path, allowed });
            }
        }
    }
    found
}

fn allowed(name: &str, operation: &Value) -> Allowed {
    assert!(operation["operationId"].is_string(), "{name} has no operationId");
    let Some(security) = operation["security"].as_array() else {
        assert!(PUBLIC.contains(&name), "{name} declares no security and is not on the list of public operations");
        return Allowed::Anyone;
    };
    assert!(!PUBLIC.contains(&name), "{name} is on the list of public operations but declares security");
    let [only] = security.as_slice() else { panic!("{name} must declare one way to be allowed: {security:?}") };
    let needed: Vec<&str> = only["bearer"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert!(!needed.is_empty(), "{name} must declare its permissions, or \"person\": {security:?}");
    if needed == ["person"] {
        return Allowed::Person;
    }
    let permission = |text: &&str| text.parse().unwrap_or_else(|_| panic!("{name}: {text} is no permission"));
    Allowed::With(needed.iter().map(permission).collect())
}

/// Puts something that fits its type, and names no record, for each parameter of the path.
fn fill(template: &str, document: &Value, operation: &Value) -> String {
    let mut path = template.to_owned();
    for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|each| each["in"] == "path") {
        let mut schema = &parameter["schema"];
        if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
            schema = &document["components"]["schemas"][name];
        }
        let value = match (&schema["enum"], schema["type"].as_str()) {
            (Value::Array(values), _) => values.last().and_then(Value::as_str).unwrap_or("x").to_owned(),
            (_, Some("integer")) => "1".to_owned(),
            _ => uuid::Uuid::new_v4().to_string(),
        };
        path = path.replace(&format!("{{{}}}", parameter["name"].as_str().unwrap()), &value);
    }
    assert!(!path.contains('{'), "{template} has a parameter that is not documented");
    path
}

async fn key_with(app: &TestApp, scopes: &[Permission]) -> Client {
    let names: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    let secret = format!("tlk_probe_{}", names.join("_"));
    let (digest, creator, scopes) = (hash(&secret), app.users.admin, scopes.to_vec());
    let insert = move |conn: &mut touchline::db::Connection| {
        let row = (
            api_keys::id.eq(ApiKeyId::new()),
            api_keys::name.eq("probe"),
            api_keys::prefix.eq("tlk_"),
            api_keys::hash.eq(digest.clone()),
            api_keys::scopes.eq(Json(scopes.clone())),
            api_keys::created_by.eq(creator),
            api_keys::created_at.eq(Instant::now()),
        );
        Ok(diesel::insert_into(api_keys::table).values(row).execute(conn)?)
    };
    app.state.db.write(insert).await.unwrap();
    app.anon.with_token(&secret)
}

impl Operation {
    async fn status(&self, client: &Client) -> u16 {
        let mut request = TestRequest::default().method(self.method.clone()).insert_header((IF_MATCH, "*"));
        if self.method != Method::GET && self.method != Method::DELETE {
            request = with_json(request, &json!({}));
        }
        client.send(self.method.as_str(), &self.path, request).await.status
    }

    /// `may` callers are neither 401 nor 403, others are 403.
    async fn check(&self, who: &str, client: &Client, may: bool) {
        let status = self.status(client).await;
        if may {
            assert!(![401, 403, 405].contains(&status) && status < 500, "{} answers {who} with {status}", self.name);
        } else {
            assert_eq!(status, 403, "{} answers {who} with {status}", self.name);
        }
    }
}

async fn every_operation_says_who_may_call_it_and_just_those_may(app: TestApp) {
    let (mut keys, mut several) = (Vec::new(), Vec::new());
    for scope in Permission::ALL {
        keys.push((*scope, key_with(&app, &[*scope]).await));
    }
    let operations = operations();
    assert!(PUBLIC.iter().all(|name| operations.iter().any(|operation| operation.name == *name)));
    for operation in operations {
        if operation.allowed == Allowed::Anyone {
            assert!(operation.status(&app.anon).await < 500, "{}", operation.name);
            continue;
        }
        assert_eq!(operation.status(&app.anon).await, 401, "{} without credentials", operation.name);
        assert_eq!(operation.status(&app.anon.with_token("tlk_unknown")).await, 401, "{}, unknown key", operation.name);
        for role in Role::ALL {
            let may = match &operation.allowed {
                Allowed::With(permissions) => permissions.iter().all(|each| role.may(*each)),
                Allowed::Anyone | Allowed::Person => true,
            };
            operation.check(role.as_str(), app.of(*role), may).await;
        }
        for (scope, key) in &keys {
            let may = operation.allowed == Allowed::With(vec![*scope]);
            operation.check(&format!("a key with {scope}"), key, may).await;
        }
        if let Allowed::With(permissions) = &operation.allowed
            && permissions.len() > 1
        {
            let known = several.iter().position(|(of, _)| of == permissions).unwrap_or(several.len());
            if known == several.len() {
                several.push((permissions.clone(), key_with(&app, permissions).await));
            }
            let (_, key) = &several[known];
            operation.check("a key with just what it needs", key, true).await;
        }
    }
}
