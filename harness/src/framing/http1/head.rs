//! The lines of a head: a start line, then fields.
//!
//! In: one line without its `\r\n`, and its offset in the message. Out: its parts, or what
//! is wrong and where.

use std::ops::Range;

use memchr::memchr;

use super::super::Malformation;

/// The first line of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartLine<'a> {
    Request {
        method: &'a [u8],
        target: &'a [u8],
        /// `HTTP/1.0` or `HTTP/1.1`, or a later minor version.
        version: &'a [u8],
    },
    Answer {
        /// Three digits: 0 to 999.
        status: u16,
        /// Empty if there is none.
        reason: &'a [u8],
        /// As in a request.
        version: &'a [u8],
    },
}

/// Whether another answer to the same request follows: "A client MUST be able to parse one or more
/// 1xx responses received prior to a final response, even if the client does not expect one"
/// (RFC 9110, 15.2). After a 101 the stream is no longer HTTP.
pub(crate) fn is_interim(status: u16) -> bool {
    matches!(status, 100..=199) && status != 101
}

/// What a start line says about the end of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) sender: Sender,
    /// Such a sender knows no chunks, and need not send a Host.
    pub(super) is_http_1_0: bool,
}

/// Who sends a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    Client,
    Server { status: u16 },
}

impl From<StartLine<'_>> for Start {
    fn from(line: StartLine<'_>) -> Self {
        let (sender, version) = match line {
            StartLine::Request { version, .. } => (Sender::Client, version),
            StartLine::Answer {
                status, version, ..
            } => (Sender::Server { status }, version),
        };
        Self {
            sender,
            is_http_1_0: version == b"HTTP/1.0",
        }
    }
}

/// Where the parts of a field are, as offsets in the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldLine {
    pub(super) name: Range<usize>,
    /// Without the blanks around it.
    pub(super) value: Range<usize>,
}

const VERSION: &[u8] = b"HTTP/";
const VERSION_LENGTH: usize = "HTTP/1.1".len();

/// Parses the first line. It is at the start of the message.
pub(super) fn start_line(line: &[u8]) -> Result<StartLine<'_>, Malformation> {
    if line.starts_with(VERSION) {
        return status_line(line);
    }
    request_line(line)
}

/// "request-line = method SP request-target SP HTTP-version" (RFC 9112, 3).
fn request_line(line: &[u8]) -> Result<StartLine<'_>, Malformation> {
    let wrong = Malformation::NotAStartLine { at: 0 };
    let method_end = memchr(b' ', line).ok_or(wrong)?;
    let (method, rest) = (&line[..method_end], &line[method_end + 1..]);
    let target_end = memchr(b' ', rest).ok_or(wrong)?;
    let (target, version) = (&rest[..target_end], &rest[target_end + 1..]);
    if target.is_empty() || !is_token(method) || !version.starts_with(VERSION) {
        return Err(wrong);
    }
    check_text(target, method_end + 1)?;
    check_version(version, method_end + target_end + 2)?;
    Ok(StartLine::Request {
        method,
        target,
        version,
    })
}

/// "status-line = HTTP-version SP status-code SP [ reason-phrase ]" (RFC 9112, 4). Many
/// servers leave out the second space where there is no reason.
fn status_line(line: &[u8]) -> Result<StartLine<'_>, Malformation> {
    let wrong = Malformation::NotAStartLine { at: 0 };
    let version_end = memchr(b' ', line).unwrap_or(line.len());
    let version = &line[..version_end];
    check_version(version, 0)?;
    let rest = line.get(version_end + 1..).ok_or(wrong)?;
    let (code, rest) = rest.split_at_checked(3).ok_or(wrong)?;
    let is_ended = rest.is_empty() || rest[0] == b' ';
    if !is_ended || !code.iter().all(u8::is_ascii_digit) {
        return Err(wrong);
    }
    let reason = rest.strip_prefix(b" ").unwrap_or_default();
    check_text(reason, line.len() - reason.len())?;
    let digit = |sum, digit: &u8| sum * 10 + u16::from(digit - b'0');
    Ok(StartLine::Answer {
        status: code.iter().fold(0, digit),
        reason,
        version,
    })
}

/// A later minor version is read as HTTP/1.1 (RFC 9110, 2.5).
fn check_version(version: &[u8], at: usize) -> Result<(), Malformation> {
    let is_known = version.len() == VERSION_LENGTH
        && version.starts_with(b"HTTP/1.")
        && version[VERSION_LENGTH - 1].is_ascii_digit();
    is_known
        .then_some(())
        .ok_or(Malformation::WrongVersion { at })
}

/// Parses a field: "field-name ":" OWS field-value OWS" (RFC 9112, 5).
pub(super) fn field(line: &[u8], at: usize) -> Result<FieldLine, Malformation> {
    let name_end = line.iter().position(|byte| !is_token_byte(*byte));
    let name_end = name_end.ok_or(Malformation::NotAHeader { at })?;
    match line[name_end] {
        b':' if name_end > 0 => {}
        b' ' | b'\t' if name_end == 0 => return Err(Malformation::FoldedLine { at }),
        b' ' | b'\t' if trim_start(&line[name_end..]).starts_with(b":") => {
            let at = at + name_end;
            return Err(Malformation::SpaceBeforeColon { at });
        }
        _ => return Err(Malformation::NotAHeader { at }),
    }
    let value = trim_start(&line[name_end + 1..]);
    let start = line.len() - value.len();
    check_text(value, at + start)?;
    let end = start + trim_end(value).len();
    Ok(FieldLine {
        name: at..at + name_end,
        value: at + start..at + end,
    })
}

