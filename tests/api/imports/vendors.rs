//! Files of the systems that people leave: contacts, companies, leads with their history, joined by their ids.

use serde_json::{Value, json};

use super::{counts, problems, propose, run};
use crate::support::{Answer, TestApp, cases};

cases![
    hubspot_deals_join_their_contacts_and_companies_and_keep_their_history,
    salesforce_history_rebuilds_the_stages_of_opportunities,
    amocrm_deals_bring_their_contacts_notes_and_campaigns,
    circular_companies_are_told_and_kept,
    owners_are_found_by_address_or_name_and_others_left_open,
    pipedrive_and_google_files_are_known,
    vcards_become_contacts,
];

async fn take(app: &TestApp, file: &str) -> Answer {
    let draft = propose(app, file.as_bytes()).await;
    let done = run(app, &draft.id()).await;
    assert_eq!(done.json["status"], "finished", "{}", done.text());
    done
}

async fn one(app: &TestApp, path: &str) -> Value {
    app.manager.get(path).await.ok().items()[0].clone()
}

/// The stages of a lead and when it entered them.
async fn stays(app: &TestApp, lead: &Value) -> Vec<(String, String)> {
    let contact = lead["contact_id"].as_str().unwrap();
    let line = app.manager.get(&format!("/api/v1/contacts/{contact}/timeline?type=stage_move")).await.ok();
    let mut stays: Vec<_> = line
        .items()
        .iter()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap().to_owned();
            (text("occurred_at"), text("subject"))
        })
        .collect();
    stays.sort();
    stays
}

async fn hubspot_deals_join_their_contacts_and_companies_and_keep_their_history(app: TestApp) {
    let companies = "Record ID,Company name,Company Domain Name,Company owner,City\n77,Acme,acme.example,,Brno\n";
    let contacts = "Record ID,First Name,Last Name,Email,Phone Number,Lifecycle Stage,Associated Company IDs,Country/Region\n\
                    5,Ann,Lee,ann@x.example,+14155550100,lead,77,Germany\n";
    let deals = "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Deal currency code,Create Date,Close Date,Associated Company IDs,Associated Contact IDs,\"Date entered \"\"Appointment (Big)\"\"\",\"Date entered \"\"Closed Won (Big)\"\"\",\"Date exited \"\"Appointment (Big)\"\"\"\n\
                 9,Roof,Closed Won,Big,\"1,250.50\",EUR,2024-03-01 09:00,2024-03-12 09:14,77,5;6,2024-03-02 10:00,2024-03-12 09:14,2024-03-12 09:14\n";
    assert_eq!(counts(&take(&app, companies).await), [1, 1, 0, 0, 0, 0]);
    take(&app, contacts).await;
    let done = take(&app, deals).await;
    assert_eq!(counts(&done)[..5], [1, 1, 0, 0, 0], "{}", done.text());
    let (ann, acme, lead) =
        (one(&app, "/api/v1/contacts").await, one(&app, "/api/v1/companies").await, one(&app, "/api/v1/leads").await);
    assert_eq!((&lead["contact_id"], &lead["company_id"]), (&ann["id"], &acme["id"]));
    assert_eq!((&ann["company_id"], &ann["address"]["country"]), (&acme["id"], &json!("DE")));
    assert_eq!((&lead["amount"], &lead["stage_kind"]), (&json!(125_050), &json!("won")));
    let expected = [("2024-03-01T09:00:00Z", "Appointment"), ("2024-03-12T09:14:00Z", "Closed Won")];
    let stays = stays(&app, &lead).await;
    assert_eq!(stays[0].1, expected[0].1);
    assert_eq!((stays.last().unwrap().0.as_str(), stays.last().unwrap().1.as_str()), expected[1]);
    assert_eq!(counts(&take(&app, deals).await)[1..3], [0, 0], "the same file again changes nothing");
    for list in ["contacts", "companies", "leads"] {
        assert_eq!(app.manager.get(&format!("/api/v1/{list}")).await.ok().items().len(), 1, "{list}");
    }
}

