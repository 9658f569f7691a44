//! The rules of the code that a compiler does not know.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

/// Every Rust file under a folder, with its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut folders, mut found) = (vec![root.join(folder)], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    assert!(!found.is_empty());
    found
}

/// Lines of files that hold one of `words`, as `file:line`.
fn holding(words: &[&str], files: impl Iterator<Item = (PathBuf, String)>) -> Vec<String> {
    files
        .flat_map(|(path, text)| {
            let lines: Vec<_> = text
                .lines()
                .enumerate()
                .filter(|(_, line)| words.iter().any(|word| line.contains(word)))
                .map(|(number, line)| format!("{}:{}: {}", path.display(), number + 1, line.trim()))
                .collect();
            lines
        })
        .collect()
}

#[test]
fn only_the_database_module_knows_which_database_it_is() {
    let outside = sources("src").into_iter().filter(|(path, _)| !path.starts_with("src/db"));
    let found = holding(&["Connection::Sqlite", "Connection::Postgres", "diesel::sqlite", "diesel::pg"], outside);
    assert!(found.is_empty(), "belongs under src/db/: {found:#?}");
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    let words = [concat!("#[", "allow("), concat!("#![", "allow(")];
    let found = holding(&words, sources("src").into_iter().chain(sources("tests")));
    assert!(found.is_empty(), "use #[expect(…, reason = …)]: {found:#?}");
}

#[test]
fn files_stay_short() {
    for (folder, most) in [("src", 400), ("tests", 500)] {
        let long: Vec<_> = sources(folder)
            .into_iter()
            // The table declarations are data, one line a column.
            .filter(|(path, text)| !path.ends_with("db/schema.rs") && text.lines().count() > most)
            .map(|(path, text)| format!("{}: {} lines", path.display(), text.lines().count()))
            .collect();
        assert!(long.is_empty(), "over {most} lines: {long:#?}");
    }
}

#[test]
fn the_checked_in_description_of_the_api_is_current() {
    let checked_in = include_str!("../openapi.yaml");
    let current = touchline::openapi::yaml().unwrap();
    assert!(checked_in.trim_end() == current.trim_end(), "run: cargo run -- openapi > openapi.yaml");
}

/// Bundled SQLite slows down with every thread unless its global memory statistics are off.
#[test]
fn sqlite_is_built_as_cargo_config_asks() {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Used {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        used: bool,
    }
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    for (option, wanted) in [
        ("DEFAULT_MEMSTATUS=0", true),
        ("DQS=0", true),
        ("ENABLE_API_ARMOR", false),
        ("ENABLE_MEMORY_MANAGEMENT", false),
    ] {
        let asked = diesel::sql_query("SELECT sqlite_compileoption_used(?) AS used");
        let found: Used = asked.bind::<diesel::sql_types::Text, _>(option).get_result(&mut conn).unwrap();
        assert_eq!(found.used, wanted, "{option}: build with the LIBSQLITE3_FLAGS of .cargo/config.toml");
    }
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    let document = serde_json::to_value(touchline::openapi::document()).unwrap();
    let text = document.to_string();
    let named = text.split("\"#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next());
    let missing: Vec<_> = named.filter(|name| document["components"]["schemas"].get(name).is_none()).collect();
    assert!(missing.is_empty(), "not among the document's schemas: {missing:?}");
}

/// The document's schemas have one name each: of two types of one name, the later would describe both.
#[test]
fn no_two_described_types_share_a_name() {
    let mut names: Vec<(String, PathBuf)> = Vec::new();
    for (path, text) in sources("src") {
        let mut described = false;
        for line in text.lines().map(str::trim) {
            described |= line.starts_with("#[derive(") && line.contains("ToSchema");
            described |= line.starts_with("crate::text_enum!");
            let words: Vec<_> = line.split([' ', '(', '<', '{', ';']).collect();
            let kind = words.iter().position(|word| matches!(*word, "struct" | "enum"));
            if let Some(name) = kind.and_then(|at| words.get(at + 1)).filter(|_| !line.starts_with("//")) {
                names.extend(described.then(|| ((*name).to_owned(), path.clone())));
                described = false;
            }
        }
    }
    assert!(names.len() > 50, "the types are found");
    names.sort();
    let twice: Vec<_> =
        names.windows(2).filter(|pair| pair.first().map(|p| &p.0) == pair.last().map(|p| &p.0)).collect();
    assert!(twice.is_empty(), "rename one of each: {twice:?}");
}
