//! `touchline user`: who may log in, from the machine the server runs on.

use clap::Subcommand;

use super::{Failure, Installation, Outcome, Use, say};
use crate::accounts::Role;
use crate::accounts::commands::{self, Account};
use crate::config::Config;

/// What to do with users.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a user; without --password-stdin a password is made up and shown once.
    Create {
        /// The address to log in with.
        #[arg(long)]
        email: String,
        /// The person's name.
        #[arg(long)]
        name: String,
        /// `admin`, `manager`, `marketer`, `sales` or `reader`.
        #[arg(long)]
        role: Role,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Set a new password and end the user's sessions; without --password-stdin one is made up and shown once.
    ResetPassword {
        /// The address the user logs in with.
        #[arg(long)]
        email: String,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// List all users.
    List,
}

/// Runs the command; a server may be running beside it.
pub fn run(config: &Config, command: UserCommand) -> Outcome {
    let db = &Installation::open(config, Use::Shared)?.db;
    match command {
        UserCommand::Create { email, name, role, password_stdin } => {
            tell(&commands::create_user(db, &email, &name, role, password(password_stdin)?)?);
        }
        UserCommand::ResetPassword { email, password_stdin } => {
            tell(&commands::reset_password(db, &email, password(password_stdin)?)?);
        }
        UserCommand::List => {
            for user in commands::list_users(db)? {
                let state = if user.active() { "" } else { "\t(deactivated)" };
                say(format!("{}\t{}\t{}{state}", user.email(), user.role(), user.name()));
            }
        }
    }
    Ok(())
}

fn password(from_stdin: bool) -> Outcome<Option<String>> {
    if !from_stdin {
        return Ok(None);
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(Failure::new)?;
    Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
}

fn tell(account: &Account) {
    say(format!("{} can log in as {}.", account.user.email(), account.user.role()));
    if let Some(password) = &account.made_up {
        say(format!("Password: {password}"));
    }
}
