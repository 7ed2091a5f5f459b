//! Bytes as text, with the escapes of the suite files. The result is safe to print: it
//! has no character that a terminal or a page interprets.

use super::grouped;

/// One character, or one byte that is not valid UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glyph {
    /// Never empty.
    pub bytes: Vec<u8>,
    /// A printable character or an escape.
    pub written: String,
}

impl Glyph {
    fn of_char(c: char) -> Self {
        Self {
            bytes: c.to_string().into_bytes(),
            written: escaped(c),
        }
    }

    fn of_byte(byte: u8) -> Self {
        Self {
            bytes: vec![byte],
            written: format!("\\x{byte:02x}"),
        }
    }

    /// Whether it is written without an escape.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.written.as_bytes() == self.bytes
    }
}

/// The characters of the bytes; what is not valid UTF-8 is written byte by byte.
#[must_use]
pub fn glyphs(bytes: &[u8]) -> Vec<Glyph> {
    bytes
        .utf8_chunks()
        .flat_map(|chunk| {
            let valid = chunk.valid().chars().map(Glyph::of_char);
            valid.chain(chunk.invalid().iter().copied().map(Glyph::of_byte))
        })
        .collect()
}

/// What part of the bytes of a text, in percent, is printable or ends a line.
const TEXT_SHARE: usize = 75;

/// A character or a byte, as a report writes it in a row of others.
pub(crate) struct Cell {
    /// In hex with a space behind it.
    pub(crate) written: String,
    /// The number of its bytes.
    pub(crate) bytes: usize,
}

/// Bytes as a report shows them in a row: as text if they are one, otherwise in hex. They are
/// written one by one, because often only the first fit.
pub(crate) fn cells(bytes: &[u8]) -> impl Iterator<Item = Cell> {
    let (text, hex) = if is_text(bytes) {
        (bytes, &[][..])
    } else {
        (&[][..], bytes)
    };
    let chars = text.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid().chars().map(Cell::of_char);
        valid.chain(chunk.invalid().iter().map(Cell::of_byte))
    });
    chars.chain(hex.iter().map(Cell::in_hex))
}

impl Cell {
    fn of_char(c: char) -> Self {
        Self {
            written: escaped(c),
            bytes: c.len_utf8(),
        }
    }

    fn of_byte(byte: &u8) -> Self {
        let written = format!("\\x{byte:02x}");
        Self { written, bytes: 1 }
    }

    fn in_hex(byte: &u8) -> Self {
        let written = format!("{byte:02x} ");
        Self { written, bytes: 1 }
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let chars = bytes.utf8_chunks().flat_map(|chunk| chunk.valid().chars());
    let is_readable = |c: &char| is_plain(*c) || matches!(c, '\n' | '\r' | '\t' | '\\');
    let readable: usize = chars.filter(is_readable).map(char::len_utf8).sum();
    readable * 100 >= bytes.len() * TEXT_SHARE
}

/// Bytes as a suite file writes them: `café\n`, `\x1b[2J`, `\xc3`.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    glyphs(bytes)
        .into_iter()
        .map(|glyph| glyph.written)
        .collect()
}

/// Text from outside, on one line and safe to print. Unlike [`text`] it leaves a
/// backslash alone and expands a tab, because no program reads it back.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => printable.push(c),
            '\t' => printable.push_str("    "),
            _ => printable.push_str(&escaped(c)),
        }
    }
    printable
}

/// The text, or its start and its end if it has more than `most` characters.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let (head, tail) = (most / 2, most / 4);
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    let left_out = grouped((count - head - tail) as u64);
    format!("{start} … {left_out} more characters … {end}")
}

/// Text from outside, on one line, with at most `most` characters before they are escaped.
#[cfg(feature = "formats")]
pub(crate) fn one_line(text: &str, most: usize) -> String {
    printable(&shortened(text, most))
}

/// Escapes each character that moves the cursor, is invisible, joins its neighbours or
/// changes their direction. A line then shows what was received, and its width is the
/// sum of the widths of its characters.
fn escaped(c: char) -> String {
    match c {
        _ if is_plain(c) => c.to_string(),
        '\n' | '\r' | '\t' | '\0' | '\\' => c.escape_debug().to_string(),
        _ if c.is_ascii_control() => format!("\\x{:02x}", u32::from(c)),
        _ => c.escape_unicode().to_string(),
    }
}

/// Whether a character is written without an escape.
fn is_plain(c: char) -> bool {
    match c {
        ' '..='[' | ']'..='~' => true,
        // Skin tones: `escape_debug` escapes all other joining characters.
        '\u{1f3fb}'..='\u{1f3ff}' => false,
        _ => c.escape_debug().len() == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_with_the_escapes_of_the_suite_files() {
        assert_eq!(text(b"a\r\n\t\0\\ 'b' \"c\""), r#"a\r\n\t\0\\ 'b' "c""#);
        assert_eq!(text("café 日本".as_bytes()), "café 日本");
        assert_eq!(text(b"\x1b[2J\x7f\xff"), r"\x1b[2J\x7f\xff");
    }

    #[test]
    fn an_incomplete_character_is_written_byte_by_byte() {
        assert_eq!(text(b"caf\xc3"), r"caf\xc3");
        assert_eq!(text(b"\xe6\x97!"), r"\xe6\x97!");
    }

    #[test]
    fn characters_that_reorder_hide_or_join_text_are_escaped() {
        let hostile = "a\u{202e}b\u{200b}c\u{feff}d\u{9b}e\u{301}\u{2028}";
        let written = r"a\u{202e}b\u{200b}c\u{feff}d\u{9b}e\u{301}\u{2028}";
        assert_eq!(text(hostile.as_bytes()), written);
        assert_eq!(printable(hostile), written);
    }

    #[test]
    fn an_emoji_sequence_is_written_as_its_parts() {
        let sequences = [
            ("👨‍👩‍👧", r"👨\u{200d}👩\u{200d}👧"),
            ("👍🏽", r"👍\u{1f3fd}"),
            ("❤️", r"❤\u{fe0f}"),
            ("🇩🇪", "🇩🇪"),
        ];
        for (sequence, written) in sequences {
            assert_eq!(printable(sequence), written);
        }
    }

    #[test]
    fn printable_text_keeps_its_backslashes() {
        assert_eq!(
            printable("C:\\x\tTrace\x1b[31m\n"),
            "C:\\x    Trace\\x1b[31m\\n"
        );
        assert_eq!(printable(&printable("\x07\\")), printable("\x07\\"));
    }

    #[test]
    fn the_glyphs_have_the_bytes_of_the_input() {
        let bytes: Vec<u8> = (0..=255).chain("é日\u{202e}".bytes()).collect();
        let joined: Vec<u8> = glyphs(&bytes).into_iter().flat_map(|g| g.bytes).collect();
        assert_eq!(joined, bytes);
    }
}
