//! What the peer answered in a case, in a form that can be compared with what another
//! implementation answers to the same bytes.

use wirecheck_report::fnv1a;
use wirecheck_report::notation;
use wirecheck_report::record::{ObservedAnswer, ObservedAnswers, ObservedEnd};

use super::result::CaseResult;
use crate::framing::{Decoded, Framing, HttpMessage, StartLine, StreamEnd, is_interim};
use crate::judge::{CloseCheck, Expectations, MissingOutput, Observations, ProcessEnd};
use crate::wire::link::ConnectionEnd;

/// The most answers of a case that are kept.
const MOST_ANSWERS: usize = 8;
/// A longer content is kept as its first bytes, its length and its hash.
const LONGEST: usize = 48;
/// How many bytes are kept of it.
const BEGINNING: usize = 24;

/// What a case shows of the answers besides the bytes.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct SeenAnswers {
    /// How many answers came as the exchange expects them.
    accepted: usize,
    /// The first bytes behind them.
    unaccepted: Vec<u8>,
    /// The value of `${unique}`, which answers may repeat.
    unique: String,
    openness: Openness,
}

/// What is known of a connection that the peer did not end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Openness {
    /// wirecheck ended it before the peer had to.
    #[default]
    NotSeen,
    /// The peer closed its side after ours.
    Closed,
    /// The peer had its time, and neither answered nor closed.
    Open,
}

impl SeenAnswers {
    pub(super) fn of(
        expectations: &Expectations<'_>,
        observations: &Observations,
        unique: String,
    ) -> Self {
        let is_silent = matches!(observations.missing_output, Some(MissingOutput::Message(_)));
        let openness = match observations.close_check {
            CloseCheck::StaysOpen { .. } => Openness::Open,
            _ if is_silent => Openness::Open,
            CloseCheck::Closed => Openness::Closed,
            CloseCheck::NotChecked => Openness::NotSeen,
        };
        Self {
            accepted: expectations.accepted(),
            unaccepted: expectations.unaccepted().to_vec(),
            unique,
            openness,
        }
    }
}

impl CaseResult {
    /// What the peer answered, without the tactic. There is no framing if the exchange changes it.
    pub(in crate::engine) fn observed(&self, framing: Option<&Framing>) -> ObservedAnswers {
        let seen = &self.seen;
        let mut answers = match framing {
            Some(framing @ Framing::Http1(_)) => http_answers(self.log.received(), framing, seen),
            _ => {
                let expected = std::iter::repeat_n(expected(), seen.accepted);
                expected.chain(others(framing, seen)).collect()
            }
        };
        answers.truncate(MOST_ANSWERS);
        ObservedAnswers {
            tactics: Vec::new(),
            answers,
            end: self.observed_end(),
            exit: self.process.as_ref().and_then(|it| match it.end {
                ProcessEnd::Exited(status) => Some(status.to_string()),
                ProcessEnd::StillRunning(_) => Some("keeps running".to_owned()),
                ProcessEnd::NotAwaited => None,
            }),
            not_compared: None,
        }
    }

    fn observed_end(&self) -> ObservedEnd {
        match (self.log.end_of_peer(), self.seen.openness) {
            (Some(ConnectionEnd::Eof), _) => ObservedEnd::Closed,
            (Some(ConnectionEnd::Reset | ConnectionEnd::Broken { .. }), _) => ObservedEnd::Reset,
            (Some(ConnectionEnd::Ours) | None, Openness::Open) => ObservedEnd::Open,
            (Some(ConnectionEnd::Ours) | None, Openness::Closed) => ObservedEnd::Closed,
            (Some(ConnectionEnd::Ours) | None, Openness::NotSeen) => ObservedEnd::NotSeen,
        }
    }
}

/// An answer that is as the exchange says.
fn expected() -> ObservedAnswer {
    ObservedAnswer {
        expected: true,
        status: None,
        content: None,
    }
}

/// What came behind the expected answers, message by message where it has one framing.
fn others(framing: Option<&Framing>, seen: &SeenAnswers) -> impl Iterator<Item = ObservedAnswer> {
    let Messages { whole, rest } = match framing {
        Some(framing) => Messages::of(framing, &seen.unaccepted),
        None => Messages::unframed(&seen.unaccepted),
    };
    let all = whole.into_iter().chain(rest);
    all.map(|message| ObservedAnswer {
        expected: false,
        status: None,
        content: Some(content(&message, &seen.unique)),
    })
}

