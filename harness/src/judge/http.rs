//! What a server of HTTP may do besides answering each request that is whole: it may answer as
//! soon as it has the head, leave the body unread, and close after an answer that says so.

use memchr::memmem;

use super::expected_steps::{PlayedSide, sent_messages};
use crate::framing::{Framing, HttpMessage, StartLine};
use crate::scenario::{Permission, Side};
use crate::tactic::{Delivery, Offset, OutMessage};

/// How many bytes of a request that has a body come before the body.
pub(super) fn length_of_head(played: &PlayedSide<'_>, request: &OutMessage) -> Option<usize> {
    const BLANK_LINE: &[u8] = b"\r\n\r\n";
    if !is_server(played, request) {
        return None;
    }
    let end = memmem::find(&request.bytes, BLANK_LINE)? + BLANK_LINE.len();
    (end < request.bytes.len()).then_some(end)
}

fn is_server(played: &PlayedSide<'_>, request: &OutMessage) -> bool {
    let framing = played.scenario.framing(played.side, request.step);
    played.side == Side::Client && matches!(framing, Framing::Http1(_))
}

/// The steps that send a request with a body, and where in the stream the body begins.
pub fn request_bodies(played: &PlayedSide<'_>) -> Vec<(usize, Offset)> {
    let mut start = 0;
    let bodies = sent_messages(played).filter_map(|sent| {
        let head = length_of_head(played, sent.encoded);
        let body = head.map(|head| (sent.step, Offset::new(start + head)));
        start += sent.encoded.bytes.len();
        body
    });
    bodies.collect()
}

/// Whether the peer may close before it has read all that is sent: a server that has answered
/// may leave the body of the request unread.
pub(super) fn early_close(played: &PlayedSide<'_>) -> Permission {
    let mut messages = played.script.messages.iter();
    Permission::from(messages.any(|it| length_of_head(played, it).is_some()))
}

/// Whether the peer may close after an answer that says so, although more requests follow. It
/// depends on the delivery whether the body has come when a server answers that leaves it unread;
/// in an uncut delivery it has.
pub(super) fn announced_close(played: &PlayedSide<'_>, delivery: &Delivery) -> Permission {
    let ends: Vec<_> = played.script.message_edges().collect();
    let is_cut = delivery.edges().any(|at| !ends.contains(&at));
    Permission::from(is_cut && early_close(played) == Permission::Allowed)
}

/// Whether an answer says that the connection ends after it.
pub(super) fn announces_close(answer: &[u8]) -> bool {
    let Ok(answer) = HttpMessage::parse(answer) else {
        return false;
    };
    let StartLine::Answer { version, .. } = answer.start else {
        return false;
    };
    let fields = answer.fields.iter();
    let mut options = fields
        .filter(|it| it.name.eq_ignore_ascii_case(b"connection"))
        .flat_map(|it| it.value.split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii);
    if version == b"HTTP/1.0" {
        !options.any(|it| it.eq_ignore_ascii_case(b"keep-alive"))
    } else {
        options.any(|it| it.eq_ignore_ascii_case(b"close"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{ExtraAnswers, TruncationDoubt, expected_steps};
    use crate::scenario::{NoAttachments, Suite, parse};
    use crate::tactic::{CaseChoice, Plan, Script};

    fn suite() -> Suite {
        let text = "title = 'T'\nframing = 'http1'\n\
                    adversary.malformed = { matches = '^HTTP/1.1 4' }\n[[scenario]]\nid = 's'\nexchange = [\
                    { client.http = { method = 'POST', fields = { Host = 'x' }, chunked = ['hello'] } },\
                    { server.http = { status = 'same' } },\
                    { client.http = { method = 'GET', fields = { Host = 'x' } } },\
                    { server.http = { status = 'same' } }]";
        parse("t.toml", text, &NoAttachments).expect("a valid suite")
    }

    /// What a test asks about the peer in the case of a tactic.
    fn in_case<T>(tactic: &str, ask: impl Fn(&PlayedSide<'_>, &Delivery) -> T) -> T {
        let suite = suite();
        let scenario = &suite.scenarios()[0];
        let plan = Plan::of(&suite, scenario, Side::Client, &CaseChoice::default());
        let case = plan.case(&tactic.parse().expect("a tactic"));
        let script = Script::of(scenario, Side::Client);
        let played = PlayedSide {
            scenario,
            side: Side::Client,
            script: &script,
        };
        ask(&played, &case.expect("it is possible").delivery)
    }

    #[test]
    fn what_is_malformed_behind_the_head_need_not_be_noticed_by_all() {
        let is_judged = |tactic| {
            in_case(tactic, |played, delivery| {
                let mut expected = expected_steps(played, delivery);
                expected.allow_unread_body();
                let unread = ExtraAnswers::NotJudged(TruncationDoubt::HasHead);
                format!("{:?}", expected.extra_answers) != format!("{unread:?}")
            })
        };
        assert!(!is_judged("header:hex"));
        assert!(!is_judged("header:wrong-terminator"));
        assert!(is_judged("header:missing-host"));
    }

    #[test]
    fn a_server_may_close_after_an_answer_that_says_so_if_the_request_was_cut() {
        let permission = |tactic| in_case(tactic, announced_close);
        assert_eq!(permission("cut@20"), Permission::Allowed);
        assert_eq!(permission("joined+cut@20"), Permission::Allowed);
        assert_eq!(permission("whole"), Permission::Forbidden);
        assert_eq!(permission("joined"), Permission::Forbidden);
    }

    #[test]
    fn the_body_of_a_request_begins_behind_its_head() {
        let bodies = in_case("whole", |played, _| request_bodies(played));
        let [(step, body)] = bodies.as_slice() else {
            panic!("one request has a body: {bodies:?}");
        };
        let stream = in_case("whole", |played, _| played.script.stream().to_vec());
        assert_eq!(*step, 0);
        assert!(stream[body.get()..].starts_with(b"5\r\nhello"));
    }

    #[test]
    fn an_answer_announces_a_close() {
        for (answer, expected) in [
            ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\nconnection: x, Close\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false),
            ("HTTP/1.0 200 OK\r\n\r\n", true),
            ("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n", false),
            ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", false),
        ] {
            assert_eq!(announces_close(answer.as_bytes()), expected, "{answer}");
        }
    }
}
