//! Puts a world into the database.

use diesel::prelude::*;
use serde_json::{Value, json};
use touchline::contacts::ContactId;
use touchline::db::Connection;
use touchline::db::schema::{
    contact_tags, contacts, field_definitions, leads, pipelines, stage_intervals, stages, timeline_entries,
};
use touchline::db::types::{Guid, Json};
use touchline::pipelines::LeadId;
use touchline::pipelines::visit;

use super::world::{KnownLead, STAGES, Touch, World};

impl World {
    /// Puts all of it into the database.
    pub fn insert(&self, conn: &mut Connection) -> touchline::error::Result<()> {
        self.insert_settings(conn)?;
        self.insert_firms(conn)?;
        let roots_first = (0..self.people.len()).filter(|n| self.people[*n].root == *n);
        let merged = (0..self.people.len()).filter(|n| self.people[*n].root != *n);
        for place in roots_first.chain(merged) {
            self.insert_person(conn, place)?;
        }
        Ok(())
    }

    fn insert_settings(&self, conn: &mut Connection) -> touchline::error::Result<()> {
        let now = self.now;
        let row = (
            pipelines::id.eq(self.pipeline),
            pipelines::name.eq("Sales"),
            pipelines::position.eq(1),
            pipelines::version.eq(1_i64),
            pipelines::created_at.eq(now),
            pipelines::updated_at.eq(now),
        );
        diesel::insert_into(pipelines::table).values(row).execute(conn)?;
        for (n, (name, kind)) in (0_i32..).zip(STAGES) {
            let row = (
                stages::id.eq(self.stages[usize::try_from(n).unwrap()]),
                stages::pipeline_id.eq(self.pipeline),
                stages::name.eq(name),
                stages::position.eq(n),
                stages::ordinal.eq(n),
                stages::kind.eq(kind),
                stages::probability.eq(10),
                stages::version.eq(1_i64),
                stages::created_at.eq(now),
                stages::updated_at.eq(now),
            );
            diesel::insert_into(stages::table).values(row).execute(conn)?;
        }
        let options = json!(["tea", "a\"b", "coffee"]);
        for (entity, key, kind) in [
            ("contact", "level", "text"),
            ("contact", "score", "number"),
            ("contact", "born", "date"),
            ("contact", "vip", "boolean"),
            ("contact", "likes", "multi_choice"),
            ("contact", "budget", "money"),
            ("lead", "seats", "number"),
        ] {
            let row = (
                field_definitions::id.eq(Guid::new()),
                field_definitions::entity.eq(entity),
                field_definitions::key.eq(key),
                field_definitions::label.eq(key),
                field_definitions::kind.eq(kind),
                field_definitions::required.eq(false),
                field_definitions::options.eq(Json(if kind == "multi_choice" { options.clone() } else { json!([]) })),
                field_definitions::position.eq(0),
                field_definitions::version.eq(1_i64),
                field_definitions::created_at.eq(now),
                field_definitions::updated_at.eq(now),
            );
            diesel::insert_into(field_definitions::table).values(row).execute(conn)?;
        }
        Ok(())
    }

    fn insert_person(&self, conn: &mut Connection, place: usize) -> touchline::error::Result<()> {
        let person = &self.people[place];
        let root = (person.root != place).then(|| self.people[person.root].id);
        let members = self.people.iter().filter(|other| other.root == place).count() - usize::from(root.is_none());
        let city = person.city.map(|city| Json(json!({ "city": city })));
        let row = (
            (
                contacts::id.eq(person.id),
                contacts::display_name.eq("Somebody"),
                contacts::name_key.eq("somebody"),
                contacts::job_title.eq(person.job_title),
                contacts::source.eq(person.source),
                contacts::address.eq(city),
                contacts::emails.eq(self.listed(place, |person| &person.emails, "address")),
                contacts::phones.eq(self.listed(place, |person| &person.phones, "number")),
                contacts::external_ids.eq(Json(json!([]))),
                contacts::tags.eq(Json(json!(person.tags))),
                contacts::consents.eq(Json(Value::Object(person.consents.clone()))),
                contacts::custom.eq(Json(Value::Object(person.custom.clone()))),
            ),
            (
                contacts::search_text.eq("somebody"),
                contacts::version.eq(1_i64),
                contacts::created_at.eq(self.at(person.created)),
                contacts::updated_at.eq(self.now),
                contacts::deleted_at.eq(person.deleted.then_some(self.now)),
                contacts::merged_into.eq(root),
                contacts::members.eq(i32::try_from(members).unwrap()),
                contacts::company_id.eq(person.firm.map(|firm| self.firms[firm].id)),
            ),
        );
        diesel::insert_into(contacts::table).values(row).execute(conn)?;
        for tag in &person.tags {
            let row = (contact_tags::contact_id.eq(person.id), contact_tags::tag.eq(*tag));
            diesel::insert_into(contact_tags::table).values(row).execute(conn)?;
        }
        self.insert_reached(conn, person)?;
        for touch in &person.touches {
            self.insert_touch(conn, person.id, touch)?;
        }
        for at in &person.changed {
            self.insert_change(conn, person.id, *at)?;
        }
        for lead in &person.leads {
            self.insert_lead(conn, person.id, lead)?;
        }
        Ok(())
    }

