//! Conditions on what belongs to a client but is kept elsewhere: the addresses and numbers that find them, and the company
//! they work for.

use super::compile::{Compiler, Facts};
use super::compile_value::{Expression, exact_test, text_test};
use super::plan::Plan;
use super::rule::{OwnField, Scalar, Test, TextTest};
use crate::db::composed::{Sql, Value};

const IDENTITIES: Facts = Facts { table: "identities i", contact: "i.contact_id" };

impl Compiler<'_> {
    /// A test of a client's addresses or numbers, as identities hold them: each in the form it is compared in. `None` where
    /// the question is only whether there is any.
    pub(super) fn reached(&self, field: OwnField, test: &Test) -> Option<Plan> {
        let value = || Sql::text("i.value");
        let (fits, negated) = match test {
            Test::Among(values) => (one_of(values), false),
            Test::NotAmong(values) => (one_of(values), true),
            Test::Text(how, wanted) => (text_test(&value(), *how, wanted), false),
            Test::Domain(domains) => (at_domains(&value(), domains), false),
            _ => return None,
        };
        let kind = Sql::text(if field == OwnField::Email { "i.kind = 'email'" } else { "i.kind = 'phone'" });
        let found = self.facts(&IDENTITIES, Sql::all([kind, Sql::text("i.retired_at IS NULL"), fits]), None);
        Some(if negated { found.negated() } else { found })
    }

    /// A test of the client's company: where there is none it has no value.
    pub(super) fn of_company(&self, of: &Expression, test: &Test) -> Sql {
        // What holds where there is no value holds where there is no company.
        let opposite = match test {
            Test::Empty => Some(Test::Filled),
            Test::NotAmong(values) => Some(Test::Among(values.clone())),
            _ => None,
        };
        if let Some(opposite) = opposite {
            return self.of_company(of, &opposite).negated();
        }
        let fits = self.test(of, test);
        if self.asked.only.is_some() {
            // Of a few clients the company is looked up.
            return Sql::text(
                "EXISTS (SELECT 1 FROM companies co WHERE co.id = contacts.company_id AND co.deleted_at IS NULL AND ",
            )
            .then(fits)
            .and_text(")");
        }
        Sql::text("(contacts.company_id IN (SELECT co.id FROM companies co WHERE co.deleted_at IS NULL AND ")
            .then(fits)
            .and_text(") AND contacts.company_id IS NOT NULL)")
    }
}

fn one_of(values: &[Scalar]) -> Sql {
    let texts =
        values.iter().filter_map(|value| if let Scalar::Text(text) = value { Some(text.clone()) } else { None });
    Sql::text("i.value IN (").then(Sql::list(texts.map(Value::Text))).and_text(")")
}

/// Whether an address is at one of these domains.
pub(super) fn at_domains(e: &Sql, domains: &[String]) -> Sql {
    Sql::any(domains.iter().map(|domain| exact_test(e, TextTest::EndsWith, format!("@{domain}"))))
}
