//! Conditions on values. Each is true or false, never unknown: where there is no value only `empty` and `is_not` hold.

use chrono::{Datelike, Days, NaiveDate};

use super::compile::Compiler;
use super::compile_reach::at_domains;
use super::plan::Plan;
use super::rule::{Field, Kind, OwnField, Scalar, Test, TextTest};
use crate::db::composed::{Read, Sql, Value};
use crate::text::small_letters;

/// An expression and what it gives.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    sql: Sql,
    kind: Kind,
    /// A column that an index may find by.
    plain: bool,
    /// Of money, the currency beside the amount.
    currency: Option<Sql>,
}

impl Expression {
    /// A member of a JSON object in a column.
    pub(super) fn member(table: &'static str, column: &'static str, key: &str, kind: Kind) -> Self {
        let read = match kind {
            Kind::Number => Read::Number,
            Kind::Boolean => Read::Truth,
            Kind::List | Kind::Presence => Read::Any,
            _ => Read::Text,
        };
        let (sql, currency) = if kind == Kind::Money {
            let inner = |inner, read| Sql::member(table, column, key, Some(inner), read);
            (inner("amount", Read::Number), Some(inner("currency", Read::Text)))
        } else {
            (Sql::member(table, column, key, None, read), None)
        };
        Self { sql, kind, plain: false, currency }
    }
}

impl Compiler<'_> {
    pub(super) fn field(&self, field: &Field, test: &Test) -> Plan {
        if let Field::Own(own @ (OwnField::Email | OwnField::Phone)) = field
            && let Some(reached) = self.reached(*own, test)
        {
            return reached;
        }
        Plan::Holds(match field {
            Field::Own(own) if own.is_of_company() => self.of_company(&own_field(*own), test),
            Field::Own(own) => self.test(&own_field(*own), test),
            Field::Custom(key, kind) => self.test(&Expression::member("contacts", ".custom", key, *kind), test),
            Field::CompanyCustom(key, kind) => self.of_company(&Expression::member("co", ".custom", key, *kind), test),
        })
    }

    /// A test of an expression.
    pub(super) fn test(&self, of: &Expression, test: &Test) -> Sql {
        let e = || Sql::text("(").then(of.sql.clone()).and_text(")");
        match test {
            Test::Empty if of.kind == Kind::List => Sql::text("COALESCE(").then(e()).and_text(", '[]') = '[]'"),
            Test::Filled if of.kind == Kind::List => Sql::text("COALESCE(").then(e()).and_text(", '[]') <> '[]'"),
            Test::Empty => e().and_text(" IS NULL"),
            Test::Filled => e().and_text(" IS NOT NULL"),
            Test::Among(values) => among(of, values),
            Test::NotAmong(values) => among(of, values).negated(),
            Test::Text(how, wanted) => text_test(&e(), *how, wanted),
            Test::Between(least, most) => between(&e(), least.clone().map(value), most.clone().map(value)),
            Test::Money(currency, least, most) => {
                let same = of.currency.clone().unwrap_or_default().and_text(" = ").bind(Value::Text(currency.clone()));
                let amount = between(&e(), least.map(Value::Number), most.map(Value::Number));
                Sql::all([Sql::text("((").then(same).and_text(") IS TRUE)"), amount])
            }
            Test::In(window) => self.in_window(&of.sql, *window),
            Test::LastDays(days) => {
                let today = self.today();
                let first = today.checked_sub_days(Days::new(u64::from(*days))).unwrap_or(NaiveDate::MIN);
                between(&e(), Some(day(first)), Some(day(today)))
            }
            Test::NextDays(days) => {
                let today = self.today();
                let last = today.checked_add_days(Days::new(u64::from(*days))).unwrap_or(NaiveDate::MAX);
                between(&e(), Some(day(today)), Some(day(last)))
            }
            Test::Anniversary(days) => self.anniversary(&e(), *days),
            Test::Domain(domains) => at_domains(&e(), domains),
            Test::Holds(texts, each) => {
                let holds = texts.iter().map(|text| {
                    let quoted = serde_json::Value::from(text.as_str()).to_string();
                    exact_test(&e(), TextTest::Contains, quoted)
                });
                if *each { Sql::all(holds) } else { Sql::any(holds) }
            }
        }
    }

    /// The day it is in the rule's time zone.
    pub(super) fn today(&self) -> NaiveDate {
        self.asked.now.to_utc().with_timezone(&self.zone).date_naive()
    }

    /// Days are compared by month and day: the 29th of February is the 28th in years without one.
    fn anniversary(&self, e: &Sql, days: u32) -> Sql {
        let today = self.today();
        if days >= 366 {
            return e.clone().and_text(" IS NOT NULL");
        }
        let last = today.checked_add_days(Days::new(u64::from(days))).unwrap_or(today);
        let (first_day, last_day) = (month_day(today), last_of(last));
        let part = || Sql::text("substr(").then(e.clone()).and_text(", 6, 5)");
        let from = part().and_text(" >= ").bind(Value::Text(first_day.clone()));
        let to = part().and_text(" <= ").bind(Value::Text(last_day.clone()));
        // Where the days go on into the next year, one of the ends is enough.
        let both = if last.year() == today.year() { Sql::all([from, to]) } else { Sql::any([from, to]) };
        Sql::text("(").then(both).and_text(" IS TRUE)")
    }
}

