//! What separates the cells of a file, and which of its rows names the columns.

use csv::{ReaderBuilder, StringRecord};

/// Separators that files come with.
const SIGNS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows that are looked at.
const LOOKED_AT: usize = 200;
/// How many rows may stand above the names of the columns.
const MOST_PREAMBLE: usize = 12;

/// The sign that the first line has most of, outside quotes.
#[must_use]
pub fn in_first_line(start: &[u8]) -> u8 {
    let mut counts = SIGNS.map(|sign| (sign, 0));
    let mut quoted = false;
    for byte in start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            byte if !quoted => {
                if let Some((_, count)) = counts.iter_mut().find(|(sign, _)| sign == byte) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    // Of equals the first, which is the comma.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(sign, _)| *sign)
}

/// How a file that begins so is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// What separates cells.
    pub delimiter: u8,
    /// Rows above the one that names the columns.
    pub preamble: usize,
}

/// Finds the layout: the separator by which most rows have the same number of cells, and the first row of that width.
#[must_use]
pub fn layout(start: &str) -> Layout {
    if let Some(sign) = declared(start) {
        let delimiter = sign;
        return Layout { delimiter, preamble: 1 + preamble(&rows(start, delimiter).split_off(1)) };
    }
    let scored = SIGNS.iter().rev().filter_map(|sign| {
        let (width, share) = usual_width(&rows(start, *sign))?;
        (width > 1).then_some((share, width, *sign))
    });
    // By share in tenths first: a stray sign in a few rows must not outweigh a wider table.
    let best = scored.max_by_key(|(share, width, _)| (share / 100, *width, *share));
    let delimiter = best.map_or(b',', |(.., sign)| sign);
    Layout { delimiter, preamble: preamble(&rows(start, delimiter)) }
}

/// Excel's own first line: `sep=;`.
fn declared(start: &str) -> Option<u8> {
    let line = start.lines().next()?.trim_matches('"');
    let sign = line.strip_prefix("sep=")?.bytes().next()?;
    sign.is_ascii().then_some(sign)
}

fn rows(start: &str, delimiter: u8) -> Vec<StringRecord> {
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(start.as_bytes());
    let mut rows: Vec<_> = reader.records().map_while(Result::ok).take(LOOKED_AT).collect();
    // The last may be cut off.
    if rows.len() > 2 && rows.len() < LOOKED_AT {
        rows.pop();
    }
    rows
}

/// The most usual number of cells, and its share of all rows in thousandths.
fn usual_width(rows: &[StringRecord]) -> Option<(usize, usize)> {
    let mut counts = std::collections::BTreeMap::<usize, usize>::new();
    for row in rows {
        *counts.entry(row.len()).or_default() += 1;
    }
    let (width, count) = counts.into_iter().max_by_key(|(width, count)| (*count, *width))?;
    Some((width, count * 1000 / rows.len().max(1)))
}

/// The rows above the header: a few that are narrower than the table, or hold but one text.
fn preamble(rows: &[StringRecord]) -> usize {
    let Some((width, _)) = usual_width(rows) else { return 0 };
    let filled = |row: &StringRecord| row.iter().filter(|cell| !cell.trim().is_empty()).count();
    let is_title = |row: &StringRecord| width > 1 && (row.len() < width.div_ceil(2) || filled(row) <= 1);
    let above = rows.iter().take(MOST_PREAMBLE).take_while(|row| is_title(row)).count();
    if above < rows.len() { above } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (char, usize) {
        let Layout { delimiter, preamble } = layout(text);
        (char::from(delimiter), preamble)
    }

    #[test]
    fn the_separator_that_makes_a_table_is_found() {
        assert_eq!(found("a,b\n1,2\n3,4\n"), (',', 0));
        assert_eq!(found("a;b;c\n1,5;2,5;3\n1,5;2,5;3\n"), (';', 0));
        assert_eq!(found("name\tnote\nA\tone, two, three\nB\tone\n"), ('\t', 0));
        assert_eq!(found("name|mail\n\"A|B\"|a@x\n"), ('|', 0));
        assert_eq!(found("mail\na@x.example\nb@x.example\n"), (',', 0));
        assert_eq!(found(""), (',', 0));
    }

    #[test]
    fn titles_above_the_table_are_passed_over() {
        assert_eq!(
            found("Campaign report\n\"1 May 2024 - 31 May 2024\"\nDay,Campaign,Clicks\na,b,1\nc,d,2\n"),
            (',', 2)
        );
        assert_eq!(found("Клиент;;;\nДата;Кампания;Показы;Клики\n1;2;3;4\n1;2;3;4\n"), (';', 1));
        assert_eq!(found("sep=;\na;b\n1;2\n"), (';', 1));
    }

    #[test]
    fn a_ragged_row_changes_nothing() {
        assert_eq!(found("a;b;c\n1;2;3\n1;2\n1;2;3;4\n1;2;3\n1;2;3\n"), (';', 0));
    }
}
