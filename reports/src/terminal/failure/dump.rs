//! Bytes in hex and as text, 16 per line. In the text one column is one byte.

use crate::notation::{Glyph, counted, glyphs};
use crate::record::Bytes;
use crate::terminal::width::columns;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum DumpRow {
    /// Up to sixteen bytes.
    Bytes {
        count: usize,
        hex: String,
        /// One column per byte.
        text: String,
    },
    /// The number of bytes that are not shown.
    LeftOut(u64),
}

const PER_LINE: usize = 16;

/// The most lines of one chunk.
const LINES: usize = 5;

/// The first bytes, and the last ones if the record has them.
pub(super) fn dump(bytes: &Bytes) -> Vec<DumpRow> {
    let kept = bytes.kept();
    let mut rows = rows(&kept);
    let unkept = bytes.len.saturating_sub(kept.len() as u64);
    if rows.len() <= LINES && unkept == 0 {
        return rows;
    }
    let last = match unkept {
        0 => rows.split_off(rows.len() - 1),
        _ => Vec::new(),
    };
    rows.truncate(LINES - 2);
    let shown: usize = rows.iter().chain(&last).map(DumpRow::bytes).sum();
    rows.push(DumpRow::LeftOut(bytes.len.saturating_sub(shown as u64)));
    rows.extend(last);
    rows
}

impl DumpRow {
    const fn bytes(&self) -> usize {
        match self {
            Self::Bytes { count, .. } => *count,
            Self::LeftOut(_) => 0,
        }
    }
}

pub(super) fn left_out(count: u64) -> String {
    format!("… {}", counted(count, "more byte"))
}

fn rows(bytes: &[u8]) -> Vec<DumpRow> {
    let cells = cells(bytes);
    bytes
        .chunks(PER_LINE)
        .zip(cells.chunks(PER_LINE))
        .map(|(bytes, cells)| DumpRow::Bytes {
            count: bytes.len(),
            hex: hex(bytes),
            text: cells.concat(),
        })
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    let group = |bytes: &[u8]| {
        let pairs: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        pairs.join(" ")
    };
    let groups: Vec<_> = bytes.chunks(PER_LINE / 2).map(group).collect();
    groups.join("  ")
}

/// One cell per byte. A character is in the cell of its first byte and is padded with
/// `·` to as many columns as it has bytes. What is not printable, or is split by the end
/// of the line or chunk, is only `·`.
fn cells(bytes: &[u8]) -> Vec<String> {
    let mut cells: Vec<String> = Vec::with_capacity(bytes.len());
    for glyph in glyphs(bytes) {
        let at = cells.len() % PER_LINE;
        if glyph.is_plain() && at + glyph.bytes.len() <= PER_LINE {
            cells.extend(padded(&glyph));
        } else {
            cells.extend(glyph.bytes.iter().map(|_| "·".to_owned()));
        }
    }
    cells
}

fn padded(glyph: &Glyph) -> impl Iterator<Item = String> {
    let wide = columns(&glyph.written);
    let rest = (1..glyph.bytes.len()).map(move |at| if at < wide { "" } else { "·" }.to_owned());
    std::iter::once(glyph.written.clone()).chain(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Vec<String> {
        let text = |row| match row {
            DumpRow::Bytes { text, .. } => text,
            DumpRow::LeftOut(count) => left_out(count),
        };
        dump(&Bytes::of(bytes)).into_iter().map(text).collect()
    }

    #[test]
    fn every_byte_has_one_column() {
        for bytes in ["caf\u{e9} 日本!".as_bytes(), b"\x1b[2J\\'\x80", b"\xe6\x97"] {
            let [text] = texts(bytes).try_into().expect("fewer than 16 bytes");
            assert_eq!(columns(&text), bytes.len(), "{text}");
        }
        assert_eq!(texts("caf\u{e9} 日本!\n".as_bytes()), ["café· 日·本·!·"]);
    }

    #[test]
    fn a_character_split_by_the_end_of_a_line_is_not_shown_twice() {
        assert_eq!(
            texts("fifteen bytes..日".as_bytes()),
            ["fifteen bytes..·", "··"]
        );
    }

    #[test]
    fn the_middle_of_a_long_chunk_is_left_out_and_counted() {
        let long: Vec<u8> = (b'a'..=b'z').cycle().take(200).collect();
        let lines = texts(&long);
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[3], "… 144 more bytes");
        assert_eq!(lines[4].len(), 200 % 16);
        assert_eq!(texts(&[b'a'; 2_000])[3], "… 1 952 more bytes");
        assert_eq!(texts(&[b'a'; 80]).len(), 5);
    }

    #[test]
    fn bytes_that_a_record_did_not_keep_are_counted() {
        let none = Bytes {
            hex: String::new(),
            len: 7,
            from: 0,
        };
        assert_eq!(dump(&none), [DumpRow::LeftOut(7)]);
        let some = Bytes {
            len: 600,
            ..Bytes::of(b"abc")
        };
        assert_eq!(dump(&some)[1], DumpRow::LeftOut(597));
    }
}
