//! The fields that say where a message ends: Content-Length, Transfer-Encoding, Host.
//!
//! A message is rejected wherever two readers could see different ends of it, even if RFC
//! 9112 lets a reader choose one: wirecheck is to find such messages, not to repair them.

use super::super::{Malformation, decimal};
use super::AnsweredRequest;
use super::head::{self, Sender, Start};

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFraming {
    /// There is no body.
    None,
    /// Content-Length.
    Length,
    /// Transfer-Encoding: chunked.
    Chunked,
    /// The end of the stream ends an answer.
    UntilClose,
}

/// What the fields of a head say about the end of the message.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FramingFields {
    /// The value of Content-Length.
    length: Option<u64>,
    coding: Option<Coding>,
    /// Where the line with the first transfer coding starts.
    coding_at: usize,
    has_host: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    /// `chunked`, after which no other coding may come.
    Chunked,
    /// A registered coding, which does not show where the body ends.
    Compressed,
}

impl FramingFields {
    /// Takes the field of the line at offset `at`; its value is at offset `value_at`.
    #[inline]
    pub(super) fn take(
        &mut self,
        name: &[u8],
        (value, value_at): (&[u8], usize),
        at: usize,
    ) -> Result<(), Malformation> {
        match name.len() {
            4 if name.eq_ignore_ascii_case(b"Host") => self.host(at),
            14 if name.eq_ignore_ascii_case(b"Content-Length") => self.length(value, value_at, at),
            17 if name.eq_ignore_ascii_case(b"Transfer-Encoding") => self.codings(value, at),
            _ => Ok(()),
        }
    }

    fn host(&mut self, at: usize) -> Result<(), Malformation> {
        if self.has_host {
            return Err(Malformation::DuplicateHost { at });
        }
        self.has_host = true;
        Ok(())
    }

    /// A recipient "MAY either reject the message as invalid or replace that invalid field
    /// value with a single valid Content-Length" where equal lengths are repeated (RFC 9110,
    /// 8.6). They are rejected here: the sender breaks the grammar.
    fn length(&mut self, value: &[u8], value_at: usize, at: usize) -> Result<(), Malformation> {
        if self.length.is_some() {
            return Err(Malformation::DuplicateLength { at });
        }
        if self.coding.is_some() {
            return Err(Malformation::LengthWithCoding { at });
        }
        self.length = Some(decimal::number(value, value_at)?);
        Ok(())
    }

    /// The codings of several fields are one list.
    fn codings(&mut self, value: &[u8], at: usize) -> Result<(), Malformation> {
        if self.length.is_some() {
            return Err(Malformation::LengthWithCoding { at });
        }
        if self.coding.is_none() {
            self.coding_at = at;
        }
        let wrong = Malformation::WrongCoding { at };
        let codings = value.split(|byte| *byte == b',').map(head::trim);
        for coding in codings.filter(|it| !it.is_empty()) {
            if self.coding == Some(Coding::Chunked) {
                return Err(wrong);
            }
            self.coding = Some(Coding::named(coding).ok_or(wrong)?);
        }
        self.coding.map(|_| ()).ok_or(wrong)
    }

    /// The length of the body by Content-Length; `u64::MAX` for any larger number.
    pub(super) fn declared(&self) -> u64 {
        self.length.unwrap_or(0)
    }

    /// How the body ends (RFC 9112, 6.3). The head ends at offset `at`.
    pub(super) fn body(
        &self,
        start: Start,
        answered: AnsweredRequest,
        at: usize,
    ) -> Result<BodyFraming, Malformation> {
        let faulty = Malformation::WrongCoding { at: self.coding_at };
        if self.coding.is_some() && start.is_http_1_0 {
            // "MUST treat the message as if the framing is faulty" (RFC 9112, 6.1).
            return Err(faulty);
        }
        let is_answer = match start.sender {
            Sender::Server { status } if answered.has_no_body(status) => {
                return Ok(BodyFraming::None);
            }
            Sender::Server { .. } => true,
            Sender::Client if !self.has_host && !start.is_http_1_0 => {
                return Err(Malformation::MissingHost { at });
            }
            Sender::Client => false,
        };
        match (self.coding, self.length) {
            (Some(Coding::Chunked), _) => Ok(BodyFraming::Chunked),
            (Some(Coding::Compressed), _) if !is_answer => Err(faulty),
            (None, Some(_)) => Ok(BodyFraming::Length),
            (None, None) if !is_answer => Ok(BodyFraming::None),
            _ => Ok(BodyFraming::UntilClose),
        }
    }
}

impl Coding {
    /// The registered codings (RFC 9112, 7). None of them has a parameter.
    fn named(name: &[u8]) -> Option<Self> {
        const COMPRESSED: [&str; 5] = ["gzip", "deflate", "compress", "x-gzip", "x-compress"];
        if name.eq_ignore_ascii_case(b"chunked") {
            return Some(Self::Chunked);
        }
        let mut known = COMPRESSED.iter();
        let is_known = known.any(|it| name.eq_ignore_ascii_case(it.as_bytes()));
        is_known.then_some(Self::Compressed)
    }
}

