//! Files as they should not be: told clearly, nothing lost, nothing half taken.

use serde_json::json;

use super::{counts, import, problems, propose, run};
use crate::support::{TestApp, cases};

cases![
    the_odd_cases_of_csv_are_read,
    a_file_that_is_cut_off_is_told,
    charsets_are_found_and_a_wrong_one_told,
    rows_of_ten_thousand_cells_are_taken,
    formulas_are_texts,
    cells_that_cannot_be_read_are_kept_in_a_note,
    repeated_headers_are_told_apart,
];

async fn names(app: &TestApp) -> Vec<String> {
    let people = app.manager.get("/api/v1/contacts?limit=200").await.ok();
    let mut names: Vec<_> =
        people.items().iter().map(|contact| contact["display_name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

async fn the_odd_cases_of_csv_are_read(app: TestApp) {
    let files = [
        ("commas in quotes", "email,name\na1@x.example,\"Lee, Ann\"\n"),
        ("an empty last cell", "email,name,note\na2@x.example,Empty,\"\"\n"),
        ("quotes in quotes", "email,name\na3@x.example,\"Ann \"\"A\"\" Lee\"\n"),
        ("line ends in quotes", "email,name,note\r\na4@x.example,Lines,\"one\r\ntwo\"\r\n"),
        ("json in a cell", "email,name,note\na5@x.example,Json,\"{\"\"type\"\": \"\"Point\"\"}\"\n"),
        ("no line end at the end", "email,name\na6@x.example,Last"),
        ("a mark of UTF-8", "\u{feff}email,name\na7@x.example,Mark\n"),
        ("letters of all scripts", "email,name\na8@x.example,ʤ 王小明\n"),
        ("blank lines", "email,name\n\n\na9@x.example,Blank\n\n"),
    ];
    for (what, file) in files {
        let done = run(&app, &propose(&app, file.as_bytes()).await.id()).await;
        assert_eq!(counts(&done), [1, 1, 0, 0, 0, 0], "{what}: {:?}", problems(&app, &done).await);
    }
    let expected = ["Ann \"A\" Lee", "Blank", "Empty", "Json", "Last", "Lee, Ann", "Lines", "Mark", "ʤ 王小明"];
    assert_eq!(names(&app).await, expected);
}

async fn a_file_that_is_cut_off_is_told(app: TestApp) {
    let done = import(&app, &["email=mail", "given_name=first"], "mail,first\na@x.example,Ann\nb@x.exam").await;
    assert_eq!(counts(&done), [2, 1, 0, 0, 1, 0]);
    assert_eq!(problems(&app, &done).await, ["2 - error ragged"]);
    let done = import(&app, &["email=mail", "given_name=first"], "mail,first\nc@x.example,Cy\nd@x.example,\"Di").await;
    assert_eq!(counts(&done), [2, 2, 0, 0, 0, 1]);
    assert_eq!(problems(&app, &done).await, ["2 - warning truncated"]);
    let cards = "BEGIN:VCARD\nFN:Whole\nEMAIL:w@x.example\nEND:VCARD\nBEGIN:VCARD\nFN:Cut\n";
    let done = run(&app, &propose(&app, cards.as_bytes()).await.id()).await;
    assert_eq!(problems(&app, &done).await, ["2 - warning truncated"]);
    assert_eq!(counts(&done), [2, 2, 0, 0, 0, 1]);
    let mut endless = "mail,first\na@x.example,Ann\nb@x.example,\"".to_owned();
    endless.push_str(&"x,y\n".repeat(5 * 1024 * 1024));
    let done = import(&app, &["email=mail"], &endless).await;
    assert_eq!(done.json["status"], "failed");
    assert!(done.json["problem"].as_str().unwrap().contains("From row 2 on a row is longer"), "{}", done.text());
}

async fn charsets_are_found_and_a_wrong_one_told(app: TestApp) {
    let text = "email;name\nu@x.example;Жанна Ли\n";
    let wide: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    run(&app, &propose(&app, &wide).await.id()).await;
    let (german, ..) = encoding_rs::WINDOWS_1252.encode("email;name\ng@x.example;Jürgen Müller aus Köln\n");
    run(&app, &propose(&app, &german).await.id()).await;
    assert_eq!(names(&app).await, ["Jürgen Müller aus Köln", "Жанна Ли"]);
    let done = super::send(
        &app.manager,
        &super::mapping(&["email=email", "given_name=name"]),
        b"email,name\na@x.example,\xff\n",
    )
    .await;
    super::work(&app);
    assert_eq!(problems(&app, &done).await, ["1 - error encoding"]);
}

async fn rows_of_ten_thousand_cells_are_taken(app: TestApp) {
    let headers: Vec<_> = (0..10_000).map(|n| if n == 5_000 { "email".to_owned() } else { format!("c{n}") }).collect();
    let row = |who: &str| {
        let cells = (0..10_000).map(|n| {
            if n == 5_000 {
                who
            } else if n % 100 == 0 {
                "x"
            } else {
                ""
            }
        });
        cells.collect::<Vec<_>>().join(",")
    };
    let file = format!("{}\n{}\n{}\n", headers.join(","), row("a@x.example"), row("b@x.example"));
    let draft = propose(&app, file.as_bytes()).await;
    assert_eq!(draft.json["proposal"]["columns"].as_array().unwrap().len(), 10_000);
    let done = run(&app, &draft.id()).await;
    assert_eq!(counts(&done), [2, 2, 0, 0, 0, 0], "{:?}", done.json["problem"]);
    let people = app.manager.get("/api/v1/contacts").await.ok();
    assert_eq!(people.items()[0]["custom"].as_object().unwrap().len(), 99);
}

async fn formulas_are_texts(app: TestApp) {
    let file = "email,name,Score\na@x.example,\"=HYPERLINK(\"\"http://evil.example\"\",\"\"x\"\")\",=1+1\n";
    run(&app, &propose(&app, file.as_bytes()).await.id()).await;
    let people = app.manager.get("/api/v1/contacts").await.ok();
    assert_eq!(people.items()[0]["display_name"], "=HYPERLINK(\"http://evil.example\",\"x\")");
    assert_eq!(people.items()[0]["custom"]["score"], "=1+1");
}

async fn cells_that_cannot_be_read_are_kept_in_a_note(app: TestApp) {
    let long = "x".repeat(300);
    let file = format!("email,name,job title,phone,country\na@x.example,Ann,{long},call me,Atlantis\n");
    let done = run(&app, &propose(&app, file.as_bytes()).await.id()).await;
    assert_eq!(counts(&done), [1, 1, 0, 0, 0, 1]);
    let told = problems(&app, &done).await;
    assert_eq!(told, ["1 phone warning format", "1 country warning unknown_country", "1 job title warning length"]);
    let contact = app.manager.get("/api/v1/contacts").await.ok().items()[0]["id"].as_str().unwrap().to_owned();
    let line = app.manager.get(&format!("/api/v1/contacts/{contact}/timeline?type=note")).await.ok();
    assert_eq!(line.items()[0]["body"], json!(format!("phone: call me\ncountry: Atlantis\njob title: {long}")));
}

async fn repeated_headers_are_told_apart(app: TestApp) {
    let file = "email ,Phone, phone,Size,Size\na@x.example,+14155550100,+14155550101,L,43\n";
    let done = run(&app, &propose(&app, file.as_bytes()).await.id()).await;
    assert_eq!(counts(&done), [1, 1, 0, 0, 0, 0], "{:?}", problems(&app, &done).await);
    let people = app.manager.get("/api/v1/contacts").await.ok();
    assert_eq!(people.items()[0]["phones"].as_array().unwrap().len(), 2);
    assert_eq!(people.items()[0]["custom"], json!({ "size": "L", "size_2": "43" }));
}