pub(super) fn month_day(day: NaiveDate) -> String {
    day.format("%m-%d").to_string()
}

pub(super) fn last_of(day: NaiveDate) -> String {
    let ends_february = day.month() == 2 && day.day() == 28 && !day.leap_year();
    if ends_february { "02-29".to_owned() } else { month_day(day) }
}

fn day(day: NaiveDate) -> Value {
    Value::Text(day.format("%Y-%m-%d").to_string())
}

fn value(scalar: Scalar) -> Value {
    match scalar {
        Scalar::Text(text) => Value::Text(text),
        Scalar::Number(number) => Value::Number(number),
        Scalar::Truth(truth) => Value::Text(truth.to_string()),
        Scalar::User(id) => Value::Id(id.0),
        Scalar::Company(id) => Value::Id(id.0),
    }
}

fn among(of: &Expression, values: &[Scalar]) -> Sql {
    let listed = Sql::list(values.iter().cloned().map(value));
    let is = Sql::text("(").then(of.sql.clone()).and_text(" IN (").then(listed).and_text(")");
    if of.plain {
        is.and_text(" AND ").then(of.sql.clone()).and_text(" IS NOT NULL)")
    } else {
        is.and_text(") IS TRUE")
    }
}

/// How a text is made, whether its letters are capital or small.
pub(super) fn text_test(e: &Sql, how: TextTest, wanted: &str) -> Sql {
    exact_test(&e.clone().small_letters(), how, small_letters(wanted))
}

/// How a text is made, letter by letter.
pub(super) fn exact_test(e: &Sql, how: TextTest, wanted: String) -> Sql {
    let bound = || Value::Text(wanted.clone());
    let e = || e.clone();
    let test = match how {
        TextTest::Contains => {
            Sql::text("replace(").then(e()).and_text(", ").bind(bound()).and_text(", '') <> ").then(e())
        }
        TextTest::StartsWith => {
            let start = Sql::text("substr(").then(e()).and_text(", 1, length(").bind(bound()).and_text("))");
            start.and_text(" = ").bind(bound())
        }
        TextTest::EndsWith => {
            let long = Sql::text("length(").then(e()).and_text(") >= length(").bind(bound()).and_text(") AND ");
            let end = Sql::text("substr(").then(e()).and_text(", length(").then(e()).and_text(") - length(");
            long.then(end).bind(bound()).and_text(") + 1) = ").bind(bound())
        }
    };
    Sql::text("((").then(test).and_text(") IS TRUE)")
}

pub(super) fn between(e: &Sql, least: Option<Value>, most: Option<Value>) -> Sql {
    let least = least.map(|least| e.clone().and_text(" >= ").bind(least));
    let most = most.map(|most| e.clone().and_text(" <= ").bind(most));
    Sql::text("(").then(Sql::all(least.into_iter().chain(most))).and_text(" IS TRUE)")
}

fn own_field(field: OwnField) -> Expression {
    let kind = field.kind();
    let column = match field {
        OwnField::GivenName => "contacts.given_name",
        OwnField::FamilyName => "contacts.family_name",
        OwnField::DisplayName => "contacts.display_name",
        OwnField::JobTitle => "contacts.job_title",
        OwnField::Language => "contacts.language",
        OwnField::TimeZone => "contacts.time_zone",
        OwnField::Source => "contacts.source",
        OwnField::Owner => "contacts.owner_id",
        OwnField::Company => "contacts.company_id",
        OwnField::CreatedAt => "contacts.created_at",
        OwnField::UpdatedAt => "contacts.updated_at",
        OwnField::City | OwnField::Region | OwnField::PostalCode | OwnField::Country => {
            return Expression::member("contacts", ".address", field.as_str(), kind);
        }
        OwnField::Email => "NULLIF(CAST(contacts.emails AS TEXT), '[]')",
        OwnField::Phone => "NULLIF(CAST(contacts.phones AS TEXT), '[]')",
        OwnField::Anonymous => "CASE WHEN contacts.anonymous THEN 'true' ELSE 'false' END",
        OwnField::CompanyName => "co.name",
        OwnField::CompanyIndustry => "co.industry",
        OwnField::CompanyDomain => "co.domain",
        OwnField::CompanySource => "co.source",
        OwnField::CompanyCity => return Expression::member("co", ".address", "city", kind),
        OwnField::CompanyCountry => return Expression::member("co", ".address", "country", kind),
    };
    let plain = !matches!(field, OwnField::Email | OwnField::Phone | OwnField::Anonymous);
    let sql = if plain { Sql::text(column) } else { Sql::text("(").and_text(column).and_text(")") };
    Expression { sql, kind, plain, currency: None }
}
