//! What other systems know of a lead's past and of what is to be done.

use serde_json::{Value, json};

use super::{counts, import, problems, propose, run, undo};
use crate::support::{Answer, TestApp, cases};

cases![
    assumed_stages_come_back_when_the_history_is_taken_back,
    gaps_between_stages_are_closed_and_told,
    a_converted_lead_and_its_contact_are_one_person,
    a_converted_lead_that_comes_last_is_the_same_person,
    what_is_to_be_done_becomes_a_task_and_what_is_done_a_touchpoint,
    each_client_of_a_campaign_keeps_its_visit,
    unknown_columns_of_a_history_become_fields_of_the_lead,
    undoing_takes_companies_ids_and_suggestions_back,
    numbers_beyond_what_a_client_can_have_are_kept_in_a_note,
    people_who_share_a_phone_lose_no_name,
];

async fn take(app: &TestApp, file: &str) -> Answer {
    let draft = propose(app, file.as_bytes()).await;
    let done = run(app, &draft.id()).await;
    assert_eq!(done.json["status"], "finished", "{}", done.text());
    done
}

async fn items(app: &TestApp, path: &str) -> Vec<Value> {
    app.manager.get(path).await.ok().items().clone()
}

/// When a lead entered which stages, as its client's line tells.
async fn stays(app: &TestApp, lead: &Value) -> Vec<String> {
    let contact = lead["contact_id"].as_str().unwrap();
    let mut line = items(app, &format!("/api/v1/contacts/{contact}/timeline?type=stage_move&limit=50")).await;
    line.retain(|entry| entry["lead_id"] == lead["id"]);
    let told = |entry: &Value| {
        format!("{} {}", &entry["occurred_at"].as_str().unwrap()[..16], entry["subject"].as_str().unwrap())
    };
    let mut all: Vec<_> = line.iter().map(told).collect();
    all.sort();
    all
}

async fn assumed_stages_come_back_when_the_history_is_taken_back(app: TestApp) {
    take(
        &app,
        "Id,AccountId,Name,StageName,Amount,CurrencyIsoCode,CloseDate,CreatedDate\n\
         006B,001A,Door,Negotiation,50,EUR,2034-01-01,2024-03-01T09:00:00.000Z\n\
         006C,001A,Gate,Closed Won,50,EUR,2024-04-01,2024-03-01T09:00:00.000Z\n",
    )
    .await;
    let standing = || async {
        let mut leads = items(&app, "/api/v1/leads").await;
        leads.sort_by_key(|lead| lead["title"].to_string());
        let mut all = Vec::new();
        for lead in leads {
            let facts = ["stage_id", "stage_entered_at", "entered_at", "closed_at"].map(|name| lead[name].clone());
            all.push((facts, stays(&app, &lead).await));
        }
        all
    };
    let before = standing().await;
    let history = "Id,OpportunityId,CreatedDate,StageName\n\
        1,006B,2024-03-01T09:00:00.000Z,Prospecting\n2,006B,2024-03-04T09:00:00.000Z,Negotiation\n\
        3,006C,2024-03-01T09:00:00.000Z,Prospecting\n4,006C,2024-03-09T09:00:00.000Z,Closed Won\n";
    let done = take(&app, history).await;
    assert_ne!(standing().await, before);
    let undone = undo(&app, &done.id()).await;
    assert_eq!(undone.json["taken_back"]["kept"], 0, "{}", undone.text());
    assert_eq!(standing().await, before);
    take(&app, history).await;
    assert_ne!(standing().await, before, "the same file can come again");
}