impl AnsweredRequest {
    /// "Any response to a HEAD request and any response with a 1xx, 204, or 304 status code
    /// is always terminated by the first empty line", and a 2xx to CONNECT too (RFC 9112,
    /// 6.3).
    fn has_no_body(self, status: u16) -> bool {
        self == Self::Head
            || matches!(status, 100..=199 | 204 | 304)
            || self == Self::Connect && matches!(status, 200..=299)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: Start = Start {
        sender: Sender::Client,
        is_http_1_0: false,
    };

    fn answer(status: u16) -> Start {
        Start {
            sender: Sender::Server { status },
            ..REQUEST
        }
    }

    fn taken(fields: &[(&str, &str)]) -> Result<FramingFields, Malformation> {
        let mut taken = FramingFields::default();
        for (at, (name, value)) in fields.iter().enumerate() {
            taken.take(name.as_bytes(), (value.as_bytes(), 100), at)?;
        }
        Ok(taken)
    }

    fn body(start: Start, fields: &[(&str, &str)]) -> Result<BodyFraming, Malformation> {
        let fields = [&[("Host", "x")], fields].concat();
        taken(&fields)?.body(start, AnsweredRequest::Other, 9)
    }

    #[test]
    fn the_end_of_a_body_is_known_from_the_fields() {
        let length = ("content-length", "005");
        let chunked = ("transfer-encoding", "Chunked");
        assert_eq!(body(REQUEST, &[]), Ok(BodyFraming::None));
        assert_eq!(body(REQUEST, &[length]), Ok(BodyFraming::Length));
        assert_eq!(body(REQUEST, &[chunked]), Ok(BodyFraming::Chunked));
        assert_eq!(body(answer(200), &[]), Ok(BodyFraming::UntilClose));
        assert_eq!(body(answer(200), &[length]), Ok(BodyFraming::Length));
        for status in [100, 101, 204, 304] {
            assert_eq!(body(answer(status), &[length]), Ok(BodyFraming::None));
        }
    }

    #[test]
    fn an_answer_to_head_has_no_body_and_one_to_connect_only_if_it_failed() {
        let fields = taken(&[("Content-Length", "5")]).expect("it is valid");
        let body = |status, request| fields.body(answer(status), request, 9);
        assert_eq!(body(200, AnsweredRequest::Head), Ok(BodyFraming::None));
        assert_eq!(body(200, AnsweredRequest::Connect), Ok(BodyFraming::None));
        assert_eq!(body(407, AnsweredRequest::Connect), Ok(BodyFraming::Length));
    }

    #[test]
    fn chunked_is_the_last_coding_and_comes_once() {
        let coding = |value| body(REQUEST, &[("Transfer-Encoding", value)]);
        assert_eq!(coding("gzip, chunked"), Ok(BodyFraming::Chunked));
        assert_eq!(coding(", chunked ,"), Ok(BodyFraming::Chunked));
        for wrong in [
            "chunked, chunked",
            "chunked, gzip",
            "xchunked",
            "chunked;q=1",
            "identity",
            "gzip",
            "",
        ] {
            let why = Err(Malformation::WrongCoding { at: 1 });
            assert_eq!(coding(wrong), why, "{wrong}");
        }
        let compressed = [("Transfer-Encoding", "gzip")];
        assert_eq!(body(answer(200), &compressed), Ok(BodyFraming::UntilClose));
    }

    #[test]
    fn two_fields_that_could_mean_different_ends_are_rejected() {
        let length = ("Content-Length", "5");
        let chunked = ("Transfer-Encoding", "chunked");
        let both = Err(Malformation::LengthWithCoding { at: 2 });
        assert_eq!(body(REQUEST, &[length, chunked]), both);
        assert_eq!(body(REQUEST, &[chunked, length]), both);
        let twice = Err(Malformation::DuplicateLength { at: 2 });
        assert_eq!(body(REQUEST, &[length, length]), twice);
        let list = Err(Malformation::NotADigit {
            at: 101,
            byte: b',',
        });
        assert_eq!(body(REQUEST, &[("Content-Length", "5, 5")]), list);
    }

    #[test]
    fn chunks_are_unknown_to_http_1_0() {
        let old = Start {
            is_http_1_0: true,
            ..REQUEST
        };
        let faulty = Err(Malformation::WrongCoding { at: 1 });
        assert_eq!(body(old, &[("Transfer-Encoding", "chunked")]), faulty);
    }

    #[test]
    fn a_request_has_one_host() {
        let none = taken(&[]).expect("no field is wrong");
        let missing = Err(Malformation::MissingHost { at: 9 });
        assert_eq!(none.body(REQUEST, AnsweredRequest::Other, 9), missing);
        let twice = Err(Malformation::DuplicateHost { at: 1 });
        assert_eq!(body(REQUEST, &[("host", "x")]), twice);
    }
}
