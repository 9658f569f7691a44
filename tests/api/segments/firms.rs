//! The companies of the world, and what finds its people.

use diesel::prelude::*;
use serde_json::{Map, Value, json};
use touchline::companies::CompanyId;
use touchline::db::Connection;
use touchline::db::schema::{companies, field_definitions, identities};
use touchline::db::types::{Guid, Json};
use touchline::error::Result;

use super::world::{Dice, Person, World};

pub struct Firm {
    pub id: CompanyId,
    pub name: &'static str,
    pub industry: Option<&'static str>,
    pub domain: Option<&'static str>,
    pub country: Option<&'static str>,
    pub custom: Map<String, Value>,
    pub deleted: bool,
}

pub const GROUPS: [Option<&str>; 3] = [None, Some("Paid Search"), Some("O'Group; --")];

fn firm(dice: &mut Dice) -> Firm {
    let mut custom = Map::new();
    for (key, value) in [
        ("tier", json!(dice.pick(&["A", "B", "it's"]))),
        ("staff", json!(dice.pick(&[5.0, 50.5, 500.0]))),
        ("langs", json!(dice.pick(&[&["tea"][..], &["tea", "coffee"], &[]]))),
        ("turnover", json!({ "amount": dice.pick(&[100, 200]), "currency": dice.pick(&["EUR", "USD"]) })),
    ] {
        if !dice.one_in(3) {
            custom.insert(key.to_owned(), value);
        }
    }
    Firm {
        id: CompanyId::new(),
        name: dice.pick(&["Acme", "Ромашка", "100%_ok"]),
        industry: dice.pick(&[None, Some("retail"), Some("steel")]),
        domain: dice.pick(&[None, Some("acme.example"), Some("rosa.example")]),
        country: dice.pick(&[None, Some("PT"), Some("RU")]),
        custom,
        deleted: dice.one_in(5),
    }
}

pub fn some(dice: &mut Dice) -> Vec<Firm> {
    (0..6).map(|_| firm(dice)).collect()
}

/// Addresses and numbers are those of one person alone.
pub fn reached(dice: &mut Dice, place: usize) -> (Vec<String>, Vec<String>) {
    let at = dice.pick(&["mail.example", "sub.mail.example", "почта.рф"]);
    let mut emails = Vec::new();
    if !dice.one_in(3) {
        emails.push(format!("p{place}@{at}"));
    }
    if dice.one_in(4) {
        emails.push(format!("info{place}@mail.example"));
    }
    let phones = if dice.one_in(2) { vec![format!("+35191{:07}", place * 101)] } else { Vec::new() };
    (emails, phones)
}

/// The value of a field that the client's company has.
pub fn value(world: &World, person: &Person, field: &str) -> Option<Value> {
    let firm = &world.firms[person.firm?];
    if firm.deleted {
        return None;
    }
    match field {
        "company.name" => Some(json!(firm.name)),
        "company.industry" => firm.industry.map(Value::from),
        "company.domain" => firm.domain.map(Value::from),
        "company.country" => firm.country.map(Value::from),
        custom => firm.custom.get(custom.strip_prefix("company.custom.").unwrap()).cloned(),
    }
}

/// Whether some address or number of a family fits; texts in the form they are compared in.
pub fn reaches(family: &[&Person], field: &str, op: &str, wanted: &Value) -> bool {
    let of = |person: &&Person| if field == "email" { person.emails.clone() } else { person.phones.clone() };
    let all: Vec<String> = family.iter().flat_map(of).collect();
    let plain = |text: &Value| {
        let text = text.as_str().unwrap().to_lowercase();
        if field == "email" { text } else { text.chars().filter(|c| !" ()-".contains(*c)).collect() }
    };
    let list = wanted.as_array().cloned().unwrap_or_else(|| vec![wanted.clone()]);
    let any = |fits: &dyn Fn(&String) -> bool| all.iter().any(fits);
    match op {
        "empty" => all.is_empty(),
        "filled" => !all.is_empty(),
        "is" => any(&|one| list.iter().any(|wish| plain(wish) == *one)),
        "is_not" => !any(&|one| list.iter().any(|wish| plain(wish) == *one)),
        "contains" => any(&|one| one.contains(&plain(wanted))),
        "starts_with" => any(&|one| one.trim_start_matches('+').starts_with(plain(wanted).trim_start_matches('+'))),
        "domain" => any(&|one| list.iter().any(|wish| one.split('@').nth(1) == wish.as_str())),
        other => panic!("{other}"),
    }
}

impl World {
    pub fn insert_firms(&self, conn: &mut Connection) -> Result<()> {
        for firm in &self.firms {
            let row = (
                companies::id.eq(firm.id),
                companies::name.eq(firm.name),
                companies::name_key.eq(firm.name),
                companies::industry.eq(firm.industry),
                companies::domain.eq(firm.domain),
                companies::address.eq(firm.country.map(|country| Json(json!({ "country": country })))),
                companies::tags.eq(Json(json!([]))),
                companies::custom.eq(Json(Value::Object(firm.custom.clone()))),
                companies::search_text.eq(""),
                companies::version.eq(1_i64),
                companies::created_at.eq(self.now),
                companies::updated_at.eq(self.now),
                companies::deleted_at.eq(firm.deleted.then_some(self.now)),
            );
            diesel::insert_into(companies::table).values(row).execute(conn)?;
        }
        for (key, kind) in [("tier", "text"), ("staff", "number"), ("langs", "multi_choice"), ("turnover", "money")] {
            let row = (
                field_definitions::id.eq(Guid::new()),
                field_definitions::entity.eq("company"),
                field_definitions::key.eq(key),
                field_definitions::label.eq(key),
                field_definitions::kind.eq(kind),
                field_definitions::required.eq(false),
                field_definitions::options.eq(Json(if kind == "multi_choice" {
                    json!(["tea", "coffee"])
                } else {
                    json!([])
                })),
                field_definitions::position.eq(0),
                field_definitions::version.eq(1_i64),
                field_definitions::created_at.eq(self.now),
                field_definitions::updated_at.eq(self.now),
            );
            diesel::insert_into(field_definitions::table).values(row).execute(conn)?;
        }
        Ok(())
    }

    /// What a client's record lists: their own and those of all merged into them.
    pub fn listed(&self, place: usize, of: fn(&Person) -> &Vec<String>, key: &str) -> Json<Value> {
        let family = if self.people[place].root == place { self.family(place) } else { vec![&self.people[place]] };
        let all = family.into_iter().flat_map(|person| of(person).clone());
        Json(all.map(|one| json!({ key: one, "label": null, "primary": false })).collect())
    }

    pub fn insert_reached(&self, conn: &mut Connection, person: &Person) -> Result<()> {
        let emails = person.emails.iter().map(|email| ("email", email));
        for (kind, value) in emails.chain(person.phones.iter().map(|phone| ("phone", phone))) {
            let row = (
                identities::contact_id.eq(person.id),
                identities::kind.eq(kind),
                identities::source.eq(""),
                identities::value.eq(value),
                identities::created_at.eq(self.now),
                identities::cause.eq("stated"),
                identities::confidence.eq(100),
                identities::first_seen.eq(self.now),
                identities::last_seen.eq(self.now),
            );
            diesel::insert_into(identities::table).values(row).execute(conn)?;
        }
        Ok(())
    }
}
