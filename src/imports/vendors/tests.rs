use super::*;
use crate::imports::mapping::Target;

fn headers(line: &str) -> Vec<String> {
    line.split(',').map(str::to_owned).collect()
}

fn key(line: &str) -> &'static str {
    recognise(&headers(line)).key
}

#[test]
fn each_system_is_known_by_its_headers() {
    assert_eq!(
        key("Record ID,First Name,Last Name,Email,Phone Number,Lead Status,Lifecycle Stage"),
        "hubspot_contacts"
    );
    assert_eq!(key("Record ID,Company name,Company Domain Name,Website URL,Company owner"), "hubspot_companies");
    assert_eq!(key("Record ID,Deal Name,Deal Stage,Pipeline,Amount,Deal owner,Close Date"), "hubspot_deals");
    assert_eq!(key("Id,LastName,FirstName,Title,Company,Email,LeadSource,Status,OwnerId"), "salesforce_lead");
    assert_eq!(key("Id,AccountId,LastName,FirstName,MailingStreet,Phone,Email"), "salesforce_contact");
    assert_eq!(key("First Name,Last Name,Account Name,Mailing Street,Phone"), "salesforce_contact");
    assert_eq!(key("Id,Name,ParentId,BillingCity,Phone,OwnerId"), "salesforce_account");
    assert_eq!(key("Id,AccountId,Name,StageName,Amount,CloseDate"), "salesforce_opportunity");
    assert_eq!(key("Opportunity Name,Stage,Close Date,Amount Currency,Amount"), "salesforce_opportunity");
    assert_eq!(key("Id,OpportunityId,CreatedDate,StageName,Amount"), "salesforce_opportunity_history");
    assert_eq!(key("ID, Название сделки ,Бюджет,Этап сделки,Воронка"), "amocrm_deals");
    assert_eq!(key("ID,Тип,Полное имя контакта,Имя,Рабочий телефон,Рабочий email"), "amocrm_contacts");
    assert_eq!(key("Person - Name,Person - Phone,Deal - Title,Deal - Value"), "pipedrive_deals");
    assert_eq!(key("Person - Name,Person - Email (Work),Organization - Name"), "pipedrive_people");
    assert_eq!(key("Activity - Subject,Activity - Due date,Activity - Done,Person - Name"), "pipedrive_activities");
    assert_eq!(key("Name,Given Name,Family Name,E-mail 1 - Value,Phone 1 - Value"), "google_contacts");
    assert_eq!(key("Имя,Фамилия,Телефон"), "generic");
}

#[test]
fn every_target_of_every_table_is_a_target() {
    for vendor in VENDORS.into_iter().flatten().chain([&generic::FILE]) {
        let columns = vendor.columns.iter().filter(|(_, targets)| *targets != "-");
        for target in columns.flat_map(|(_, targets)| targets.split(' ')).chain(vendor.fixed.iter().map(|(t, _)| *t)) {
            assert!(target.parse::<Target>().is_ok(), "{}: {target}", vendor.key);
        }
        for alias in vendor.columns.iter().flat_map(|(alias, _)| alias.split('|')) {
            assert_eq!(normalised(alias), alias, "{}", vendor.key);
        }
    }
}

#[test]
fn a_stage_column_keeps_the_case_of_its_names() {
    let vendor = recognise(&headers("Record ID,Deal Name,Deal Stage"));
    let stage = |stage: &str, pipeline: Option<&str>| Meaning::Stage {
        stage: stage.to_owned(),
        pipeline: pipeline.map(str::to_owned),
    };
    assert_eq!(
        vendor.meaning("Date entered \"Closed Won (Sales Pipeline)\""),
        stage("Closed Won", Some("Sales Pipeline"))
    );
    assert_eq!(vendor.meaning("date entered 'Demo (live) (EU)'"), stage("Demo (live)", Some("EU")));
    let left = Meaning::Left { stage: "Closed Won".to_owned(), pipeline: Some("Sales Pipeline".to_owned()) };
    assert_eq!(vendor.meaning("Date exited \"Closed Won (Sales Pipeline)\""), left);
    assert_eq!(vendor.meaning("Time in \"Closed Won (Sales Pipeline)\""), Meaning::Known);
    assert_eq!(vendor.meaning("Favourite colour"), Meaning::Unknown);
}

#[test]
fn numbers_in_headers_are_any_numbers() {
    assert!(is("e-mail # - value", "e-mail 12 - value") && !is("e-mail # - value", "e-mail x - value"));
    assert!(is("примечание|примечание #", "примечание 5") && !is("примечание #", "примечание"));
}
