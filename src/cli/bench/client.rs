//! A cheap HTTP client: connections kept alive, one thread for all of them, no more than the server's own answers need.

use std::io::Write;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::stats::Stretch;

/// A request, ready to be sent.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Path and query.
    pub path: String,
    /// A JSON body; empty for none.
    pub body: Vec<u8>,
}

impl Request {
    /// A GET.
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), body: Vec::new() }
    }

    /// A POST of JSON.
    #[must_use]
    pub fn post(path: impl Into<String>, body: Vec<u8>) -> Self {
        Self { method: "POST", path: path.into(), body }
    }
}

/// One kept-alive connection.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    token: String,
    out: Vec<u8>,
    have: Vec<u8>,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// The server is not there.
    pub async fn connect(address: &str, token: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, token: token.to_owned(), out: Vec::new(), have: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a request and reads its answer to the end; gives the status and the body.
    ///
    /// # Errors
    /// The connection broke, or the answer is not one that our server gives.
    pub async fn send(&mut self, request: &Request) -> std::io::Result<(u16, &[u8])> {
        self.out.clear();
        let Request { method, path, body } = request;
        write!(
            self.out,
            "{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            self.token,
            body.len()
        )?;
        self.out.extend_from_slice(body);
        self.stream.write_all(&self.out).await?;
        self.answer().await
    }

    async fn answer(&mut self) -> std::io::Result<(u16, &[u8])> {
        self.have.clear();
        let (status, start, length) = loop {
            if let Some(found) = head(&self.have) {
                break found;
            }
            self.more().await?;
        };
        while self.have.len() < start + length {
            self.more().await?;
        }
        Ok((status, self.have.get(start..).unwrap_or_default()))
    }

    async fn more(&mut self) -> std::io::Result<()> {
        match self.stream.read_buf(&mut self.have).await? {
            0 => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

/// Runs what a client does, on one thread: threads that wait cost the server the processor.
///
/// # Errors
/// What `work` returns, or it takes longer than `limit`.
pub fn run<T>(limit: Duration, work: impl Future<Output = std::io::Result<T>>) -> std::io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { tokio::time::timeout(limit, work).await? })
}

/// Status, where the body starts and how long it is, once the head is whole.
fn head(bytes: &[u8]) -> Option<(u16, usize, usize)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let mut named = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = named.find_map(|(_, value)| value.trim().parse().ok()).unwrap_or(0);
    Some((status, end + 4, length))
}

/// How long the last answers of a load may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Sends requests over `connections` connections at once for `time`; `make` gives the next one.
///
/// # Errors
/// A connection cannot be made, or the server no longer answers.
pub fn load(
    address: &str,
    token: &str,
    connections: usize,
    time: Duration,
    make: &(dyn Fn(u64) -> Request + Sync),
) -> std::io::Result<Stretch> {
    run(time + PATIENCE, async {
        let mut clients = Vec::with_capacity(connections);
        for nth in 0..connections as u64 {
            clients.push((nth, Client::connect(address, token).await?));
        }
        let started = Instant::now();
        let mut parts: FuturesUnordered<_> =
            clients.into_iter().map(|(nth, client)| drive(client, nth, started, time, make)).collect();
        let mut all = Stretch::default();
        while let Some(part) = parts.next().await {
            all.micros.extend(part.micros);
            all.failed += part.failed;
        }
        Ok(Stretch { elapsed: started.elapsed(), ..all })
    })
}

async fn drive(
    mut client: Client,
    nth: u64,
    started: Instant,
    time: Duration,
    make: &(dyn Fn(u64) -> Request + Sync),
) -> Stretch {
    let mut stretch = Stretch::default();
    let mut number = nth << 32;
    while started.elapsed() < time {
        let request = make(number);
        number += 1;
        let sent = Instant::now();
        match client.send(&request).await {
            Ok((200..=299, _)) => {
                stretch.micros.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
            Ok(_) => stretch.failed += 1,
            Err(_) => {
                stretch.failed += 1;
                break;
            }
        }
    }
    stretch
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_by_its_length() {
        let text = b"HTTP/1.1 201 Created\r\ncontent-length: 5\r\nx: y\r\n\r\nhello";
        assert_eq!(head(text), Some((201, text.len() - 5, 5)));
        assert_eq!(head(b"HTTP/1.1 204 No Content\r\n\r\n"), Some((204, 27, 0)));
        assert_eq!(head(b"HTTP/1.1 200 OK\r\ncontent-le"), None);
    }
}
