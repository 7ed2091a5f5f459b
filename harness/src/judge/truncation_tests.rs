//! What a peer may do where the stream ends inside a message.

use super::{
    Expectations, ExtraAnswers, Observations, PlayedSide, TruncationDoubt, allowed_reply,
    expected_steps, judge_connection,
};
use crate::scenario::{Bindings, NoAttachments, Side, Suite, parse};
use crate::tactic::{Delivery, Script};

/// What came of a reply to a truncated message.
#[derive(Debug, PartialEq)]
enum ReplyVerdict {
    /// It is wrong, with this kind of finding.
    Wrong(&'static str),
    /// It is allowed, and recorded.
    Allowed(String),
    NotJudged(TruncationDoubt),
    /// There is nothing to judge or to record.
    Nothing,
}

use ReplyVerdict::*;

/// `top` has the framing and the adversary.
fn suite(top: &str, exchange: &str) -> Suite {
    let text = format!("title = 'T'\n{top}\n[[scenario]]\nid = 's'\nexchange = [{exchange}]");
    parse("t.toml", &text, &NoAttachments).expect("a valid suite")
}

/// Judges a server that sent `received` under a delivery.
fn judged(suite: &Suite, delivery: &str, received: &str) -> ReplyVerdict {
    let scenario = &suite.scenarios()[0];
    let script = Script::of(scenario, Side::Client);
    let played = PlayedSide {
        scenario,
        side: Side::Client,
        script: &script,
    };
    let delivery: Delivery = delivery.parse().expect("a delivery");
    let expected = expected_steps(&played, &delivery);
    let mut expectations = Expectations::new(scenario, Side::Server, Bindings::example());
    expectations.receive(received.as_bytes());
    expectations.end_of_stream();
    if let Some(finding) = judge_connection(&expectations, expected, &Observations::default()) {
        return Wrong(finding.kind().as_str());
    }
    match (
        expected.extra_answers,
        allowed_reply(&expectations, expected),
    ) {
        (ExtraAnswers::NotJudged(doubt), _) => NotJudged(doubt),
        (_, Some(reply)) => Allowed(String::from_utf8_lossy(reply).into_owned()),
        (_, None) => Nothing,
    }
}

const UPPER: &str = "{ client = 'hello' }, { server = 'HELLO' }";

/// `hello\n` and the stream ends after three bytes.
fn reply(adversary: &str, received: &str) -> ReplyVerdict {
    let top = format!("framing = 'line'\n{adversary}");
    judged(&suite(&top, UPPER), "3 half", received)
}

fn allowed(text: &str) -> ReplyVerdict {
    Allowed(text.to_owned())
}

#[test]
fn an_error_reply_to_a_truncated_message_is_allowed_and_recorded() {
    for error in ["ERR", "unknown command", "HE", "HELL", ""] {
        assert_eq!(reply("", &format!("{error}\n")), allowed(error));
    }
    assert_eq!(reply("", "ERR"), allowed("ERR"));
    assert_eq!(reply("", ""), Nothing);
}

#[test]
fn the_answer_to_the_whole_message_is_wrong_for_a_truncated_one() {
    assert_eq!(reply("", "HELLO\n"), Wrong("surplus"));
    let acknowledged = suite(
        "framing = 'line'",
        "{ client = 'hello' }, { server = 'ok' }, { client = 'bye' }, { server = 'ok' }",
    );
    assert_eq!(judged(&acknowledged, "3 half", "ok\n"), Wrong("surplus"));
    assert_eq!(
        judged(&acknowledged, "8 half", "ok\nok\n"),
        Wrong("surplus")
    );
    assert_eq!(judged(&acknowledged, "8 half", "ok\nERR\n"), allowed("ERR"));
}

#[test]
fn an_answer_to_the_part_that_came_is_wrong() {
    assert_eq!(reply("", "HEL\n"), Wrong("surplus"));
    let echo = suite(
        "framing = { length = { type = 'u8' } }",
        "{ client = 'hello' }, { server = 'echo: hello!' }",
    );
    // The header is delivered too.
    assert_eq!(judged(&echo, "4 half", "\u{a}echo: hel!"), Wrong("surplus"));
    assert_eq!(
        judged(&echo, "4 half", "\u{8}echo: l!"),
        allowed("echo: l!")
    );
}

#[test]
fn the_suite_may_forbid_every_reply_or_allow_any() {
    let silent = "adversary = { truncation = 'silent' }";
    for received in ["ERR\n", "HELLO\n", "ERR"] {
        assert_eq!(reply(silent, received), Wrong("surplus"));
    }
    assert_eq!(reply(silent, ""), Nothing);
    for any in [
        "adversary = { truncation = 'any' }",
        "adversary = { truncation_replies = true }",
    ] {
        for received in ["ERR\n", "HELLO\n", "HEL\n"] {
            assert_eq!(reply(any, received), Nothing);
        }
    }
}

#[test]
fn the_suite_may_say_which_reply_is_allowed() {
    let matches = "adversary = { truncation = { matches = '^HTTP/1\\.1 400' } }";
    assert_eq!(
        reply(matches, "HTTP/1.1 400 Bad Request\n"),
        allowed("HTTP/1.1 400 Bad Request")
    );
    assert_eq!(reply(matches, "HTTP/1.1 400"), allowed("HTTP/1.1 400"));
    for wrong in ["HTTP/1.1 200 OK\n", "HELLO\n", " HTTP/1.1 400\n"] {
        assert_eq!(reply(matches, wrong), Wrong("surplus"));
    }
}

/// haproxy answers a connection that ends without a request with 400.
#[test]
fn an_end_between_two_messages_may_be_answered_with_an_error_only() {
    let lines = suite("framing = 'line'", UPPER);
    assert_eq!(judged(&lines, "0 half", "ERR\n"), allowed("ERR"));
    assert_eq!(judged(&lines, "0 half", "HELLO\n"), Wrong("surplus"));
    let silent = "framing = 'line'\nadversary = { truncation = 'silent' }";
    let silent = suite(silent, UPPER);
    assert_eq!(judged(&silent, "0 half", "ERR\n"), Wrong("surplus"));
}

#[test]
fn an_answer_to_an_empty_part_is_wrong_at_the_end_between_two_messages() {
    let echo = "{ client = 'hello' }, { server = 'echo: hello!' }";
    let echo = suite("framing = 'line'", echo);
    assert_eq!(judged(&echo, "0 half", "echo: !\n"), Wrong("surplus"));
    assert_eq!(judged(&echo, "0 half", "bye\n"), allowed("bye"));
    // Nothing was captured, because nothing was sent.
    let captured = "{ client = { matches = '(?<said>.+)', example = 'hello' } }, \
                    { server = 'You said: ${said}' }";
    let captured = suite("framing = 'line'", captured);
    let half = |received| judged(&captured, "0 half", received);
    assert_eq!(half("You said: \n"), Wrong("surplus"));
    assert_eq!(half("ERR\n"), allowed("ERR\n"));
}

/// The same bytes as framed messages and as raw ones.
#[test]
fn truncation_inside_raw_bytes_is_not_judged() {
    let framed = suite("framing = 'line'", "{ client = 'hi' }, { server = 'ok' }");
    let raw_step = suite(
        "framing = 'line'",
        "{ client.raw = 'hi\\n' }, { server = 'ok' }",
    );
    let raw_framing = suite(
        "framing = 'raw'",
        "{ client = 'hi\\n' }, { server = 'ok\\n' }",
    );
    for received in ["ok\n", "ERR\n", ""] {
        for suite in [&raw_step, &raw_framing] {
            let doubt = NotJudged(TruncationDoubt::Raw);
            assert_eq!(judged(suite, "1 half", received), doubt);
        }
    }
    assert_eq!(judged(&framed, "1 half", "ok\n"), Wrong("surplus"));
    // Where nothing is truncated, all are judged.
    for suite in [&framed, &raw_step, &raw_framing] {
        assert_eq!(judged(suite, "0 half", "ok\n"), Wrong("surplus"));
    }
}

#[test]
fn truncation_is_not_judged_where_an_error_looks_like_an_answer() {
    let any = "{ client = 'hi' }, { server.any = true }";
    let any_answer = suite("framing = 'line'", any);
    assert_eq!(
        judged(&any_answer, "1 half", "ERR\n"),
        NotJudged(TruncationDoubt::AnyAnswer)
    );
    let silent = suite(
        "framing = 'line'\nadversary = { truncation = 'silent' }",
        any,
    );
    assert_eq!(judged(&silent, "1 half", "ERR\n"), Wrong("surplus"));
    let together = suite(
        "framing = 'line'",
        "{ client = 'a' }, { client = 'b' }, { server = 'A' }, { server = 'B' }",
    );
    assert_eq!(
        judged(&together, "3 half", "A\n"),
        NotJudged(TruncationDoubt::AnsweredLater)
    );
}

/// Where a client need not do anything any more when the server's stream ends so.
fn expected_of_client(delivery: &str) -> (usize, bool) {
    let steps = "{ client = 'a' }, { server = 'A' }, { client = 'b' }, { server = 'B' }, \
                 { client.prints = 'B' }, { client = 'quit' }";
    let suite = suite("framing = 'line'", steps);
    let scenario = &suite.scenarios()[0];
    let script = Script::of(scenario, Side::Server);
    let played = PlayedSide {
        scenario,
        side: Side::Server,
        script: &script,
    };
    let delivery: Delivery = delivery.parse().expect("a delivery");
    let expected = expected_steps(&played, &delivery);
    let allows_more = matches!(expected.extra_answers, ExtraAnswers::Allowed);
    (expected.end, allows_more)
}

#[test]
fn a_client_need_not_ask_a_server_whose_end_came_with_its_last_answer() {
    assert_eq!(expected_of_client("2 fin+"), (2, true));
    assert_eq!(expected_of_client("2,2 fin+"), (5, true));
    assert_eq!(expected_of_client("2,1 fin+"), (3, false));
    assert_eq!(expected_of_client("2 half"), (3, false));
    assert_eq!(expected_of_client("2,2 half"), (6, false));
}
