//! Who may do what: one table from permission to the roles that have it.
//!
//! A permission's name is also the scope an API key asks for.

use std::collections::BTreeSet;

use crate::text_enum;

text_enum! {
    /// What a person does here.
    pub enum Role {
        /// Everything.
        Admin = "admin",
        /// Runs the team: all of sales and marketing, and the pipelines.
        Manager = "manager",
        /// Reads everything about clients; runs imports, reports and segments.
        Marketer = "marketer",
        /// Works with clients and leads.
        Sales = "sales",
        /// Looks, changes nothing.
        Reader = "reader",
    }
}

text_enum! {
    /// Which records a role sees. A record without an owner is seen by everyone, so that somebody picks it up.
    pub enum Visibility {
        /// Every record.
        All = "all",
        /// Records owned by somebody of the same team.
        Team = "team",
        /// One's own records.
        Own = "own",
    }
}

impl Role {
    /// The visibility of a role that nobody has changed.
    #[must_use]
    pub const fn default_visibility(self) -> Visibility {
        match self {
            Self::Sales => Visibility::Team,
            Self::Admin | Self::Manager | Self::Marketer | Self::Reader => Visibility::All,
        }
    }

    /// Whether the role has the permission.
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        permission.roles().contains(&self)
    }
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal: $roles:expr;)+) => {
        text_enum! {
            /// Something a role may do and an API key may be given.
            pub enum Permission { $($(#[$doc])* $name = $text),+ }
        }

        impl Permission {
            /// The roles that have it.
            #[must_use]
            pub const fn roles(self) -> &'static [Role] {
                match self { $(Self::$name => $roles),+ }
            }
        }

        /// The permissions as types, named in a handler's first argument: `May<grants::ContactsRead>`.
        pub mod grants {
            $(
                $(#[$doc])*
                #[derive(Debug, Clone, Copy)]
                pub struct $name;
                impl super::Grant for $name {
                    fn missing(held: &super::BTreeSet<super::Permission>) -> Option<super::Permission> {
                        Some(super::Permission::$name).filter(|wanted| !held.contains(wanted))
                    }
                }
            )+
        }
    };
}

/// A permission as a type; as a tuple, all of several.
pub trait Grant: 'static {
    /// The first of them that is not held.
    fn missing(held: &BTreeSet<Permission>) -> Option<Permission>;
}

impl<A: Grant, B: Grant> Grant for (A, B) {
    fn missing(held: &BTreeSet<Permission>) -> Option<Permission> {
        A::missing(held).or_else(|| B::missing(held))
    }
}

const EVERYONE: &[Role] = Role::ALL;
const WORKING: &[Role] = &[Role::Admin, Role::Manager, Role::Marketer, Role::Sales];
const LEADING: &[Role] = &[Role::Admin, Role::Manager];
const MARKETING: &[Role] = &[Role::Admin, Role::Manager, Role::Marketer];
const ADMIN: &[Role] = &[Role::Admin];

permissions! {
    /// Read contacts, their timelines and record pages.
    ContactsRead = "contacts:read": EVERYONE;
    /// Create, change, delete and restore contacts.
    ContactsWrite = "contacts:write": WORKING;
    /// Erase a person for good.
    ContactsErase = "contacts:erase": LEADING;
    /// Read companies.
    CompaniesRead = "companies:read": EVERYONE;
    /// Create, change, delete and restore companies.
    CompaniesWrite = "companies:write": WORKING;
    /// Read interactions.
    InteractionsRead = "interactions:read": EVERYONE;
    /// Record, correct and delete interactions.
    InteractionsWrite = "interactions:write": WORKING;
    /// Read tasks.
    TasksRead = "tasks:read": EVERYONE;
    /// Create, change and finish tasks.
    TasksWrite = "tasks:write": WORKING;
    /// Read leads and boards.
    LeadsRead = "leads:read": EVERYONE;
    /// Create, change and move leads.
    LeadsWrite = "leads:write": WORKING;
    /// Read pipelines, stages, lost reasons and field definitions.
    SettingsRead = "settings:read": EVERYONE;
    /// Change pipelines, stages, lost reasons and field definitions.
    SettingsWrite = "settings:write": LEADING;
    /// Read segments and try rules.
    SegmentsRead = "segments:read": EVERYONE;
    /// Create and change segments and their lists.
    SegmentsWrite = "segments:write": MARKETING;
    /// Read reports.
    ReportsRead = "reports:read": EVERYONE;
    /// Save reports, share them, take snapshots of them.
    ReportsWrite = "reports:write": WORKING;
    /// Follow changes and take snapshots; each kind of record needs its own permission besides.
    ChangesRead = "changes:read": EVERYONE;
    /// Say where changes are sent, and see how that went.
    WebhooksManage = "webhooks:manage": LEADING;
    /// Import files and see what became of them.
    ImportsRun = "imports:run": MARKETING;
    /// Take whole lists away as files, and everything about one person.
    ExportsRun = "exports:run": MARKETING;
    /// Send events, e-mails and forms: what a write key is for.
    IngestWrite = "ingest:write": LEADING;
    /// See what was refused, replay it, change how events are taken.
    IngestManage = "ingest:manage": MARKETING;
    /// See who works here.
    UsersRead = "users:read": EVERYONE;
    /// Create and change users, teams, roles and API keys.
    UsersManage = "users:manage": ADMIN;
    /// Make sample data and remove it.
    SampleDataManage = "sample-data:manage": ADMIN;
    /// Read the audit log.
    AuditRead = "audit:read": LEADING;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_may_do_everything_and_a_reader_change_nothing() {
        for permission in Permission::ALL {
            assert!(Role::Admin.may(*permission), "{permission}");
            assert_eq!(
                Role::Reader.may(*permission),
                permission.as_str().ends_with(":read") && *permission != Permission::AuditRead
            );
        }
    }
}
