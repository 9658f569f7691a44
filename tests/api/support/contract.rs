//! Holds every exchange against the OpenAPI document: the status is documented and the body fits its schema.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use actix_web::dev::ResourceDef;
use jsonschema::Validator;
use serde_json::{Value, json};

use super::answer::Answer;

/// The document, ready to check against.
pub struct Contract {
    document: Value,
    paths: Vec<(ResourceDef, String)>,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Contract {
    /// The one contract all tests share.
    pub fn shared() -> Arc<Self> {
        static CONTRACT: OnceLock<Arc<Contract>> = OnceLock::new();
        CONTRACT.get_or_init(|| Arc::new(Self::new())).clone()
    }

    fn new() -> Self {
        let document = serde_json::to_value(touchline::openapi::document()).expect("a document");
        let paths = document["paths"].as_object().into_iter().flatten();
        let paths = paths.map(|(path, _)| (ResourceDef::new(path.as_str()), path.clone())).collect();
        Self { document, paths, validators: Mutex::default() }
    }

    #[track_caller]
    pub fn check(&self, method: &str, uri: &str, answer: &Answer) {
        let path = uri.split('?').next().unwrap_or_default();
        // The most literal pattern wins, as it does in the router.
        let known = self
            .paths
            .iter()
            .filter(|(pattern, _)| pattern.is_match(path))
            .min_by_key(|(_, name)| name.matches('{').count());
        let Some((_, template)) = known else { return };
        if method == "OPTIONS" {
            return;
        }
        let operation = &self.document["paths"][template][method.to_lowercase()];
        if operation.is_null() {
            assert_eq!(answer.status, 405, "{method} {template} is not documented: {}", answer.text());
            return;
        }
        let response = &operation["responses"][answer.status.to_string()];
        assert!(
            !response.is_null(),
            "{method} {template}: status {} is not documented: {}",
            answer.status,
            answer.text()
        );
        let declared = answer.header("content-type").unwrap_or_default();
        let media = declared.split(';').next().unwrap_or_default();
        if let Some(schema) = response["content"][media].get("schema") {
            self.fits(schema, answer, &format!("{method} {template} {}", answer.status));
        } else {
            assert!(answer.body.is_empty(), "{method} {template} {}: {media} is not documented", answer.status);
        }
    }

    fn fits(&self, schema: &Value, answer: &Answer, what: &str) {
        if answer.json.is_null() {
            return;
        }
        let validator = self
            .validators
            .lock()
            .unwrap()
            .entry(schema.to_string())
            .or_insert_with(|| {
                let mut root = schema.clone();
                root["components"] = json!({ "schemas": self.document["components"]["schemas"] });
                Arc::new(jsonschema::validator_for(&root).expect("a schema"))
            })
            .clone();
        let errors: Vec<_> =
            validator.iter_errors(&answer.json).map(|error| format!("{error} at {}", error.instance_path)).collect();
        assert!(errors.is_empty(), "{what} does not fit its schema: {errors:?}\n{}", answer.text());
    }
}