/// The final answers of HTTP in what came, and bytes behind them that are no answer.
fn http_answers(received: &[u8], framing: &Framing, seen: &SeenAnswers) -> Vec<ObservedAnswer> {
    let known = Messages::of(framing, received);
    // Of a malformed request a server may not know the method, so that an answer to HEAD has a
    // body.
    let ordinary = || Messages::of(&framing.clone().answering([[]; 0]), received);
    let messages = match known.rest {
        Some(_) => Some(ordinary())
            .filter(|it| it.rest.is_none())
            .unwrap_or(known),
        None => known,
    };
    let whole = messages.whole.iter();
    let answers = whole.filter_map(|message| http_answer(message, &seen.unique));
    let rest = messages.rest.iter().map(|bytes| ObservedAnswer {
        expected: false,
        status: None,
        content: Some(content(bytes, &seen.unique)),
    });
    let answers = answers.chain(rest).enumerate();
    let answers = answers.map(|(at, answer)| ObservedAnswer {
        expected: at < seen.accepted,
        ..answer
    });
    answers.collect()
}

/// None for an interim answer: a server may leave it out.
fn http_answer(message: &[u8], unique: &str) -> Option<ObservedAnswer> {
    let parsed = HttpMessage::parse(message).ok();
    let (status, body) = match &parsed {
        Some(HttpMessage {
            start: StartLine::Answer { status, .. },
            body,
            ..
        }) => (Some(*status), &body[..]),
        _ => (None, message),
    };
    (!status.is_some_and(is_interim)).then(|| ObservedAnswer {
        expected: false,
        status,
        content: Some(content(body, unique)),
    })
}

/// The messages of a stream.
struct Messages {
    whole: Vec<Vec<u8>>,
    /// What is behind them and is no message.
    rest: Option<Vec<u8>>,
}

impl Messages {
    fn unframed(stream: &[u8]) -> Self {
        Self {
            whole: Vec::new(),
            rest: (!stream.is_empty()).then(|| stream.to_vec()),
        }
    }

    fn of(framing: &Framing, stream: &[u8]) -> Self {
        let mut decoder = framing.decoder();
        let mut whole = Vec::new();
        let mut bytes = stream;
        // Where the next message begins.
        let mut start = bytes;
        while !bytes.is_empty()
            && let Decoded::Message(message) = decoder.decode(&mut bytes)
        {
            whole.push(message.to_vec());
            start = bytes;
        }
        let mut rest = Some(start.to_vec());
        if let StreamEnd::Message(message) = decoder.finish() {
            whole.push(message.to_vec());
            rest = None;
        }
        let rest = rest.filter(|it| !it.is_empty());
        Self { whole, rest }
    }
}

/// A content as text, with the value that is another one in each connection by its name.
fn content(bytes: &[u8], unique: &str) -> String {
    let text = |bytes: &[u8]| notation::text(bytes).replace(unique, "${unique}");
    if bytes.len() <= LONGEST {
        return text(bytes);
    }
    let beginning = notation::text(&bytes[..BEGINNING]);
    let hash = fnv1a(text(bytes).as_bytes());
    format!("{beginning} … {} bytes, hash {hash:016x}", bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::Http1;

    fn statuses(received: &str, requests: &[&str]) -> Vec<(Option<u16>, bool)> {
        let framing = Framing::Http1(Http1::default()).answering(requests);
        let seen = SeenAnswers {
            accepted: 1,
            unique: "1234".to_owned(),
            ..SeenAnswers::default()
        };
        let answers = http_answers(received.as_bytes(), &framing, &seen);
        answers.iter().map(|it| (it.status, it.expected)).collect()
    }

    #[test]
    fn answers_of_http_are_their_statuses() {
        let two = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 400 Bad\r\n\r\n";
        assert_eq!(statuses(two, &[]), [(Some(200), true), (Some(400), false)]);
    }

    #[test]
    fn an_interim_answer_is_left_out() {
        let two = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(statuses(two, &[]), [(Some(200), true)]);
    }

    #[test]
    fn the_answer_to_head_may_have_a_body_if_the_request_is_malformed() {
        let with_body = "HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nno";
        let without = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
        assert_eq!(statuses(with_body, &["HEAD"]), [(Some(400), true)]);
        assert_eq!(statuses(without, &["HEAD"]), [(Some(200), true)]);
    }

    #[test]
    fn bytes_that_are_no_answer_are_an_answer_without_a_status() {
        assert_eq!(statuses("<h1>no</h1>", &[]), [(None, true)]);
        assert_eq!(statuses("", &[]), []);
    }

    #[test]
    fn a_content_is_bounded_and_has_no_value_of_its_own() {
        assert_eq!(content(b"hello 1234\n", "1234"), "hello ${unique}\\n");
        let long = |id: &str| content(format!("{}{id}", "x".repeat(100)).as_bytes(), id);
        assert_eq!(long("1111"), long("2222"));
        assert!(long("1111").starts_with("xxxxxxxxxxxxxxxxxxxxxxxx … 104 bytes, hash "));
        assert_ne!(long("1111"), content("x".repeat(104).as_bytes(), "1"));
    }
}
