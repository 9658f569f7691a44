//! Accounts: users, teams, sessions, keys.

mod teams;