async fn salesforce_history_rebuilds_the_stages_of_opportunities(app: TestApp) {
    let accounts = "Id,Name,ParentId,BillingCity\n001A,Acme,,Bonn\n";
    let opportunities = "Id,AccountId,Name,StageName,Amount,CurrencyIsoCode,CloseDate,CreatedDate\n\
                         006A,001A,Roof,Closed Won,100,EUR,2024-03-12,2024-03-01T09:00:00.000Z\n\
                         006B,001A,Door,Negotiation,50,EUR,2034-01-01,2024-03-01T09:00:00.000Z\n";
    let history = "Id,OpportunityId,CreatedDate,StageName,Amount\n\
                   1,006A,2024-03-01T09:00:00.000Z,Prospecting,100\n2,006A,2024-03-05T09:00:00.000Z,Negotiation,100\n\
                   3,006A,2024-03-10T12:00:00.000Z,Closed Won,100\n4,006B,2024-03-01T09:00:00.000Z,Prospecting,50\n\
                   5,006B,2024-03-04T09:00:00.000Z,Negotiation,50\n6,006X,2024-03-04T09:00:00.000Z,Negotiation,50\n";
    take(&app, accounts).await;
    take(&app, opportunities).await;
    let done = take(&app, history).await;
    assert_eq!(counts(&done)[..5], [6, 0, 5, 0, 1], "{}", done.text());
    assert_eq!(problems(&app, &done).await, ["6 OpportunityId error unknown"]);
    let leads = app.manager.get("/api/v1/leads?sort=created_at").await.ok();
    let roof = leads.items().iter().find(|lead| lead["title"] == "Roof").unwrap();
    assert_eq!((&roof["stage_kind"], &roof["closed_at"]), (&json!("won"), &json!("2024-03-10T12:00:00Z")));
    let all = stays(&app, roof).await;
    let told: Vec<_> = all.iter().map(|(at, stage)| (&at[..10], stage.as_str())).collect();
    assert_eq!(
        told,
        [
            ("2024-03-01", "Prospecting"),
            ("2024-03-01", "Prospecting"),
            ("2024-03-04", "Negotiation"),
            ("2024-03-05", "Negotiation"),
            ("2024-03-10", "Closed Won")
        ]
    );
}

async fn amocrm_deals_bring_their_contacts_notes_and_campaigns(app: TestApp) {
    let file = "ID,Название сделки ,Бюджет,Ответственный,Дата создания сделки,Теги,Примечание,Примечание 2,Этап сделки,Воронка,Полное имя контакта,Компания,Рабочий телефон,Рабочий email,utm_source,utm_campaign,Цвет\n\
        11,Крыша,\"12 500,50\",,12.03.2024 09:14:00,\"дом, лето\",Перезвонить,Второе,Первичный контакт,Продажи,Анна Ли,Ромашка,'+7 912 345-67-89,anna@x.example,yandex,vesna,синий\n\
        12,Дверь,100,,13.03.2024 10:00:00,,,,Успешно реализовано,Продажи,Пётр,,,,,,\n";
    let (encoded, ..) = encoding_rs::WINDOWS_1251.encode(file);
    let draft = propose(&app, &encoded).await;
    assert_eq!(
        (&draft.json["proposal"]["kind"], &draft.json["mapping"]["encoding"]),
        (&json!("amocrm_deals"), &json!("windows-1251"))
    );
    assert_eq!(
        (&draft.json["mapping"]["date_format"], &draft.json["mapping"]["decimal"]),
        (&json!("%d.%m.%Y"), &json!(","))
    );
    let mut mapping = draft.json["mapping"].clone();
    mapping["fields"].as_array_mut().unwrap().push(json!({ "target": "lead.currency", "value": "RUB" }));
    app.manager.put_any(&format!("/api/v1/imports/{}/mapping", draft.id()), mapping).await.ok();
    let done = run(&app, &draft.id()).await;
    assert_eq!(counts(&done), [2, 2, 0, 0, 0, 0], "{:?}", problems(&app, &done).await);
    let leads = app.manager.get("/api/v1/leads").await.ok();
    let roof = leads.items().iter().find(|lead| lead["title"] == "Крыша").unwrap();
    assert_eq!((&roof["amount"], &roof["custom"]["tsvet"]), (&json!(1_250_050), &json!("синий")));
    assert!(leads.items().iter().any(|lead| lead["stage_kind"] == "won"));
    let contact =
        app.manager.get(&format!("/api/v1/contacts/{}", roof["contact_id"].as_str().unwrap())).await.ok().json;
    assert_eq!((&contact["display_name"], &contact["tags"]), (&json!("Анна Ли"), &json!(["дом", "лето"])));
    let line =
        app.manager.get(&format!("/api/v1/contacts/{}/timeline?limit=50", contact["id"].as_str().unwrap())).await.ok();
    let of = |kind: &str| line.items().iter().filter(|entry| entry["type"] == kind).count();
    assert_eq!((of("note"), of("interaction")), (2, 1), "{}", line.text());
    assert!(
        line.items()
            .iter()
            .any(|entry| entry["utm_source"] == "yandex" && entry["occurred_at"] == "2024-03-12T09:14:00Z")
    );
}

