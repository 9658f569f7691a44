//! A throw-away PostgreSQL: given by `TEST_DATABASE_URL`, or started from the programs found on this machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A PostgreSQL server to make test databases on.
pub struct Cluster {
    url: String,
    own: Option<Own>,
}

struct Own {
    bin: PathBuf,
    folder: tempfile::TempDir,
}

impl Cluster {
    /// The server of `TEST_DATABASE_URL`, or one started now; `None` where there is neither.
    pub fn find_or_start() -> Option<Self> {
        if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
            return Some(Self { url, own: None });
        }
        Self::start(&find_programs()?)
    }

    /// Starts a server of our own in a temporary folder, reachable through a socket there.
    pub fn start(bin: &Path) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("touchline-pg").tempdir().expect("a temporary folder");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(folder.path()))?;
        }
        let data = folder.path().join("data");
        run(program(bin, "initdb")
            .args(["-U", "touchline", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "-D"])
            .arg(&data))?;
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={} -c fsync=off -c full_page_writes=off -c max_connections=300",
            folder.path().display()
        );
        run(program(bin, "pg_ctl")
            .args(["start", "-w", "-l"])
            .arg(folder.path().join("log"))
            .arg("-D")
            .arg(&data)
            .arg("-o")
            .arg(options))?;
        let url = format!("postgres:///postgres?host={}&user=touchline", folder.path().display());
        Some(Self { url, own: Some(Own { bin: bin.to_owned(), folder }) })
    }

    /// The URL of a database one may connect to in order to make others.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(own) = &self.own {
            let _ = run(program(&own.bin, "pg_ctl")
                .args(["stop", "-m", "immediate", "-D"])
                .arg(own.folder.path().join("data")));
        }
    }
}

/// The folder with `initdb` and `pg_ctl`: the newest of Debian's, or the one on the path.
pub fn find_programs() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    found.sort();
    found.reverse();
    found.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    found.into_iter().find(|bin| bin.join("initdb").exists() && bin.join("pg_ctl").exists())
}

/// PostgreSQL refuses to run as root: then its programs run as `postgres`.
fn program(bin: &Path, name: &str) -> Command {
    if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(bin.join(name));
        command
    } else {
        Command::new(bin.join(name))
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

fn run(command: &mut Command) -> Option<()> {
    let command = command.current_dir("/").stdout(Stdio::null()).stderr(Stdio::piped()).stdin(Stdio::null());
    match command.spawn().and_then(std::process::Child::wait_with_output) {
        Ok(output) if output.status.success() => Some(()),
        Ok(output) => {
            eprintln!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
            None
        }
        Err(error) => {
            eprintln!("{command:?} failed: {error}");
            None
        }
    }
}
