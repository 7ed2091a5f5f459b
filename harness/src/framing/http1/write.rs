//! Writes messages.

use super::message::Field;

/// A body, and how its end is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyToSend<'a> {
    /// No body, and no field that says so. After an answer like this the end of the stream
    /// ends the body, unless its status allows none.
    None,
    /// With Content-Length, also if it is empty.
    Length(&'a [u8]),
    /// With `Transfer-Encoding: chunked`. An empty chunk is left out: it would end the body.
    Chunked(&'a [&'a [u8]]),
}

/// A request as it is sent. The fields keep their order; the one that shows the end of the
/// body comes last, unless it is among them.
#[must_use]
pub fn write_request(
    method: &[u8],
    target: &[u8],
    fields: &[Field<'_>],
    body: BodyToSend<'_>,
) -> Vec<u8> {
    let start = [method, b" ", target, b" HTTP/1.1"];
    write(&start.concat(), fields, body)
}

/// The same for an answer. Without a reason it gets the one that is registered, if any.
#[must_use]
pub fn write_answer(
    status: u16,
    reason: Option<&[u8]>,
    fields: &[Field<'_>],
    body: BodyToSend<'_>,
) -> Vec<u8> {
    let reason = reason.unwrap_or_else(|| reason_of(status).as_bytes());
    let start = [format!("HTTP/1.1 {status:03} ").as_bytes(), reason].concat();
    write(&start, fields, body)
}

fn write(start: &[u8], fields: &[Field<'_>], body: BodyToSend<'_>) -> Vec<u8> {
    let mut message = [start, b"\r\n"].concat();
    for field in fields {
        write_field(&mut message, field);
    }
    let length;
    let framing: Option<(&[u8], &[u8])> = match body {
        BodyToSend::None => None,
        BodyToSend::Length(body) => {
            length = body.len().to_string();
            Some((b"Content-Length", length.as_bytes()))
        }
        BodyToSend::Chunked(_) => Some((b"Transfer-Encoding", b"chunked")),
    };
    if let Some((name, value)) = framing
        && !fields.iter().any(|it| it.name.eq_ignore_ascii_case(name))
    {
        write_field(&mut message, &Field { name, value });
    }
    message.extend_from_slice(b"\r\n");
    match body {
        BodyToSend::None => {}
        BodyToSend::Length(body) => message.extend_from_slice(body),
        BodyToSend::Chunked(chunks) => write_chunks(&mut message, chunks),
    }
    message
}

fn write_field(message: &mut Vec<u8>, field: &Field<'_>) {
    for part in [field.name, b": ", field.value, b"\r\n"] {
        message.extend_from_slice(part);
    }
}

fn write_chunks(message: &mut Vec<u8>, chunks: &[&[u8]]) {
    for chunk in chunks.iter().filter(|it| !it.is_empty()) {
        message.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        message.extend_from_slice(chunk);
        message.extend_from_slice(b"\r\n");
    }
    message.extend_from_slice(b"0\r\n\r\n");
}

/// The reason phrase of a status code (RFC 9110, 15); empty if it is not registered there.
fn reason_of(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        101 => "Switching Protocols",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        205 => "Reset Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        305 => "Use Proxy",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        416 => "Range Not Satisfiable",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        426 => "Upgrade Required",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BodyFraming, HttpMessage};
    use super::*;

    const HOST: Field<'_> = Field {
        name: b"Host",
        value: b"x",
    };

    fn text(message: &[u8]) -> &str {
        std::str::from_utf8(message).expect("it is text")
    }

    #[test]
    fn the_field_that_shows_the_end_of_the_body_is_added() {
        let none = write_request(b"GET", b"/", &[HOST], BodyToSend::None);
        assert_eq!(text(&none), "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        let length = write_request(b"PUT", b"/a", &[HOST], BodyToSend::Length(b"hi"));
        assert_eq!(
            text(&length),
            "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
        );
        let chunks: [&[u8]; 3] = [b"hello world!", b"", b"abc"];
        let chunked = write_answer(200, None, &[], BodyToSend::Chunked(&chunks));
        assert_eq!(
            text(&chunked),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
             c\r\nhello world!\r\n3\r\nabc\r\n0\r\n\r\n"
        );
    }

    #[test]
    fn a_field_that_is_there_is_not_added_again() {
        let length = Field {
            name: b"content-length",
            value: b"002",
        };
        let request = write_request(b"PUT", b"/", &[length, HOST], BodyToSend::Length(b"hi"));
        assert_eq!(
            text(&request),
            "PUT / HTTP/1.1\r\ncontent-length: 002\r\nHost: x\r\n\r\nhi"
        );
    }

    #[test]
    fn an_unknown_status_has_an_empty_reason() {
        let unknown = write_answer(299, None, &[], BodyToSend::Length(b""));
        assert_eq!(text(&unknown), "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n");
        let given = write_answer(200, Some(b"Fine"), &[], BodyToSend::None);
        assert_eq!(text(&given), "HTTP/1.1 200 Fine\r\n\r\n");
    }

    #[test]
    fn what_is_written_is_read_back() {
        let chunks: [&[u8]; 2] = [b"a", b"bc"];
        for (body, framing) in [
            (BodyToSend::None, BodyFraming::None),
            (BodyToSend::Length(b"abc"), BodyFraming::Length),
            (BodyToSend::Chunked(&chunks), BodyFraming::Chunked),
        ] {
            let request = write_request(b"POST", b"/", &[HOST], body);
            let message = HttpMessage::parse(&request).expect("it is a message");
            assert_eq!(message.framing, framing);
            assert!(message.body.is_empty() || *message.body == *b"abc");
        }
    }
}
