//! Words of a command, written so that a shell reads them back.

use crate::notation::{Glyph, glyphs};

/// The word in quotes, unless every shell takes it as it is.
pub(super) fn quoted_if_needed(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+{}".contains(c);
    match !word.is_empty() && word.chars().all(safe) {
        true => word.to_owned(),
        false => quoted(word),
    }
}

/// The word in quotes: `'it'\''s'`, or `$'\x1b'` for what cannot be printed.
pub(super) fn quoted(word: &str) -> String {
    let glyphs = glyphs(word.as_bytes());
    match glyphs.iter().all(can_be_printed) {
        true => format!("'{}'", word.replace('\'', r"'\''")),
        false => format!("$'{}'", glyphs.iter().map(with_escapes).collect::<String>()),
    }
}

fn can_be_printed(glyph: &Glyph) -> bool {
    glyph.is_plain() || glyph.bytes == b"\\"
}

fn with_escapes(glyph: &Glyph) -> String {
    match glyph.bytes.as_slice() {
        b"'" => r"\'".to_owned(),
        b"\\" => r"\\".to_owned(),
        _ if glyph.is_plain() => glyph.written.clone(),
        bytes => bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_a_shell_would_change_are_quoted() {
        let words = [
            ("python3", "python3"),
            ("{port}", "{port}"),
            ("a,b", "'a,b'"),
            ("", "''"),
            ("two words", "'two words'"),
            ("it's", r"'it'\''s'"),
            (r"back\slash", r"'back\slash'"),
            ("$HOME", "'$HOME'"),
            ("日本", "'日本'"),
        ];
        for (word, written) in words {
            assert_eq!(quoted_if_needed(word), written);
        }
    }

    #[test]
    fn what_cannot_be_printed_is_quoted_byte_by_byte() {
        assert_eq!(quoted("\x1b[2J'\\\n"), r"$'\x1b[2J\'\\\x0a'");
        assert_eq!(quoted("a\u{202e}"), r"$'a\xe2\x80\xae'");
    }
}
