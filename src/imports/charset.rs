//! The letters of a file: which charset it is written in, and the file as UTF-8, read as a stream.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The most bytes a row of a table may span before it is taken for an open quote that swallows the file.
const LONGEST_ROW: usize = 4 * 1024 * 1024;
/// The most bytes a vCard may span: its pictures are passed over as they are read.
const LONGEST_CARD: usize = 64 * 1024 * 1024;

/// The charset of a file that begins so. `foreign` is what stands around the first bytes that are no UTF-8, `None` where
/// all of the file is: a file may begin with pages of plain Latin letters.
#[must_use]
pub fn detect(start: &[u8], foreign: Option<&[u8]>) -> &'static Encoding {
    if let Some((marked, _)) = Encoding::for_bom(start) {
        return marked;
    }
    if let Some(wide) = utf16_without_mark(start) {
        return wide;
    }
    let Some(foreign) = foreign else { return UTF_8 };
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    if !start.is_ascii() {
        detector.feed(start, false);
    }
    detector.feed(foreign, false);
    detector.guess(None, Utf8Detection::Deny)
}

/// Text in Latin letters has a zero in every other byte of UTF-16.
fn utf16_without_mark(start: &[u8]) -> Option<&'static Encoding> {
    let start = start.get(..start.len().min(4096))?;
    let zeros = |parity: usize| start.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), start.len() / 2);
    if half < 2 {
        None
    } else if odd > half / 3 && even < odd / 8 + 1 {
        Some(UTF_16LE)
    } else if even > half / 3 && odd < even / 8 + 1 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// What stands around the first bytes that are no UTF-8, up to 256 KiB of it; `None` where everything that is read is
/// valid UTF-8. No more is kept in memory.
///
/// # Errors
/// The file cannot be read.
pub fn foreign(mut file: impl Read) -> io::Result<Option<Vec<u8>>> {
    const BLOCK: usize = 256 * 1024;
    let mut block = vec![0; BLOCK];
    let mut left = 0;
    loop {
        let Some(free) = block.get_mut(left..) else { return Ok(Some(block)) };
        let read = file.read(free)?;
        if read == 0 {
            block.truncate(left);
            return Ok((left > 0).then_some(block));
        }
        let filled = left + read;
        match std::str::from_utf8(block.get(..filled).unwrap_or_default()) {
            Ok(_) => left = 0,
            Err(error) if error.error_len().is_none() => {
                // A letter goes on in the next block.
                let from = error.valid_up_to();
                block.copy_within(from..filled, 0);
                left = filled - from;
            }
            Err(error) => {
                block.truncate(filled);
                block.drain(..error.valid_up_to().saturating_sub(1024));
                let more = u64::try_from(BLOCK.saturating_sub(block.len())).unwrap_or_default();
                file.take(more).read_to_end(&mut block)?;
                return Ok(Some(block));
            }
        }
    }
}

/// What is seen of a file while it is read.
#[derive(Debug, Default)]
pub struct Seen {
    since_row: AtomicUsize,
    open_quote: AtomicBool,
    raw: AtomicU64,
}

impl Seen {
    /// A row has been read to its end.
    pub fn row_ended(&self) {
        self.since_row.store(0, Ordering::Relaxed);
    }

    /// The bytes read from the file so far.
    #[must_use]
    pub fn raw(&self) -> u64 {
        self.raw.load(Ordering::Relaxed)
    }

    /// Whether what was read so far has an odd number of quotes.
    #[must_use]
    pub fn open_quote(&self) -> bool {
        self.open_quote.load(Ordering::Relaxed)
    }
}

/// A file as UTF-8 without its byte order mark.
pub struct Decoded<R> {
    inner: R,
    /// `None` where the file is UTF-8 already.
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    ready: String,
    at: usize,
    ended: bool,
    seen: Arc<Seen>,
    longest: usize,
}

impl<R> std::fmt::Debug for Decoded<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoded").field("seen", &self.seen).finish_non_exhaustive()
    }
}

impl<R: Read> Decoded<R> {
    /// A file in this charset. What is no UTF-8 in a file that should be is passed on as it is, so that its rows can be told.
    pub fn new(inner: R, charset: &'static Encoding) -> Self {
        let decoder = (charset != UTF_8).then(|| charset.new_decoder_with_bom_removal());
        let seen = Arc::default();
        Self { inner, decoder, raw: Vec::new(), ready: String::new(), at: 0, ended: false, seen, longest: LONGEST_ROW }
    }

    /// The same of a file of vCards, which may be longer than rows.
    #[must_use]
    pub fn of_cards(self) -> Self {
        Self { longest: LONGEST_CARD, ..self }
    }

    /// What is seen while it is read.
    #[must_use]
    pub fn seen(&self) -> Arc<Seen> {
        self.seen.clone()
    }

