//! A message as values: what matchers compare.

use std::borrow::Cow;

use super::super::EncodeError;
use super::framing_fields::BodyFraming;
use super::head::{self, FieldLine, StartLine};
use super::parts::{BodyParts, Parts};
use super::{AnsweredRequest, Http1};

/// One whole HTTP/1.1 message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpMessage<'a> {
    pub start: StartLine<'a>,
    /// In their order.
    pub fields: Vec<Field<'a>>,
    /// Without the framing of its chunks. Its content coding remains.
    pub body: Cow<'a, [u8]>,
    /// `None` for an answer that declares a body and has none, as one to HEAD.
    pub framing: BodyFraming,
    /// The fields behind a body in chunks.
    pub trailers: Vec<Field<'a>>,
}

/// A field of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// As it was sent: names are equal in any case.
    pub name: &'a [u8],
    /// Without the blanks around it.
    pub value: &'a [u8],
}

impl<'a> HttpMessage<'a> {
    /// Parses the payload of a message of the framing [`Http1`]: any that its decoder returns,
    /// except the bytes of a tunnel. There are no limits.
    pub fn parse(payload: &'a [u8]) -> Result<Self, EncodeError> {
        let unlimited = Http1::limited_to(usize::MAX, usize::MAX, usize::MAX);
        let to_head = unlimited.to_one(AnsweredRequest::Head);
        to_head.check_message(payload)?;
        let parts = Parts::of(payload);
        let field = |it: &FieldLine| Field {
            name: &payload[it.name.clone()],
            value: &payload[it.value.clone()],
        };
        let start = head::start_line(&payload[parts.start_line.clone()]);
        let (body, trailers) = match &parts.body {
            BodyParts::Rest(_) => (Cow::Borrowed(&payload[parts.head..]), Vec::new()),
            BodyParts::Chunks { chunks, trailers } => {
                let data = chunks.iter().map(|chunk| &payload[chunk.data.clone()]);
                let data: Vec<_> = data.collect();
                let trailers = trailers.iter().map(field).collect();
                (Cow::Owned(data.concat()), trailers)
            }
        };
        Ok(Self {
            start: start.expect("the message was checked"),
            fields: parts.fields.iter().map(field).collect(),
            body,
            framing: parts.framing(),
            trailers,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(message: &str) -> HttpMessage<'_> {
        HttpMessage::parse(message.as_bytes()).expect("it is a message")
    }

    fn pairs<'a>(fields: &[Field<'a>]) -> Vec<(&'a [u8], &'a [u8])> {
        fields.iter().map(|it| (it.name, it.value)).collect()
    }

    #[test]
    fn a_request_is_read_into_values() {
        let request = parse("POST /a HTTP/1.1\r\nHost: x\r\ncontent-length:  2\r\n\r\nhi");
        let start = StartLine::Request {
            method: b"POST",
            target: b"/a",
            version: b"HTTP/1.1",
        };
        assert_eq!(request.start, start);
        let expected: [(&[u8], &[u8]); 2] = [(b"Host", b"x"), (b"content-length", b"2")];
        assert_eq!(pairs(&request.fields), expected);
        assert_eq!(request.body, &b"hi"[..]);
        assert_eq!(request.framing, BodyFraming::Length);
    }

    #[test]
    fn the_chunks_of_a_body_are_put_together() {
        let answer = parse(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
             3\r\nabc\r\n2;x\r\nde\r\n0\r\nSum: 5\r\n\r\n",
        );
        assert_eq!(answer.body, &b"abcde"[..]);
        assert_eq!(answer.framing, BodyFraming::Chunked);
        let trailers: [(&[u8], &[u8]); 1] = [(b"Sum", b"5")];
        assert_eq!(pairs(&answer.trailers), trailers);
    }

    #[test]
    fn an_answer_to_head_declares_a_body_and_has_none() {
        for fields in ["Content-Length: 5", "Transfer-Encoding: chunked"] {
            let message = format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n");
            let answer = parse(&message);
            assert_eq!((answer.framing, answer.body.len()), (BodyFraming::None, 0));
        }
        let empty = parse("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(empty.framing, BodyFraming::Length);
    }

    #[test]
    fn a_body_may_end_with_the_stream() {
        let answer = parse("HTTP/1.0 200 OK\r\n\r\nhello\r\n");
        assert_eq!(answer.body, &b"hello\r\n"[..]);
        assert_eq!(answer.framing, BodyFraming::UntilClose);
    }

    #[test]
    fn what_is_not_one_message_is_an_error() {
        let part = HttpMessage::parse(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na");
        assert!(matches!(part, Err(EncodeError::PartOfAMessage { .. })));
        let two = HttpMessage::parse(b"HTTP/1.1 204 No Content\r\n\r\nx");
        assert_eq!(two, Err(EncodeError::AfterMessage { at: 27 }));
        let wrong = HttpMessage::parse(b"hello\r\n");
        assert!(matches!(wrong, Err(EncodeError::NotAMessage { .. })));
    }
}
