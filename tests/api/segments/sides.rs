//! The sides of a split go where the members go: into lists and files.

use serde_json::json;

use super::records::{names, tagged};
use crate::support::{TestApp, cases};

cases![a_side_of_a_split_is_exported_as_it_is_listed, a_side_of_nothing_is_refused];

async fn a_side_of_a_split_is_exported_as_it_is_listed(app: TestApp) {
    for n in 0..12 {
        app.person(&format!("n{n:02}"), &["vip"]).await;
    }
    app.person("other", &[]).await;
    let segment = app.segment("Best", tagged("vip")).await;
    let mut all = Vec::new();
    for side in ["control", "target"] {
        let split = format!("holdout=40&side={side}");
        let members = names(&app.marketer.get(&format!("/api/v1/segments/{segment}/members?{split}")).await.ok());
        let query = format!("segment_id={segment}&{split}");
        let file = app.marketer.get(&format!("/api/v1/exports/contacts?format=ndjson&{query}")).await.ok();
        let line = |line: &str| {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            row["given_name"].as_str().unwrap().to_owned()
        };
        let mut exported: Vec<String> = file.text().lines().map(line).collect();
        exported.sort();
        let listed = app.reader.get(&format!("/api/v1/contacts?sort=name&total=true&{query}")).await.ok();
        assert_eq!((names(&listed), &exported), (members.clone(), &members));
        assert_eq!(listed.json["total"], json!(members.len()));
        let first = app.reader.get(&format!("/api/v1/contacts?limit=1&{query}")).await.ok();
        assert_eq!(
            (first.items().len() == 1, first.json["next_cursor"].is_string()),
            (!members.is_empty(), members.len() > 1)
        );
        all.extend(exported);
    }
    all.sort();
    let wanted: Vec<String> = (0..12).map(|n| format!("n{n:02}")).collect();
    assert_eq!(all, wanted);
}

async fn a_side_of_nothing_is_refused(app: TestApp) {
    let segment = app.segment("Best", tagged("vip")).await;
    for path in ["contacts", "exports/contacts"] {
        let get = async |query: String| app.marketer.get(&format!("/api/v1/{path}?{query}")).await;
        get("holdout=10".to_owned()).await.invalid(&["segment_id"]);
        get(format!("segment_id={segment}&side=control")).await.invalid(&["side"]);
        get(format!("segment_id={segment}&holdout=101")).await.invalid(&["holdout"]);
    }
}