async fn gaps_between_stages_are_closed_and_told(app: TestApp) {
    let deals = "Record ID,Deal Name,Deal Stage,Pipeline,Create Date,\"Date entered \"\"A (Big)\"\"\",\"Date exited \"\"A (Big)\"\"\",\"Date exited \"\"B (Big)\"\"\",\"Date entered \"\"C (Big)\"\"\"\n\
        1,Roof,C,Big,2024-03-01 09:00,2024-03-01 09:00,2024-03-02 09:00,2024-03-05 09:00,2024-03-07 09:00\n\
        2,Door,B,Big,2024-03-01 09:00,2024-03-01 09:00,2024-03-03 10:00,,\n";
    let done = take(&app, deals).await;
    assert_eq!(
        problems(&app, &done).await,
        ["1 Date exited \"B (Big)\" warning assumed_entry", "1 Date exited \"B (Big)\" warning gap"]
    );
    let (from, until) = ("2024-03-05T09:00:00Z", "2024-03-07T09:00:00Z");
    let told = super::params(&app, &done).await;
    assert_eq!(told[0], json!({ "stage": "B", "from": "2024-03-02T09:00:00Z" }));
    assert_eq!(told[1], json!({ "stage": "B", "next": "C", "from": from, "until": until }));
    let leads = items(&app, "/api/v1/leads").await;
    let of = |title: &str| leads.iter().find(|lead| lead["title"] == title).unwrap();
    assert_eq!(stays(&app, of("Roof")).await, ["2024-03-01T09:00 A", "2024-03-02T09:00 B", "2024-03-07T09:00 C"]);
    assert_eq!(stays(&app, of("Door")).await, ["2024-03-01T09:00 A", "2024-03-03T10:00 B"]);
    assert_eq!(counts(&take(&app, deals).await)[1..3], [0, 0], "the same file again changes nothing");
}

const LEAD: &str = "Id,LastName,FirstName,Company,Email,LeadSource,Status,IsConverted,ConvertedDate,ConvertedContactId,ConvertedAccountId,ConvertedOpportunityId,CreatedDate\n\
    00Q1,Lee,Ann,Acme,ann@old.example,Web,Closed - Converted,true,2024-03-05,003A,001A,006A,2024-03-01\n";
const CONTACT: &str =
    "Id,AccountId,LastName,FirstName,MailingCity,Phone,Email\n003A,001A,Lee,Ann,Bonn,,ann@new.example\n";
const OPPORTUNITY: &str = "Id,AccountId,Name,StageName,Amount,CurrencyIsoCode,CloseDate,CreatedDate\n\
    006A,001A,Roof,Negotiation,50,EUR,2034-01-01,2024-03-05T09:00:00.000Z\n";

async fn converted(app: &TestApp, files: [&str; 3]) {
    for file in files {
        take(app, file).await;
    }
    let people = items(app, "/api/v1/contacts").await;
    assert_eq!(people.len(), 1, "{people:?}");
    assert_eq!(people[0]["emails"].as_array().unwrap().len(), 2);
    let leads = items(app, "/api/v1/leads").await;
    assert_eq!(leads.len(), 2);
    assert!(leads.iter().all(|lead| lead["contact_id"] == people[0]["id"]));
    assert_eq!(items(app, "/api/v1/companies").await.len(), 1);
}

async fn a_converted_lead_and_its_contact_are_one_person(app: TestApp) {
    converted(&app, [LEAD, CONTACT, OPPORTUNITY]).await;
}

async fn a_converted_lead_that_comes_last_is_the_same_person(app: TestApp) {
    converted(&app, [CONTACT, OPPORTUNITY, LEAD]).await;
}

async fn what_is_to_be_done_becomes_a_task_and_what_is_done_a_touchpoint(app: TestApp) {
    let file = |second: &str| {
        format!(
            "Activity - ID,Activity - Subject,Activity - Type,Activity - Due date,Activity - Done,Activity - Note,Person - Name,Person - Email (Work)\n\
             1,Call back,call,2024-05-01,Done,They agreed,Ann Lee,ann@x.example\n\
             2,Send offer,task,2034-05-02,{second},,Ann Lee,ann@x.example\n"
        )
    };
    let done = take(&app, &file("To do")).await;
    assert_eq!(counts(&done), [2, 2, 0, 0, 0, 0], "{:?}", problems(&app, &done).await);
    let tasks = items(&app, "/api/v1/tasks").await;
    assert_eq!((tasks.len(), &tasks[0]["title"], &tasks[0]["done_at"]), (1, &json!("Send offer"), &Value::Null));
    assert_eq!(tasks[0]["due_at"], "2034-05-02T00:00:00Z");
    let contact = tasks[0]["contact_id"].as_str().unwrap();
    let line = items(&app, &format!("/api/v1/contacts/{contact}/timeline?type=interaction")).await;
    assert_eq!((line.len(), &line[0]["subject"]), (1, &json!("Call back")));
    assert_eq!(counts(&take(&app, &file("To do")).await), [2, 0, 0, 2, 0, 0]);
    undo(&app, &done.id()).await;
    assert!(items(&app, "/api/v1/tasks").await.is_empty());
}

