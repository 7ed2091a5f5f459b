//! What RFC 9110 and RFC 9112 say about malformed messages.
//!
//! "MUST reject" is [`Response::Refuse`], "MAY" and "SHOULD" are [`Response::RefuseOrRead`].
//! A number that does not match its grammar must be refused too: no other rule says where the
//! body ends.

use super::super::malformed::Rule;
use super::super::{MalformedKind, Response};
use super::head::Sender;

/// What the malformed message is like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    pub(super) sender: Sender,
    pub(super) size: SizeField,
}

/// Where the size of the body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SizeField {
    /// In Content-Length.
    Length,
    /// Before each chunk.
    Chunk,
    /// There is no body.
    Nowhere,
}

/// The rule for a kind of malformed message.
pub(super) fn rule(kind: MalformedKind, subject: Subject) -> Rule {
    let of_sender = match subject.sender {
        Sender::Server { .. } => of_answer(kind),
        Sender::Client => None,
    };
    let of_size = match subject.size {
        SizeField::Chunk => of_chunk(kind),
        // The body that the chunks have is empty, as the one without them.
        SizeField::Nowhere if kind == MalformedKind::LengthAndChunked => Some(refuse_or_read(BOTH)),
        SizeField::Length | SizeField::Nowhere => None,
    };
    of_sender.or(of_size).unwrap_or_else(|| of_any(kind))
}

fn refuse(text: &'static str) -> Rule {
    let response = Response::Refuse;
    Rule { response, text }
}

fn refuse_or_read(text: &'static str) -> Rule {
    let response = Response::RefuseOrRead;
    Rule { response, text }
}

/// Where the rule for an answer differs from that for a request.
fn of_answer(kind: MalformedKind) -> Option<Rule> {
    Some(match kind {
        MalformedKind::SpaceBeforeColon => refuse_or_read(
            "RFC 9112, 5.1: \"No whitespace is allowed between the field name and colon.\"",
        ),
        MalformedKind::FoldedLine => refuse_or_read(
            "RFC 9112, 5.2: \"A user agent that receives an obs-fold in a response message that \
             is not within a \"message/http\" container MUST replace each received obs-fold with \
             one or more SP octets prior to interpreting the field value.\"",
        ),
        MalformedKind::LargeField | MalformedKind::ManyFields => refuse_or_read(LARGE_ANSWER),
        MalformedKind::Endless => refuse(LARGE_ANSWER),
        MalformedKind::ChunkedNotLast => refuse_or_read(
            "RFC 9112, 6.3: \"If a Transfer-Encoding header field is present in a response and \
             the chunked transfer coding is not the final encoding, the message body length is \
             determined by reading the connection until it is closed by the server.\"",
        ),
        _ => return None,
    })
}

const LARGE_ANSWER: &str = "RFC 9110, 5.4: \"A client MAY discard or truncate received field \
                            lines that are larger than the client wishes to process if the field \
                            semantics are such that the dropped value(s) can be safely ignored\"";

/// Where the rule for a size of a chunk differs from that for Content-Length.
fn of_chunk(kind: MalformedKind) -> Option<Rule> {
    Some(match kind {
        MalformedKind::Negative
        | MalformedKind::Signed
        | MalformedKind::Underscored
        | MalformedKind::NonAsciiDigits
        | MalformedKind::Hex
        | MalformedKind::Empty => refuse("RFC 9112, 7.1: \"chunk-size = 1*HEXDIG\""),
        MalformedKind::Spaces => refuse_or_read(GRAMMAR),
        MalformedKind::TooLarge | MalformedKind::Overflow => refuse(
            "RFC 9112, 7.1: \"recipients MUST anticipate potentially large hexadecimal numerals \
             and prevent parsing errors due to integer conversion overflows or precision loss \
             due to integer representation.\"",
        ),
        MalformedKind::Longer | MalformedKind::Shorter | MalformedKind::WrongTerminator => {
            refuse("RFC 9112, 7.1: \"chunk = chunk-size [ chunk-ext ] CRLF chunk-data CRLF\"")
        }
        MalformedKind::LengthAndChunked => refuse_or_read(BOTH),
        _ => return None,
    })
}

const GRAMMAR: &str = "RFC 9112, 2.2: \"When a server [...] receives a sequence of octets that \
                       does not match the HTTP-message grammar aside from the robustness \
                       exceptions listed above, the server SHOULD respond with a 400 (Bad \
                       Request) response and close the connection.\"";

const BOTH: &str = "RFC 9112, 6.3: \"If a message is received with both a Transfer-Encoding and a \
                    Content-Length header field, the Transfer-Encoding overrides the \
                    Content-Length.\"";

