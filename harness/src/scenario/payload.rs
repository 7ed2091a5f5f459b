//! Payloads as a suite writes them: escapes and `${name}`.
//!
//! The text is a string of the file without its quotes. So an offset in the text is an
//! offset in the file. Line ends of the file are ignored.

use std::ops::Range;

/// A piece of a payload's text, and its range in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) range: Range<usize>,
    pub(super) kind: TokenKind<'t>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenKind<'t> {
    /// Characters that stand for themselves.
    Plain(&'t str),
    /// An escape for one byte.
    Byte(u8),
    /// `\u{…}`
    Character(char),
    /// `${name}`
    Value(&'t str),
    /// A line end of the file.
    LineEnd,
    Fault(Fault),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    UnknownEscape,
    LoneBackslash,
    ByteEscape,
    CharacterEscape,
    NoCharacter,
    UnclosedValue,
    BadName,
}

impl Fault {
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::UnknownEscape | Self::LoneBackslash => "unknown escape",
            Self::ByteEscape => "invalid byte escape",
            Self::CharacterEscape | Self::NoCharacter => "invalid character escape",
            Self::UnclosedValue | Self::BadName => "invalid variable",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::UnknownEscape => "not an escape",
            Self::LoneBackslash => "nothing follows the backslash",
            Self::ByteEscape => "`\\x` needs two hex digits",
            Self::CharacterEscape => "`\\u` needs `{`, up to six hex digits, `}`",
            Self::NoCharacter => "not the number of a character",
            Self::UnclosedValue => "`${` needs a name and `}`",
            Self::BadName => "a name starts with a-z and continues with a-z, 0-9 and `_`",
        }
    }

    pub(super) fn help(self) -> &'static str {
        match self {
            Self::UnknownEscape | Self::LoneBackslash => {
                r"the escapes are `\n \r \t \0 \\ \xNN \u{…}`; a backslash itself is `\\`"
            }
            Self::ByteEscape => r"write the byte as two hex digits, e.g. `\x0d`",
            Self::CharacterEscape | Self::NoCharacter => {
                r"write the character's number in hex, e.g. `\u{e9}` for é"
            }
            Self::UnclosedValue | Self::BadName => {
                "write `${name}`; for a literal `${` write `$${`"
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    /// Escapes and `${name}`: payloads.
    Wire,
    /// `${name}` alone: strings inside a JSON value.
    Values,
    /// `${name}` in a regular expression, whose escapes stay as they are.
    Pattern,
}

/// Splits a payload's text into tokens.
pub(super) fn tokens(text: &str, notation: Notation) -> Tokens<'_> {
    Tokens {
        text,
        at: 0,
        notation,
    }
}

pub(super) struct Tokens<'t> {
    text: &'t str,
    at: usize,
    notation: Notation,
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return None;
        }
        let (len, kind) = self.first_of(rest);
        let range = self.at..self.at + len;
        self.at = range.end;
        Some(Token { range, kind })
    }
}

impl<'t> Tokens<'t> {
    /// The length and kind of the first token; `rest` is not empty.
    fn first_of(&self, rest: &'t str) -> (usize, TokenKind<'t>) {
        if rest.starts_with("$${") {
            let literal = match self.notation {
                Notation::Wire | Notation::Values => "${",
                Notation::Pattern => r"\$\{",
            };
            return (3, TokenKind::Plain(literal));
        }
        if let Some(value) = rest.strip_prefix("${") {
            return first_value(value);
        }
        if self.notation == Notation::Values {
            let len = self.plain_length(rest, &['$']);
            return (len, TokenKind::Plain(&rest[..len]));
        }
        if self.notation == Notation::Pattern {
            let len = pattern_length(rest);
            return (len, TokenKind::Plain(&rest[..len]));
        }
        if let Some(len) = [("\r\n", 2), ("\n", 1)]
            .iter()
            .find_map(|(end, len)| rest.starts_with(end).then_some(*len))
        {
            return (len, TokenKind::LineEnd);
        }
        if let Some(escape) = rest.strip_prefix('\\') {
            return first_escape(escape);
        }
        let len = self.plain_length(rest, &['$', '\\', '\r', '\n']);
        (len, TokenKind::Plain(&rest[..len]))
    }

    /// The length of the plain text at the start; at least one character.
    fn plain_length(&self, rest: &str, special: &[char]) -> usize {
        let after_first = rest.chars().next().map_or(0, char::len_utf8);
        rest[after_first..]
            .find(special)
            .map_or(rest.len(), |at| after_first + at)
    }
}

/// The length of a pattern up to the next `$`; an escape is not divided.
fn pattern_length(rest: &str) -> usize {
    let mut characters = rest.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            characters.next();
        } else if character == '$' && at > 0 {
            return at;
        }
    }
    rest.len()
}