async fn circular_companies_are_told_and_kept(app: TestApp) {
    let done =
        take(&app, "Id,Name,ParentId,BillingCity\nA,Acme,B,Bonn\nB,Beta,A,Bonn\nC,Self,C,Bonn\nD,Deep,A,Bonn\n").await;
    assert_eq!(counts(&done), [4, 4, 0, 0, 0, 2]);
    assert_eq!(problems(&app, &done).await, ["2 - warning circular", "3 - warning circular"]);
    let all = app.manager.get("/api/v1/companies").await.ok();
    assert!(all.items().iter().all(|company| company["custom"]["parent_company"].is_string()));
}

async fn owners_are_found_by_address_or_name_and_others_left_open(app: TestApp) {
    let id = app.users.manager;
    let users = app.admin.get("/api/v1/users").await.ok();
    let manager = users.items().iter().find(|user| user["id"] == json!(id)).unwrap();
    let name = manager["name"].as_str().unwrap().to_uppercase();
    let file =
        format!("email,owner\na@x.example,sales@touchline.example\nb@x.example,{name}\nc@x.example,Nobody Known\n");
    let draft = propose(&app, file.as_bytes()).await;
    assert_eq!(draft.json["proposal"]["unknown_owners"], json!(["Nobody Known"]));
    let done = run(&app, &draft.id()).await;
    assert_eq!(counts(&done), [3, 3, 0, 0, 0, 1]);
    assert_eq!(problems(&app, &done).await, ["3 owner warning unknown_owner"]);
    let people = app.admin.get("/api/v1/contacts").await.ok();
    let left = people.items().iter().find(|contact| contact["owner_id"].is_null()).unwrap();
    assert_eq!(left["custom"]["owner"], "Nobody Known", "what the file says is kept");
}

async fn pipedrive_and_google_files_are_known(app: TestApp) {
    let pipedrive = "Deal - ID,Deal - Title,Deal - Value,Deal - Currency of Value,Deal - Stage,Deal - Pipeline,Deal - Deal created,Deal - Won time,Person - Name,Person - Email (Work),Organization - Name\n\
                     3,Roof,100,EUR,Offer,Houses,2024-01-01 10:00:00,2024-02-01 10:00:00,Ann Lee,ann@x.example,Acme\n";
    let done = take(&app, pipedrive).await;
    assert_eq!(counts(&done)[..5], [1, 1, 0, 0, 0], "{:?}", problems(&app, &done).await);
    assert_eq!(one(&app, "/api/v1/leads").await["stage_kind"], "won");
    let google = "Name,Given Name,Family Name,Notes,Group Membership,E-mail 1 - Value,Phone 1 - Value,Phone 2 - Value,Address 1 - Street,Address 1 - Country\n\
                  Ann Lee,Ann,Lee,A note,* myContacts ::: vip,ann@x.example,+1 415 555 0100 ::: +1 415 555 0101,,1 Main Street,US\n";
    let done = take(&app, google).await;
    assert_eq!(counts(&done)[..5], [1, 1, 0, 0, 0], "a note is new: {:?}", problems(&app, &done).await);
    let ann = one(&app, "/api/v1/contacts").await;
    assert_eq!((ann["phones"].as_array().unwrap().len(), &ann["tags"]), (2, &json!(["myContacts", "vip"])));
}

async fn vcards_become_contacts(app: TestApp) {
    let file = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Lee\r\nN:Lee;Ann;;;\r\nORG:Acme;Sales\r\nTITLE:Head\r\nTEL;TYPE=cell:+1 415 555 0100\r\n\
                EMAIL:ann@x.example\r\nADR:;;1 Main Street;Berlin;;10115;Germany\r\nBDAY:1985-04-12\r\nCATEGORIES:vip,north\r\nNOTE:Likes tea\r\nEND:VCARD\r\n\
                BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Nobody's phone\r\nTEL:ext. 12\r\nEND:VCARD\r\n";
    let done = take(&app, file).await;
    assert_eq!(counts(&done), [2, 2, 0, 0, 0, 1], "{:?}", problems(&app, &done).await);
    let people = app.manager.get("/api/v1/contacts").await.ok();
    let ann = people.items().iter().find(|contact| contact["display_name"] == "Ann Lee").unwrap();
    assert_eq!(
        (&ann["address"]["city"], &ann["tags"], &ann["custom"]["birthday"]),
        (&json!("Berlin"), &json!(["vip", "north"]), &json!("1985-04-12"))
    );
    let other = people.items().iter().find(|contact| contact["display_name"] == "Nobody's phone").unwrap();
    let line = app.manager.get(&format!("/api/v1/contacts/{}/timeline", other["id"].as_str().unwrap())).await.ok();
    assert!(line.items().iter().any(|entry| entry["body"] == "Phones: ext. 12"), "{}", line.text());
    assert_eq!(counts(&take(&app, file).await)[..3], [2, 0, 0]);
}