/// Text of a field or a start line: no control character but a tab (RFC 9110, 5.5).
pub(super) fn check_text(text: &[u8], at: usize) -> Result<(), Malformation> {
    // Without a branch for each byte: that is several times faster.
    let has_control = text.iter().fold(false, |has, byte| has | is_control(*byte));
    if !has_control {
        return Ok(());
    }
    let index = text.iter().position(|byte| is_control(*byte));
    let index = index.expect("there is one");
    Err(Malformation::ControlCharacter {
        at: at + index,
        byte: text[index],
    })
}

fn is_control(byte: u8) -> bool {
    (byte < b' ') & (byte != b'\t') | (byte == 0x7f)
}

pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| is_token_byte(*byte))
}

/// A character of "token" (RFC 9110, 5.6.2).
fn is_token_byte(byte: u8) -> bool {
    TOKEN[usize::from(byte)]
}

const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0u8;
    while byte < 0x80 {
        table[byte as usize] = byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~'
            );
        byte += 1;
    }
    table
};

/// Removes spaces and tabs on both sides.
pub(super) fn trim(value: &[u8]) -> &[u8] {
    trim_end(trim_start(value))
}

pub(super) fn trim_start(value: &[u8]) -> &[u8] {
    let start = value.iter().position(|byte| !is_blank(byte));
    &value[start.unwrap_or(value.len())..]
}

fn trim_end(value: &[u8]) -> &[u8] {
    let end = value.iter().rposition(|byte| !is_blank(byte));
    &value[..end.map_or(0, |last| last + 1)]
}

fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_line_has_three_words() {
        let expected = StartLine::Request {
            method: b"GET",
            target: b"/a?b",
            version: b"HTTP/1.1",
        };
        assert_eq!(start_line(b"GET /a?b HTTP/1.1"), Ok(expected));
        let wrong = Err(Malformation::NotAStartLine { at: 0 });
        for line in [
            "GET /",
            "GET  / HTTP/1.1",
            " GET / HTTP/1.1",
            "G(T / HTTP/1.1",
            "GET / HTTP/1.1 ",
            "http/1.1 200 OK",
            "GET / a HTTP/1.1",
        ] {
            let found = start_line(line.as_bytes());
            let is_version = matches!(found, Err(Malformation::WrongVersion { .. }));
            assert!(found == wrong || is_version, "{line}: {found:?}");
        }
    }

    #[test]
    fn a_status_line_may_lack_its_reason_and_the_space_before_it() {
        for (line, reason) in [
            ("HTTP/1.1 204 No Content", "No Content"),
            ("HTTP/1.1 204 ", ""),
            ("HTTP/1.1 204", ""),
        ] {
            let expected = StartLine::Answer {
                status: 204,
                reason: reason.as_bytes(),
                version: b"HTTP/1.1",
            };
            assert_eq!(start_line(line.as_bytes()), Ok(expected));
        }
        let wrong = Err(Malformation::NotAStartLine { at: 0 });
        for line in [
            "HTTP/1.1",
            "HTTP/1.1 20",
            "HTTP/1.1 2000 OK",
            "HTTP/1.1  200 OK",
            "HTTP/1.1 +20 OK",
        ] {
            assert_eq!(start_line(line.as_bytes()), wrong, "{line}");
        }
    }

    #[test]
    fn a_version_is_http_1_with_one_digit_behind_it() {
        let wrong = |at| Err(Malformation::WrongVersion { at });
        assert!(start_line(b"GET / HTTP/1.0").is_ok());
        assert!(start_line(b"GET / HTTP/1.9").is_ok());
        for version in ["HTTP/2.0", "HTTP/9.9", "HTTP/1.1x", "HTTP/1.", "HTTP/11"] {
            let request = format!("GET / {version}");
            assert_eq!(start_line(request.as_bytes()), wrong(6), "{version}");
            let answer = format!("{version} 200 OK");
            assert_eq!(start_line(answer.as_bytes()), wrong(0), "{version}");
        }
    }

    #[test]
    fn blanks_around_a_value_are_no_part_of_it() {
        let parts = |line: &str| {
            let found = field(line.as_bytes(), 0).expect("it is a field");
            (line[found.name].to_owned(), line[found.value].to_owned())
        };
        assert_eq!(parts("a:b"), ("a".into(), "b".into()));
        assert_eq!(parts("a: \t b c\t "), ("a".into(), "b c".into()));
        assert_eq!(parts("a:  "), ("a".into(), "".into()));
    }

    #[test]
    fn a_line_that_is_no_field_is_rejected_at_its_offset() {
        for (line, why) in [
            ("a : b", Malformation::SpaceBeforeColon { at: 101 }),
            ("a\t: b", Malformation::SpaceBeforeColon { at: 101 }),
            (" a: b", Malformation::FoldedLine { at: 100 }),
            ("\t", Malformation::FoldedLine { at: 100 }),
            ("abc", Malformation::NotAHeader { at: 100 }),
            (": b", Malformation::NotAHeader { at: 100 }),
            ("a b: c", Malformation::NotAHeader { at: 100 }),
            (
                "a: b\0",
                Malformation::ControlCharacter { at: 104, byte: 0 },
            ),
            (
                "a:\x7f",
                Malformation::ControlCharacter {
                    at: 102,
                    byte: 0x7f,
                },
            ),
        ] {
            assert_eq!(field(line.as_bytes(), 100), Err(why), "{line:?}");
        }
    }
}
