//! Files that others have collected, in the folder that `TOUCHLINE_TEST_FILES` names: none crashes, and no name, phone or
//! address of a vCard that can be read is lost. Without the variable nothing is run.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{form, step, work};
use crate::support::{TestApp, cases};

cases![every_file_of_a_folder_is_taken_or_refused_with_a_reason];

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() { all.extend(files(&entry.path())) } else { all.push(entry.path()) }
    }
    all.sort();
    all
}

async fn every_file_of_a_folder_is_taken_or_refused_with_a_reason(app: TestApp) {
    let Some(folder) = std::env::var_os("TOUCHLINE_TEST_FILES") else { return };
    let (mut lost, mut refused, mut taken) = (Vec::new(), Vec::new(), 0);
    for path in files(Path::new(&folder)) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let answer = app.manager.send("POST", "/api/v1/imports", form(&[("file", &bytes)])).await;
        assert!([202, 400, 422].contains(&answer.status), "{name}: {}", answer.text());
        if answer.status != 202 {
            refused.push(format!("{name}: {}", answer.text()));
            continue;
        }
        for go in ["dry-run", "run"] {
            let begun = step(&app, &answer.id(), go).await;
            assert!([202, 422].contains(&begun.status), "{name}: {}", begun.text());
            work(&app);
        }
        let import = app.manager.get(&format!("/api/v1/imports/{}", answer.id())).await.ok().json;
        let number = |field: &str| import[field].as_i64().unwrap();
        if import["status"] != "finished" || number("failed") > 0 {
            let errors = app.manager.get(&format!("/api/v1/imports/{}/errors", answer.id())).await.ok();
            let told: Vec<_> = errors.items().iter().map(|error| error["message"].clone()).collect();
            refused.push(format!("{name}: {} {} {told:?}", import["status"], import["problem"]));
        }
        assert_ne!(import["status"], "running", "{name}");
        taken += 1;
        let kept = texts(&app).await;
        lost.extend(
            wanted(&String::from_utf8_lossy(&bytes))
                .into_iter()
                .filter(|(what, text)| !holds(&kept, what, text))
                .map(|(what, text)| format!("{name}: {what} {text}")),
        );
    }
    assert!(lost.is_empty(), "{taken} taken; refused:\n{}\nlost:\n{}", refused.join("\n"), lost.join("\n"));
    assert!(std::env::var_os("TOUCHLINE_TEST_TELL").is_none(), "{taken} taken; refused:\n{}", refused.join("\n"));
}

/// All that is kept of the clients made lately.
async fn texts(app: &TestApp) -> String {
    let mut all = String::new();
    for contact in app.manager.get("/api/v1/contacts?limit=40&sort=-updated_at").await.ok().items() {
        all.push_str(&plain(contact));
        let line = app
            .manager
            .get(&format!("/api/v1/contacts/{}/timeline?limit=50", contact["id"].as_str().unwrap()))
            .await
            .ok();
        line.items().iter().for_each(|entry| all.push_str(&plain(entry)));
        if let Some(company) = contact["company_id"].as_str() {
            all.push_str(&plain(&app.manager.get(&format!("/api/v1/companies/{company}")).await.ok().json));
        }
    }
    all.to_lowercase()
}

/// The texts in a value, one a line.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone() + "\n",
        Value::Array(all) => all.iter().map(plain).collect(),
        Value::Object(all) => all.values().map(plain).collect(),
        _ => String::new(),
    }
}

/// The names, phones and addresses that a plain reader finds in vCards.
fn wanted(file: &str) -> Vec<(&'static str, String)> {
    let unfolded = file.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    let mut found = Vec::new();
    for line in
        unfolded.lines().filter(|line| !line.to_uppercase().contains("QUOTED-PRINTABLE") && !line.contains('\\'))
    {
        let Some((head, value)) = line.split_once(':') else { continue };
        let head = head.rsplit_once('.').map_or(head, |(_, head)| head);
        let what = head.split(';').next().unwrap_or_default().to_uppercase();
        match what.as_str() {
            "FN" => found.push(("name", value.trim().to_lowercase())),
            "TEL" => {
                let digits: String =
                    value.split(";ext").next().unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
                if digits.len() >= 7 {
                    found.push(("phone", digits[digits.len() - 7..].to_owned()));
                }
            }
            "ADR" => found.extend(value.split(';').map(|part| ("address", part.trim().to_lowercase()))),
            _ => {}
        }
    }
    found.retain(|(_, text)| text.chars().filter(|c| c.is_alphanumeric()).count() >= 3);
    found
}

fn holds(kept: &str, what: &str, text: &str) -> bool {
    match what {
        "phone" => {
            kept.lines().any(|line| line.chars().filter(char::is_ascii_digit).collect::<String>().contains(text))
        }
        _ => {
            let plain = |text: &str| {
                text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
            };
            plain(kept).contains(&plain(text))
        }
    }
}
