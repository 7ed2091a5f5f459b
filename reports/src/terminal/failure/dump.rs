//! Bytes in hex and as text, sixteen a line, a column a byte.

use crate::notation::{Glyph, counted, glyphs};
use crate::record::Bytes;
use crate::terminal::width::columns;

/// What a line of a dump shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum DumpRow {
    /// Up to sixteen bytes.
    Bytes {
        /// How many.
        count: usize,
        /// In hex, in groups.
        hex: String,
        /// As text, as many columns as there are bytes.
        text: String,
    },
    /// So many bytes are not shown here.
    LeftOut(u64),
}

const A_LINE: usize = 16;

/// How many lines of one chunk are shown.
const LINES: usize = 5;

/// The first bytes, and the last if they were kept.
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

/// What stands in the place of bytes that are not shown.
pub(super) fn left_out(count: u64) -> String {
    format!("… {}", counted(count, "more byte"))
}

fn rows(bytes: &[u8]) -> Vec<DumpRow> {
    let cells = cells(bytes);
    bytes
        .chunks(A_LINE)
        .zip(cells.chunks(A_LINE))
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
    let groups: Vec<_> = bytes.chunks(A_LINE / 2).map(group).collect();
    groups.join("  ")
}

/// A cell for each byte. A character stands at its first byte and is filled up
/// with `·` to as many columns as it has bytes; one that a line's end or a
/// chunk's end takes apart is only `·`, as is all that cannot be printed.
fn cells(bytes: &[u8]) -> Vec<String> {
    let mut cells: Vec<String> = Vec::with_capacity(bytes.len());
    for glyph in glyphs(bytes) {
        let at = cells.len() % A_LINE;
        match glyph.is_plain() && at + glyph.bytes.len() <= A_LINE {
            true => cells.extend(filled_up(&glyph)),
            false => cells.extend(glyph.bytes.iter().map(|_| "·".to_owned())),
        }
    }
    cells
}

fn filled_up(glyph: &Glyph) -> impl Iterator<Item = String> {
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
    fn every_byte_takes_a_column() {
        for bytes in ["caf\u{e9} 日本!".as_bytes(), b"\x1b[2J\\'\x80", b"\xe6\x97"] {
            let [text] = texts(bytes).try_into().expect("fewer than sixteen bytes");
            assert_eq!(columns(&text), bytes.len(), "{text}");
        }
        assert_eq!(texts("caf\u{e9} 日本!\n".as_bytes()), ["café· 日·本·!·"]);
    }

    #[test]
    fn a_character_that_a_line_takes_apart_is_not_shown_twice() {
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
    fn bytes_that_a_record_does_not_hold_are_counted_too() {
        let none = Bytes {
            hex: String::new(),
            len: 7,
        };
        assert_eq!(dump(&none), [DumpRow::LeftOut(7)]);
        let some = Bytes {
            len: 600,
            ..Bytes::of(b"abc")
        };
        assert_eq!(dump(&some)[1], DumpRow::LeftOut(597));
    }
}
