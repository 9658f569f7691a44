use serde_json::json;

use crate::support::{TestApp, cases};

cases![
    a_team_is_renamed_from_its_current_version_only,
    a_team_with_members_is_not_deleted,
    only_an_administrator_makes_teams
];

async fn a_team_is_renamed_from_its_current_version_only(app: TestApp) {
    let team = app.admin.post("/api/v1/teams", json!({ "name": "East" })).await.created();
    let path = format!("/api/v1/teams/{}", team.id());
    app.admin.patch(&path, json!({ "name": "Centre" })).await.problem(428, "precondition_required");
    let renamed = app.admin.patch_from(&team, &path, json!({ "name": "Centre" })).await.ok();
    assert_eq!(renamed.json["name"], "Centre");
    app.admin.patch_from(&team, &path, json!({ "name": "West" })).await.problem(412, "precondition_failed");
}

async fn a_team_with_members_is_not_deleted(app: TestApp) {
    let teams = app.admin.get("/api/v1/teams").await.ok();
    let path = format!("/api/v1/teams/{}", teams.json["items"][0]["id"].as_str().unwrap());
    app.admin.delete_any(&path).await.problem(409, "in_use");
    let empty = app.admin.post("/api/v1/teams", json!({ "name": "East" })).await.created();
    app.admin.delete_from(&empty, &format!("/api/v1/teams/{}", empty.id())).await.no_content();
}

async fn only_an_administrator_makes_teams(app: TestApp) {
    app.anon.post("/api/v1/teams", json!({ "name": "X" })).await.problem(401, "unauthorized");
    app.manager.post("/api/v1/teams", json!({ "name": "X" })).await.problem(403, "forbidden");
}