    fn fill(&mut self) -> io::Result<()> {
        self.raw.resize(64 * 1024, 0);
        while self.at >= self.ready.len() && !self.ended {
            let Some(decoder) = &mut self.decoder else { return Ok(()) };
            let read = self.inner.read(&mut self.raw)?;
            self.ended = read == 0;
            self.seen.raw.fetch_add(u64::try_from(read).unwrap_or_default(), Ordering::Relaxed);
            self.at = 0;
            self.ready.clear();
            let room = decoder.max_utf8_buffer_length(read).unwrap_or(read * 3 + 16);
            self.ready.reserve(room);
            let some = self.raw.get(..read).unwrap_or_default();
            let _ = decoder.decode_to_string(some, &mut self.ready, self.ended);
        }
        Ok(())
    }

    fn watch(&self, some: &[u8]) -> io::Result<()> {
        #[expect(clippy::naive_bytecount, reason = "the compiler makes it as fast as it need be")]
        if some.iter().filter(|byte| **byte == b'"').count() % 2 == 1 {
            self.seen.open_quote.fetch_xor(true, Ordering::Relaxed);
        }
        if self.seen.since_row.fetch_add(some.len(), Ordering::Relaxed) > self.longest {
            let message = format!("a row is longer than {} MiB: is a quote left open?", self.longest / 1024 / 1024);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = if self.decoder.is_some() {
            self.fill()?;
            let rest = self.ready.as_bytes().get(self.at..).unwrap_or_default();
            let read = rest.len().min(out.len());
            if let (Some(to), Some(from)) = (out.get_mut(..read), rest.get(..read)) {
                to.copy_from_slice(from);
            }
            self.at += read;
            read
        } else {
            let read = self.inner.read(out)?;
            self.seen.raw.fetch_add(u64::try_from(read).unwrap_or_default(), Ordering::Relaxed);
            read
        };
        self.watch(out.get(..read).unwrap_or_default())?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{WINDOWS_1251, WINDOWS_1252};
    use proptest::prelude::*;

    fn read(bytes: &[u8], charset: &'static Encoding) -> String {
        let mut out = String::new();
        Decoded::new(bytes, charset).read_to_string(&mut out).unwrap();
        out
    }

    fn wide(text: &str, swap: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn charsets_are_known_by_their_marks_or_their_letters() {
        let russian = "Имя;Фамилия;Телефон\nСветлана;Иванова;+7 912 345-67-89\nПётр;Сидоров;Позвонить завтра\n";
        let (bytes, ..) = WINDOWS_1251.encode(russian);
        assert_eq!(detect(&bytes, Some(&bytes)), WINDOWS_1251);
        assert_eq!(read(&bytes, WINDOWS_1251), russian);
        let german = "Name;Straße\nJürgen Müller;Hauptstraße 5, Köln\nFrançois;Rue de l’Église\n";
        let (bytes, ..) = WINDOWS_1252.encode(german);
        assert_eq!(detect(&bytes, Some(&bytes)), WINDOWS_1252);
        assert_eq!(detect(russian.as_bytes(), None), UTF_8);
        assert_eq!(detect(&wide("name,mail\n", false), None), UTF_16LE);
        assert_eq!(detect(&wide("\u{feff}Имя,почта\n", true), Some(b"")), UTF_16BE);
        assert_eq!(read(&wide("\u{feff}Имя,почта\n", false), UTF_16LE), "Имя,почта\n");
    }

    #[test]
    fn a_row_without_end_stops_the_reading_and_an_open_quote_is_noticed() {
        let mut file = Decoded::new(io::repeat(b'x'), UTF_8);
        assert_eq!(io::copy(&mut file, &mut io::sink()).unwrap_err().kind(), io::ErrorKind::InvalidData);
        let mut file = Decoded::new(&b"a,\"b"[..], UTF_8);
        io::copy(&mut file, &mut io::sink()).unwrap();
        assert!(file.seen().open_quote());
    }

    #[test]
    fn a_file_that_begins_in_plain_letters_is_known_by_what_comes_later() {
        let (late, ..) = WINDOWS_1251.encode("Светлана;Иванова;Позвонить завтра\nПётр;Сидоров;Перезвонить\n");
        let mut bytes = "Ann;Lee;call\n".repeat(100_000).into_bytes();
        bytes.extend_from_slice(&late);
        let start = &bytes[..1024 * 1024];
        let around = foreign(&bytes[..]).unwrap().unwrap();
        assert_eq!(detect(start, Some(&around)), WINDOWS_1251);
        assert!(around.len() <= 256 * 1024);
    }

    proptest! {
        #[test]
        fn any_text_comes_back_from_utf16_however_it_is_cut(text in "\\PC{0,300}", swap: bool) {
            struct Drops<'a>(&'a [u8]);
            impl Read for Drops<'_> {
                fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                    let some = self.0.len().min(out.len()).min(3);
                    out[..some].copy_from_slice(&self.0[..some]);
                    self.0 = &self.0[some..];
                    Ok(some)
                }
            }
            let bytes = wide(&text, swap);
            let mut out = String::new();
            let charset = if swap { UTF_16BE } else { UTF_16LE };
            Decoded::new(Drops(&bytes), charset).read_to_string(&mut out).unwrap();
            prop_assert_eq!(out, text.trim_start_matches('\u{feff}'));
        }

        #[test]
        fn a_file_is_utf8_exactly_where_its_bytes_are(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(foreign(&bytes[..]).unwrap().is_none(), std::str::from_utf8(&bytes).is_ok());
        }
    }
}