/// The rule for a request with Content-Length, and for most other messages.
fn of_any(kind: MalformedKind) -> Rule {
    match kind {
        MalformedKind::BareReturn => refuse_or_read(
            "RFC 9112, 2.2: \"A recipient of such a bare CR MUST consider that element to be \
             invalid or replace each bare CR with SP before processing the element or forwarding \
             the message.\"",
        ),
        MalformedKind::BareNewline => refuse_or_read(
            "RFC 9112, 2.2: \"a recipient MAY recognize a single LF as a line terminator and \
             ignore any preceding CR.\"",
        ),
        MalformedKind::SpaceBeforeColon => refuse(
            "RFC 9112, 5.1: \"A server MUST reject, with a response status code of 400 (Bad \
             Request), any received request message that contains whitespace between a header \
             field name and colon.\"",
        ),
        MalformedKind::FoldedLine => refuse_or_read(
            "RFC 9112, 5.2: \"A server that receives an obs-fold in a request message that is \
             not within a \"message/http\" container MUST either reject the message by sending a \
             400 (Bad Request) [...] or replace each received obs-fold with one or more SP \
             octets prior to interpreting the field value or forwarding the message downstream.\"",
        ),
        MalformedKind::Nul => refuse_or_read(
            "RFC 9110, 5.5: \"a recipient of CR, LF, or NUL within a field value MUST either \
             reject the message or replace each of those characters with SP before further \
             processing or forwarding of that message.\"",
        ),
        MalformedKind::LargeField | MalformedKind::ManyFields => refuse_or_read(LARGE_REQUEST),
        MalformedKind::Endless => refuse(LARGE_REQUEST),
        MalformedKind::MissingHost | MalformedKind::DuplicateHost => refuse(
            "RFC 9112, 3.2: \"A server MUST respond with a 400 (Bad Request) status code to any \
             HTTP/1.1 request message that lacks a Host header field and to any request message \
             that contains more than one Host header field line or a Host header field with an \
             invalid field value.\"",
        ),
        MalformedKind::UnknownVersion => refuse_or_read(
            "RFC 9110, 15.6.6: \"The 505 (HTTP Version Not Supported) status code indicates that \
             the server does not support, or refuses to support, the major version of HTTP that \
             was used in the request message.\"",
        ),
        MalformedKind::MalformedVersion => {
            refuse_or_read("RFC 9112, 2.3: \"HTTP-version = HTTP-name \"/\" DIGIT \".\" DIGIT\"")
        }
        MalformedKind::TooLarge | MalformedKind::Overflow => refuse(
            "RFC 9110, 8.6: \"a recipient MUST anticipate potentially large decimal numerals and \
             prevent parsing errors due to integer conversion overflows or precision loss due to \
             integer conversion\"",
        ),
        MalformedKind::Longer => Rule {
            response: Response::Wait,
            text: "RFC 9112, 6.3: \"If the sender closes the connection or the recipient times \
                   out before the indicated number of octets are received, the recipient MUST \
                   consider the message to be incomplete and close the connection.\"",
        },
        MalformedKind::Shorter => Rule {
            response: Response::ReadOther,
            text: "RFC 9112, 6.3: \"If a valid Content-Length header field is present without \
                   Transfer-Encoding, its decimal value defines the expected message body length \
                   in octets.\"",
        },
        MalformedKind::LengthAndChunked => refuse(BOTH),
        MalformedKind::UnknownCoding => refuse_or_read(
            "RFC 9112, 6.1: \"A server that receives a request message with a transfer coding it \
             does not understand SHOULD respond with 501 (Not Implemented).\"",
        ),
        MalformedKind::ChunkedTwice => refuse_or_read(
            "RFC 9112, 6.1: \"A sender MUST NOT apply the chunked transfer coding more than once \
             to a message body\"",
        ),
        MalformedKind::ChunkedNotLast => refuse(
            "RFC 9112, 6.3: \"If a Transfer-Encoding header field is present in a request and \
             the chunked transfer coding is not the final encoding, the message body length \
             cannot be determined reliably; the server MUST respond with the 400 (Bad Request) \
             status code and then close the connection.\"",
        ),
        _ => refuse(
            "RFC 9112, 6.3: \"If a message is received without Transfer-Encoding and with an \
             invalid Content-Length header field, then the message framing is invalid and the \
             recipient MUST treat it as an unrecoverable error\"",
        ),
    }
}

const LARGE_REQUEST: &str = "RFC 9110, 5.4: \"A server that receives a request header field \
                             line, field value, or set of fields larger than it wishes to \
                             process MUST respond with an appropriate 4xx (Client Error) status \
                             code.\"";
