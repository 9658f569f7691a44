//! Fresh databases to measure on, removed afterwards.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;

use crate::cli::{Failure, Outcome};
use crate::db::{Opener, Target, migrate};

/// Where the measured databases are.
#[derive(Debug)]
pub struct Place {
    server: Option<String>,
    folder: PathBuf,
    made: Vec<String>,
    keep: bool,
}

impl Place {
    /// On this PostgreSQL server, or in files under this folder.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn new(database: Option<&str>, data: &Path, keep: bool) -> Outcome<Self> {
        let server = database.filter(|url| url.starts_with("postgres")).map(str::to_owned);
        let parent = database.filter(|_| server.is_none()).map_or_else(|| data.to_owned(), PathBuf::from);
        let folder = parent.join(format!("bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(Failure::new)?;
        Ok(Self { server, folder, made: Vec::new(), keep })
    }

    /// A folder for what is not in a database.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes a migrated, empty database; gives its URL.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn database(&mut self, name: &str) -> Outcome<(String, Target)> {
        let url = match &self.server {
            None => self.folder.join(format!("{name}.db")).to_string_lossy().into_owned(),
            Some(server) => {
                let name = format!("touchline_bench_{}_{name}", std::process::id());
                execute(server, &format!("CREATE DATABASE {name}"))?;
                self.made.push(name.clone());
                sibling(server, &name)
            }
        };
        let target = Target::parse(&url).map_err(Failure::new)?;
        migrate::run(&Opener::new(target.clone()))?;
        Ok((url, target))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.keep {
            return;
        }
        drop(std::fs::remove_dir_all(&self.folder));
        for name in &self.made {
            let dropped =
                self.server.as_deref().map(|server| execute(server, &format!("DROP DATABASE {name} WITH (FORCE)")));
            drop(dropped);
        }
    }
}

fn execute(server: &str, sql: &str) -> Outcome {
    let target = Target::parse(server).map_err(Failure::new)?;
    let mut conn = Opener::new(target).open().map_err(Failure::new)?;
    conn.batch_execute(sql).map_err(Failure::new)
}

/// Another database of the same server.
fn sibling(server: &str, name: &str) -> String {
    let (base, query) = server.split_once('?').map_or((server, None), |(base, query)| (base, Some(query)));
    let (scheme, rest) = base.split_once("://").unwrap_or(("postgres", base));
    let host = rest.split('/').next().unwrap_or_default();
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{scheme}://{host}/{name}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sibling_differs_in_the_database_alone() {
        assert_eq!(sibling("postgres://u:p@h:5432/x?sslmode=disable", "y"), "postgres://u:p@h:5432/y?sslmode=disable");
        assert_eq!(sibling("postgres://h", "y"), "postgres://h/y");
        assert_eq!(sibling("postgres:///x?host=/tmp/s", "y"), "postgres:///y?host=/tmp/s");
    }
}
