//! What a rule asks of the database, as a tree: each question apart, so that its answer can be counted alone and joined with
//! those of others; or all of them as one condition.

use crate::db::composed::Sql;

/// A question, or several joined.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// What each of them says; everybody where there is none.
    All(Vec<Plan>),
    /// What any of them says; nobody where there is none.
    Any(Vec<Plan>),
    /// All but those.
    Not(Box<Plan>),
    /// Those whose ids the statement gives; it may give one several times.
    Among(Sql),
    /// Those of whose rows in `contacts` this holds. It is never unknown.
    Holds(Sql),
}

impl Plan {
    /// Each must be true. Conditions on rows alone become one.
    #[must_use]
    pub fn all(plans: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(plans, Self::All, Sql::all)
    }

    /// One must be true. Conditions on rows alone become one.
    #[must_use]
    pub fn any(plans: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(plans, Self::Any, Sql::any)
    }

    fn joined(
        plans: impl IntoIterator<Item = Self>,
        apart: fn(Vec<Self>) -> Self,
        together: fn(Vec<Sql>) -> Sql,
    ) -> Self {
        let plans: Vec<_> = plans.into_iter().collect();
        if plans.is_empty() || plans.iter().any(|plan| !matches!(plan, Self::Holds(_))) {
            return apart(plans);
        }
        Self::Holds(together(plans.into_iter().map(Self::sql).collect()))
    }

    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Holds(condition) => Self::Holds(condition.negated()),
            Self::Not(plan) => *plan,
            other => Self::Not(Box::new(other)),
        }
    }

    /// All of it as one condition on `contacts`.
    #[must_use]
    pub fn sql(self) -> Sql {
        match self {
            Self::All(plans) => Sql::all(plans.into_iter().map(Self::sql)),
            Self::Any(plans) => Sql::any(plans.into_iter().map(Self::sql)),
            Self::Not(plan) => plan.sql().negated(),
            Self::Among(select) => Sql::text("contacts.id IN (").then(select).and_text(")"),
            Self::Holds(condition) => condition,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_on_rows_are_asked_together_and_lists_apart() {
        let holds = || Plan::Holds(Sql::text("a"));
        let among = || Plan::Among(Sql::text("b"));
        assert!(matches!(Plan::all([holds(), holds().negated()]), Plan::Holds(_)));
        assert_eq!(Plan::any([holds(), among()]), Plan::Any(vec![holds(), among()]));
        assert_eq!(Plan::all([]).sql(), Sql::text("1 = 1"));
        assert_eq!(among().negated().negated(), among());
    }
}