async fn each_client_of_a_campaign_keeps_its_visit(app: TestApp) {
    let fields = &[
        "external_id:crm=who",
        "touchpoint.channel=fixed:event",
        "touchpoint.source=fixed:crm",
        "touchpoint.source_id=campaign",
        "touchpoint.occurred_at=at",
    ];
    let file = "who,campaign,at\na,fair,2024-03-01\nb,fair,2024-03-01\nc;d,fair,2024-03-01\n";
    assert_eq!(counts(&import(&app, fields, file).await), [3, 3, 0, 0, 0, 0]);
    let people = items(&app, "/api/v1/contacts").await;
    assert_eq!(people.len(), 4);
    for contact in &people {
        let id = contact["id"].as_str().unwrap();
        let line = items(&app, &format!("/api/v1/contacts/{id}/timeline?type=interaction")).await;
        assert_eq!(line.len(), 1, "{contact}");
    }
    assert_eq!(counts(&import(&app, fields, file).await), [3, 0, 0, 3, 0, 0]);
}

async fn unknown_columns_of_a_history_become_fields_of_the_lead(app: TestApp) {
    take(
        &app,
        "Id,AccountId,Name,StageName,Amount,CurrencyIsoCode,CloseDate,CreatedDate\n\
         006B,001A,Door,Negotiation,50,EUR,2034-01-01,2024-03-01T09:00:00.000Z\n",
    )
    .await;
    take(&app, "Id,OpportunityId,CreatedDate,StageName,Verdict__c\n1,006B,2024-03-04T09:00:00.000Z,Negotiation,good\n")
        .await;
    assert_eq!(items(&app, "/api/v1/leads").await[0]["custom"], json!({ "verdict_c": "good" }));
}

async fn undoing_takes_companies_ids_and_suggestions_back(app: TestApp) {
    app.manager.post("/api/v1/companies", json!({ "name": "Acme" })).await.created();
    for (mail, phone) in [("ann@x.example", "+14155550100"), ("bob@x.example", "+14155550101")] {
        let person = json!({ "emails": [{ "address": mail }], "phones": [{ "number": phone }] });
        app.manager.post("/api/v1/contacts", person).await.created();
    }
    let done = take(
        &app,
        "Record ID,Email,Phone Number,Lifecycle Stage,Company Name,Associated Company IDs\n\
         5,ann@x.example,+14155550101,lead,Acme,77\n",
    )
    .await;
    let suggested = items(&app, "/api/v1/duplicates").await.len();
    undo(&app, &done.id()).await;
    assert!(items(&app, "/api/v1/duplicates").await.is_empty(), "there were {suggested}");
    let links = app
        .state
        .db
        .read(|conn| Ok(touchline::companies::links::find(conn, "hubspot", "77")?.is_some()))
        .await
        .unwrap();
    assert!(!links, "the company is known by an id that has been taken back");
}

async fn numbers_beyond_what_a_client_can_have_are_kept_in_a_note(app: TestApp) {
    app.manager.post("/api/v1/contacts", json!({ "emails": [{ "address": "ann@x.example" }] })).await.created();
    let phones: Vec<_> = (100..107).map(|n| format!("+14155550{n}")).collect();
    let file = format!("email,phone\nann@x.example,{}\n", phones.join(";"));
    let done = take(&app, &file).await;
    assert_eq!(problems(&app, &done).await, ["1 - warning beyond_limit"]);
    let ann = items(&app, "/api/v1/contacts").await.remove(0);
    let notes = items(&app, "/api/v1/interactions?channel=note").await;
    let all = format!("{}{}", ann["phones"], notes[0]["body"]);
    assert!(phones.iter().all(|phone| all.contains(phone)), "{all}");
    assert_eq!(counts(&take(&app, &file).await)[1..3], [0, 0]);
}

async fn people_who_share_a_phone_lose_no_name(app: TestApp) {
    let card = |name: &str| format!("BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL:+49 30 123456\nEND:VCARD\n");
    let done = take(&app, &(card("Max Mustermann") + &card("John Doe"))).await;
    assert_eq!(problems(&app, &done).await, ["2 - warning beyond_limit"]);
    let notes = items(&app, "/api/v1/interactions?channel=note").await;
    assert_eq!(notes[0]["body"], "name: Max Mustermann");
    assert_eq!(items(&app, "/api/v1/contacts").await[0]["display_name"], "John Doe");
}
