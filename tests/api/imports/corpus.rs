//! Files that others have collected, in the folder that `TOUCHLINE_TEST_FILES` names: none crashes, and no name, phone or
//! address of a vCard that can be read is lost. Each is taken back before the next: many tell of the same people. Without
//! the variable nothing is run.

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
        let kept = Kept::of(&texts(&app).await);
        let gone = wanted(&decoded(&name, bytes)).into_iter().filter(|(what, text)| !kept.holds(what, text));
        lost.extend(gone.map(|(what, text)| format!("{name}: {what} {text}")));
        step(&app, &answer.id(), "undo").await;
        work(&app);
        assert_eq!(texts(&app).await, "", "{name} is not taken back");
    }
    assert!(lost.is_empty(), "{taken} taken; refused:\n{}\nlost:\n{}", refused.join("\n"), lost.join("\n"));
    assert!(std::env::var_os("TOUCHLINE_TEST_TELL").is_none(), "{taken} taken; refused:\n{}", refused.join("\n"));
}

/// The text of a file, by the charset that a person would tell.
fn decoded(name: &str, bytes: Vec<u8>) -> String {
    let charset = match name {
        "230.vcf" => encoding_rs::WINDOWS_1251,
        "237.vcf" => encoding_rs::WINDOWS_1255,
        _ => encoding_rs::WINDOWS_1252,
    };
    String::from_utf8(bytes).unwrap_or_else(|bytes| charset.decode(bytes.as_bytes()).0.into_owned())
}

/// All that is kept.
async fn texts(app: &TestApp) -> String {
    let mut all = String::new();
    for list in ["contacts", "companies", "interactions"] {
        let mut cursor = String::new();
        loop {
            let page = app.manager.get(&format!("/api/v1/{list}?limit=200{cursor}")).await.ok();
            page.items().iter().for_each(|item| all.push_str(&plain(item)));
            let Some(next) = page.json["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
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
            // The country is kept as its two letters.
            "ADR" => found.extend(value.split(';').take(6).map(|part| ("address", part.trim().to_lowercase()))),
            _ => {}
        }
    }
    found.retain(|(_, text)| text.chars().filter(|c| c.is_alphanumeric()).count() >= 3);
    found
}

struct Kept {
    words: String,
    numbers: Vec<String>,
}

impl Kept {
    fn of(all: &str) -> Self {
        let digits = |line: &str| line.chars().filter(char::is_ascii_digit).collect::<String>();
        let numbers = all.lines().map(digits).filter(|digits| digits.len() >= 7).collect();
        Self { words: words(all), numbers }
    }

    fn holds(&self, what: &str, text: &str) -> bool {
        if what == "phone" {
            self.numbers.iter().any(|number| number.contains(text))
        } else {
            self.words.contains(&words(text))
        }
    }
}

fn words(text: &str) -> String {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
