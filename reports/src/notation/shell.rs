//! Arguments of a command, quoted for a shell.
//!
//! Unlike the shlex crate this leaves `{port}` unquoted, as users type it, and writes
//! control characters as escapes that are safe to print.

use super::{Glyph, glyphs};

/// Quotes a word unless every shell leaves it unchanged.
#[must_use]
pub fn quoted_if_needed(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+{}".contains(c);
    if !word.is_empty() && word.chars().all(safe) {
        word.to_owned()
    } else {
        quoted(word)
    }
}

/// Quotes a word: `'it'\''s'`, or `$'\x1b'` if it is not printable.
pub(crate) fn quoted(word: &str) -> String {
    let glyphs = glyphs(word.as_bytes());
    if glyphs.iter().all(is_printable) {
        format!("'{}'", word.replace('\'', r"'\''"))
    } else {
        format!("$'{}'", glyphs.iter().map(with_escapes).collect::<String>())
    }
}

fn is_printable(glyph: &Glyph) -> bool {
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
    fn characters_that_are_not_printable_are_escaped_byte_by_byte() {
        assert_eq!(quoted("\x1b[2J'\\\n"), r"$'\x1b[2J\'\\\x0a'");
        assert_eq!(quoted("a\u{202e}"), r"$'a\xe2\x80\xae'");
    }
}
