//! The real program, as users run it: started, asked over HTTP, killed.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use touchline::db::{Db, Opener, Sizes, Target};

use super::TestApp;
use super::database::API_KEY;

/// A data folder and a database for the real program, holding what the test's application held.
pub struct Home {
    pub folder: tempfile::TempDir,
    url: String,
}

impl Home {
    /// On SQLite a copy of the test's database, so that nothing else has it open; on PostgreSQL the same.
    pub fn of(app: &TestApp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match &app.database.target {
            Target::Postgres(url) => url.clone(),
            Target::Sqlite(path) => {
                let copy = folder.path().join("touchline.db");
                let mut conn = Opener::new(Target::Sqlite(path.clone())).open().ok().unwrap();
                conn.batch_execute(&format!("VACUUM INTO '{}'", copy.display())).unwrap();
                copy.display().to_string()
            }
        };
        Self { folder, url }
    }

    /// The database, for use when no server holds it.
    pub fn open(&self) -> Db {
        let target = Target::parse(&self.url).unwrap();
        Db::open(Opener::new(target.clone()), target.clone(), Sizes { readers: 2, ..Sizes::for_target(&target) })
            .unwrap()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program with its settings; none of them from this process's environment.
    pub fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_touchline"));
        self.settings(&mut command);
        command
    }

    fn settings(&self, command: &mut Command) {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("TOUCHLINE_") {
                command.env_remove(name);
            }
        }
        command
            .env("DATABASE_URL", &self.url)
            .env("TOUCHLINE_DATA", self.folder.path())
            .env("TOUCHLINE_BIND", "127.0.0.1:0")
            .env("TOUCHLINE_LOG", "off")
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.program().args(arguments).output().unwrap()
    }

    /// Starts a server and waits for its address.
    pub fn serve(&self) -> Server {
        Server::start(&mut self.program())
    }

    /// A server none of whose files may grow beyond `kib`.
    pub fn serve_with_small_disk(&self, kib: u64) -> Server {
        let mut command = Command::new("bash");
        let script = format!("trap '' XFSZ; ulimit -S -f {kib}; exec \"$0\"");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_touchline")]);
        self.settings(&mut command);
        Server::start(&mut command)
    }
}

/// What the command said on standard error.
pub fn complaint(output: &Output) -> String {
    assert!(!output.status.success(), "it should have failed");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running server.
pub struct Server {
    child: Child,
    pub address: String,
    /// Where its figures are, where they have a port of their own.
    pub metrics: Option<String>,
}

impl Server {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut metrics = None;
        let address = said.find_map(|line| {
            let line = line.ok()?;
            metrics = metrics.take().or(line.strip_prefix("Metrics are at ").map(str::to_owned));
            line.strip_prefix("Touchline serves ").map(str::to_owned)
        });
        let Some(address) = address else {
            let mut complaint = String::new();
            child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
            panic!("the server did not start: {complaint}");
        };
        Self { child, address, metrics }
    }

    /// A caller of its own connection, with the test's API key.
    pub fn caller(&self) -> Caller {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
        Caller { agent: config.build().into(), address: self.address.clone() }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// kill -9.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop; whether it ended well.
    pub fn stop(mut self) -> bool {
        self.terminate();
        self.child.wait().unwrap().success()
    }

    /// Stops it; what it logged.
    pub fn logged(mut self) -> String {
        self.terminate();
        let mut logged = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut logged).unwrap();
        logged
    }

    pub fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const PATIENCE: Duration = Duration::from_secs(30);

/// An HTTP client with its own connections.
pub struct Caller {
    agent: ureq::Agent,
    address: String,
}

/// An answer of the real program.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub retry_after: Option<String>,
    pub json: Value,
}

/// What a caller gets: an answer, or none because the connection was refused or broke.
pub type Got = Result<Reply, ureq::Error>;

impl Caller {
    pub fn get(&self, path: &str) -> Got {
        let url = format!("{}{path}", self.address);
        read(self.agent.get(url).header("Authorization", format!("Bearer {API_KEY}")).call()?)
    }

    /// A POST of JSON.
    pub fn post(&self, path: &str, body: &Value) -> Got {
        let request = self.agent.post(format!("{}{path}", self.address));
        let request = request.header("Authorization", format!("Bearer {API_KEY}"));
        read(request.content_type("application/json").send(body.to_string())?)
    }

    /// The text at a URL, asked for with this token; the status alone where it is refused.
    pub fn text(&self, url: &str, token: &str) -> Result<String, u16> {
        let mut response = self.agent.get(url).header("Authorization", format!("Bearer {token}")).call().unwrap();
        match response.status().as_u16() {
            200 => Ok(response.body_mut().read_to_string().unwrap()),
            refused => Err(refused),
        }
    }

    /// Creates a team, once however often it is asked with the same name.
    pub fn create_team(&self, name: &str) -> Got {
        let request = self.agent.post(format!("{}/api/v1/teams", self.address));
        let request = request.header("Authorization", format!("Bearer {API_KEY}")).header("Idempotency-Key", name);
        read(request.content_type("application/json").send(json!({ "name": name }).to_string())?)
    }

    /// The names of all teams.
    pub fn teams(&self) -> Vec<String> {
        let listed = self.get("/api/v1/teams").unwrap();
        assert_eq!(listed.status, 200, "{listed:?}");
        let items = listed.json["items"].as_array().unwrap();
        items.iter().map(|team| team["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Asks until the answer has this status; fails after half a minute.
    pub fn wait_for(&self, status: u16, path: &str) {
        let started = std::time::Instant::now();
        loop {
            let got = self.get(path);
            match &got {
                Ok(reply) if reply.status == status => return,
                _ => assert!(started.elapsed() < PATIENCE, "{path} never said {status}: {got:?}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> Got {
    let retry_after = response.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let status = response.status().as_u16();
    let text = response.body_mut().read_to_string()?;
    Ok(Reply { status, retry_after, json: serde_json::from_str(&text).unwrap_or(Value::Null) })
}

/// Whether a file can be read by others than its owner.
pub fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode().trailing_zeros() >= 6
}
