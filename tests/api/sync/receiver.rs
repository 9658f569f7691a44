//! Who receives webhooks: a small server that answers as it is told and keeps what it got.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use reqwest::header::{HeaderMap, HeaderName};
use serde_json::Value;

/// A message as it arrived.
#[derive(Debug, Clone)]
pub struct Got {
    pub headers: BTreeMap<String, String>,
    pub body: String,
    pub json: Value,
}

impl Got {
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub fn kind(&self) -> &str {
        self.json["type"].as_str().unwrap()
    }

    /// Whether the official library takes it with this secret.
    pub fn verifies(&self, secret: &str) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            headers.insert(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        standardwebhooks::Webhook::new(secret).unwrap().verify(self.body.as_bytes(), &headers).is_ok()
    }
}

#[derive(Default)]
struct State {
    got: Vec<Got>,
    answers: VecDeque<String>,
    lasting: Option<String>,
}

/// A running receiver; it ends with the process.
pub struct Receiver {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let state = Arc::<Mutex<State>>::default();
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let state = shared.clone();
                std::thread::spawn(move || serve(stream.unwrap(), &state));
            }
        });
        Self { url, state }
    }

    /// What has arrived so far.
    pub fn got(&self) -> Vec<Got> {
        self.state.lock().unwrap().got.clone()
    }

    /// The types of the messages that have arrived.
    pub fn kinds(&self) -> Vec<String> {
        self.got().iter().map(|got| got.kind().to_owned()).collect()
    }

    /// The next answers, such as `503 Busy` or `429 Slow\r\nRetry-After: 90`; after them 200.
    pub fn answer(&self, answers: &[&str]) {
        self.state.lock().unwrap().answers.extend(answers.iter().map(|answer| (*answer).to_owned()));
    }

    /// The answer from now on.
    pub fn always(&self, answer: &str) {
        self.state.lock().unwrap().lasting = Some(answer.to_owned());
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ") {
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
    }
    let mut body = vec![0; headers.get("content-length").map_or(0, |length| length.parse().unwrap())];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let body = String::from_utf8(body).unwrap();
    let answer = {
        let mut state = state.lock().unwrap();
        state.got.push(Got { headers, json: serde_json::from_str(&body).unwrap(), body });
        let next = state.answers.pop_front().or_else(|| state.lasting.clone());
        next.unwrap_or_else(|| "200 OK".to_owned())
    };
    let text = "taken";
    let head = format!("HTTP/1.1 {answer}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}", text.len());
    let _ = stream.write_all(head.as_bytes());
}