    pub fn insert_touch(
        &self,
        conn: &mut Connection,
        contact: ContactId,
        touch: &Touch,
    ) -> touchline::error::Result<()> {
        let entry_type = if touch.channel == "note" { "note" } else { "interaction" };
        let row = (
            (
                timeline_entries::contact_id.eq(contact),
                timeline_entries::id.eq(Guid::new()),
                timeline_entries::occurred_at.eq(self.at(touch.at)),
                timeline_entries::entry_type.eq(entry_type),
                timeline_entries::channel.eq(touch.channel),
                timeline_entries::online.eq(touch.online),
                timeline_entries::direction.eq(touch.direction),
                timeline_entries::kind.eq(touch.kind),
                timeline_entries::campaign.eq(touch.campaign),
                timeline_entries::channel_group.eq(touch.group),
            ),
            (
                timeline_entries::amount.eq(touch.money.map(|(amount, _)| amount)),
                timeline_entries::currency.eq(touch.money.map(|(_, currency)| currency)),
                timeline_entries::properties.eq(touch.properties.clone().map(Json)),
                timeline_entries::version.eq(1_i64),
                timeline_entries::recorded_at.eq(self.now),
                timeline_entries::updated_at.eq(self.now),
                timeline_entries::deleted_at.eq(touch.deleted.then_some(self.now)),
            ),
        );
        diesel::insert_into(timeline_entries::table).values(row).execute(conn)?;
        Ok(())
    }

    fn insert_change(&self, conn: &mut Connection, contact: ContactId, at: i64) -> touchline::error::Result<()> {
        let row = (
            timeline_entries::contact_id.eq(contact),
            timeline_entries::id.eq(Guid::new()),
            timeline_entries::occurred_at.eq(self.at(at)),
            timeline_entries::entry_type.eq("change"),
            timeline_entries::kind.eq("contact.updated"),
            timeline_entries::properties.eq(Json(json!({
                "job_title": { "from": null, "to": "CEO" },
                "custom": { "from": { "level": "gold", "score": 1 }, "to": { "level": "gold", "score": 2 } },
            }))),
            timeline_entries::version.eq(1_i64),
            timeline_entries::recorded_at.eq(self.now),
            timeline_entries::updated_at.eq(self.now),
        );
        diesel::insert_into(timeline_entries::table).values(row).execute(conn)?;
        Ok(())
    }

    fn insert_lead(&self, conn: &mut Connection, contact: ContactId, lead: &KnownLead) -> touchline::error::Result<()> {
        let id = LeadId::new();
        let (stage, since) = *lead.stays.last().unwrap();
        let kind = STAGES[stage].1;
        let row = (
            (
                leads::id.eq(id),
                leads::contact_id.eq(contact),
                leads::pipeline_id.eq(self.pipeline),
                leads::stage_id.eq(self.stages[stage]),
                leads::stage_kind.eq(kind),
                leads::stage_entered_at.eq(self.at(since)),
                leads::entered_at.eq(self.at(lead.stays[0].1)),
                leads::closed_at.eq((kind != "open").then(|| self.at(since))),
                leads::title.eq("A lead"),
                leads::source.eq(lead.source),
                leads::first_touch_group.eq(lead.groups[0]),
                leads::last_touch_group.eq(lead.groups[1]),
                leads::deleted_at.eq(lead.deleted.then_some(self.now)),
            ),
            (
                leads::amount.eq(lead.money.map(|(amount, _)| amount)),
                leads::currency.eq(lead.money.map(|(_, currency)| currency)),
                leads::custom.eq(Json(Value::Object(lead.custom.clone()))),
                leads::search_text.eq("a lead"),
                leads::version.eq(1_i64),
                leads::created_at.eq(self.now),
                leads::updated_at.eq(self.now),
            ),
        );
        diesel::insert_into(leads::table).values(row).execute(conn)?;
        for (n, (stage, at)) in lead.stays.iter().enumerate() {
            let row = (
                stage_intervals::contact_id.eq(contact),
                stage_intervals::lead_id.eq(id),
                stage_intervals::entered_at.eq(self.at(*at)),
                stage_intervals::id.eq(Guid::new()),
                stage_intervals::pipeline_id.eq(self.pipeline),
                stage_intervals::stage_id.eq(self.stages[*stage]),
                stage_intervals::exited_at.eq(lead.stays.get(n + 1).map(|(_, at)| self.at(*at))),
                stage_intervals::visit.eq(visit::after(
                    lead.stays.iter().take(n).map(|(stage, _)| self.stages[*stage]),
                    self.stages[*stage],
                )),
                stage_intervals::recorded_at.eq(self.now),
            );
            diesel::insert_into(stage_intervals::table).values(row).execute(conn)?;
        }
        Ok(())
    }
}