fn first_value(after: &str) -> (usize, TokenKind<'_>) {
    let name_len = after
        .find(|c: char| !is_name_character(c))
        .unwrap_or(after.len());
    let (name, rest) = after.split_at(name_len);
    if !rest.starts_with('}') {
        return (2 + name_len, TokenKind::Fault(Fault::UnclosedValue));
    }
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase());
    let kind = if starts_well {
        TokenKind::Value(name)
    } else {
        TokenKind::Fault(Fault::BadName)
    };
    (2 + name_len + 1, kind)
}

/// Whether a text is the name of a variable.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(is_name_character)
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'
}

/// An escape, after its backslash.
fn first_escape(after: &str) -> (usize, TokenKind<'_>) {
    let Some(letter) = after.chars().next() else {
        return (1, TokenKind::Fault(Fault::LoneBackslash));
    };
    let simple = |byte| (2, TokenKind::Byte(byte));
    match letter {
        'n' => simple(b'\n'),
        'r' => simple(b'\r'),
        't' => simple(b'\t'),
        '0' => simple(0),
        '\\' => simple(b'\\'),
        'x' => byte_escape(&after[1..]),
        'u' => character_escape(&after[1..]),
        other => (1 + other.len_utf8(), TokenKind::Fault(Fault::UnknownEscape)),
    }
}

fn byte_escape(digits: &str) -> (usize, TokenKind<'_>) {
    let len = hex_length(digits, 2);
    let byte = (len == 2)
        .then(|| u8::from_str_radix(&digits[..2], 16).ok())
        .flatten();
    (
        2 + len,
        byte.map_or(TokenKind::Fault(Fault::ByteEscape), TokenKind::Byte),
    )
}

fn character_escape(after: &str) -> (usize, TokenKind<'_>) {
    let Some(digits) = after.strip_prefix('{') else {
        return (2, TokenKind::Fault(Fault::CharacterEscape));
    };
    let len = hex_length(digits, 6);
    if len == 0 || !digits[len..].starts_with('}') {
        return (3 + len, TokenKind::Fault(Fault::CharacterEscape));
    }
    let character = u32::from_str_radix(&digits[..len], 16)
        .ok()
        .and_then(char::from_u32);
    (
        4 + len,
        character.map_or(TokenKind::Fault(Fault::NoCharacter), TokenKind::Character),
    )
}

fn hex_length(text: &str, most: usize) -> usize {
    text.bytes()
        .take(most)
        .take_while(u8::is_ascii_hexdigit)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<TokenKind<'_>> {
        tokens(text, Notation::Wire)
            .map(|token| token.kind)
            .collect()
    }

    #[test]
    fn tokens_cover_the_text_without_gaps() {
        let text = r"a\n\x4g${x}$${\u{e9}é\q${X}\";
        let ranges: Vec<_> = tokens(text, Notation::Wire)
            .map(|token| token.range)
            .collect();
        assert_eq!(ranges.first().map(|range| range.start), Some(0));
        assert_eq!(ranges.last().map(|range| range.end), Some(text.len()));
        assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
    }

    #[test]
    fn line_ends_of_the_file_differ_from_escaped_ones() {
        use TokenKind::{Byte, LineEnd, Plain};
        assert_eq!(
            kinds("a\\n\nb\r\n"),
            [Plain("a"), Byte(b'\n'), LineEnd, Plain("b"), LineEnd]
        );
    }

    #[test]
    fn an_error_spans_the_whole_attempted_escape() {
        let all: Vec<_> = tokens(r"\xd\n", Notation::Wire).collect();
        assert_eq!(
            all[0],
            Token {
                range: 0..3,
                kind: TokenKind::Fault(Fault::ByteEscape)
            }
        );
        assert_eq!(all[1].kind, TokenKind::Byte(b'\n'));
    }

    #[test]
    fn a_dollar_alone_is_a_dollar() {
        assert_eq!(kinds("$5"), [TokenKind::Plain("$5")]);
        assert_eq!(
            kinds("$${a}"),
            [TokenKind::Plain("${"), TokenKind::Plain("a}")]
        );
    }

    #[test]
    fn an_escaped_dollar_of_a_pattern_begins_no_variable() {
        use TokenKind::{Plain, Value};
        let kinds = |text| -> Vec<_> {
            let all = tokens(text, Notation::Pattern);
            all.map(|token| token.kind).collect()
        };
        assert_eq!(kinds(r"\$${a}$"), [Plain(r"\$"), Value("a"), Plain("$")]);
        assert_eq!(kinds(r"\${a}"), [Plain(r"\${a}")]);
        assert_eq!(kinds("$${a}"), [Plain(r"\$\{"), Plain("a}")]);
    }

    #[test]
    fn json_strings_have_variables_but_no_escapes() {
        let all: Vec<_> = tokens(r"\n${a}", Notation::Values)
            .map(|token| token.kind)
            .collect();
        assert_eq!(all, [TokenKind::Plain(r"\n"), TokenKind::Value("a")]);
    }
}
