//! A cheap HTTP client: one connection kept alive, no more than the server's own answers need.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

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
    buffer: Vec<u8>,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// The server is not there.
    pub fn connect(address: &str, token: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(120)))?;
        Ok(Self { stream, token: token.to_owned(), out: Vec::new(), buffer: vec![0; 64 * 1024] })
    }

    /// Sends a request and reads its answer to the end; gives the status and the body.
    ///
    /// # Errors
    /// The connection broke, or the answer is not one that our server gives.
    pub fn send(&mut self, request: &Request) -> std::io::Result<(u16, Vec<u8>)> {
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
        self.stream.write_all(&self.out)?;
        self.answer()
    }

    fn answer(&mut self) -> std::io::Result<(u16, Vec<u8>)> {
        let mut have = Vec::new();
        let (status, start, length) = loop {
            if let Some(found) = head(&have) {
                break found;
            }
            self.more(&mut have)?;
        };
        while have.len() < start + length {
            self.more(&mut have)?;
        }
        Ok((status, have.split_off(start)))
    }

    fn more(&mut self, have: &mut Vec<u8>) -> std::io::Result<()> {
        let read = self.stream.read(&mut self.buffer)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        have.extend_from_slice(self.buffer.get(..read).unwrap_or_default());
        Ok(())
    }
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

/// Sends requests over `connections` connections at once for `time`; `make` gives the next one.
///
/// # Errors
/// A connection cannot be made.
pub fn load(
    address: &str,
    token: &str,
    connections: usize,
    time: Duration,
    make: &(dyn Fn(u64) -> Request + Sync),
) -> std::io::Result<Stretch> {
    let clients: Vec<_> = (0..connections).map(|_| Client::connect(address, token)).collect::<Result<_, _>>()?;
    let started = Instant::now();
    let parts: Vec<Stretch> = std::thread::scope(|scope| {
        let threads: Vec<_> = clients
            .into_iter()
            .zip(0_u64..)
            .map(|(client, nth)| scope.spawn(move || drive(client, nth, started, time, make)))
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let mut all = Stretch { elapsed: started.elapsed(), ..Stretch::default() };
    for part in parts {
        all.micros.extend(part.micros);
        all.failed += part.failed;
    }
    Ok(all)
}

fn drive(
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
        match client.send(&request) {
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
