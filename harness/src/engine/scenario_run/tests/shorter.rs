//! The part of an exchange that is enough to see a failure.

use std::collections::HashMap;
use std::sync::Mutex;

use wirecheck_report::record::ShorterExchange;

use super::script::{Answer, Play, die, fail, pass, silence, wrong_answer};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, TestRun};
use crate::scenario::Side;

/// `hello` and `bye`; the stream is `hello\n` and `bye bye\n`.
const TWO_MESSAGES: &str = "\
    title = 'T'\nframing = 'line'\n[[scenario]]\nid = 'first'\n\
    exchange = [{ client = 'hello' }, { server = 'hello' }, \
                { client = 'bye bye' }, { server = 'bye bye' }]\n";

const CUTS: TestRun = TestRun {
    suite: TWO_MESSAGES,
    only: "cut@*",
    ..DEFAULT
};

/// What was found for the only failure that was shrunk.
fn shorter(run: &PlayedRun) -> Option<&ShorterExchange> {
    let failures = run.scenario("first").failures.iter();
    let mut smallest = failures.filter_map(|it| it.smallest.as_ref());
    let first = smallest.next().expect("one was shrunk");
    assert!(smallest.next().is_none(), "only one");
    first.shorter.as_ref()
}

/// `3:1 4 sent 1,1`: the third step with one byte of its payload, the fourth, the delivery.
fn text(shorter: &ShorterExchange) -> String {
    let steps = shorter.steps.iter().map(|kept| match kept.payload {
        Some(len) => format!("{}:{len}", kept.step),
        None => kept.step.to_string(),
    });
    let steps: Vec<_> = steps.collect();
    format!("{} sent {}", steps.join(" "), shorter.evidence.delivery)
}

/// Whether a chunk ends inside this message of the stream.
fn is_cut_inside(play: &Play, message: &str) -> bool {
    let text = String::from_utf8_lossy(&play.stream).into_owned();
    let found = text.find(message);
    found.is_some_and(|start| (start + 1..start + message.len()).any(|at| play.is_cut_at(at)))
}

fn wrong_if_cut_inside(play: &Play, message: &str) -> Answer {
    if is_cut_inside(play, message) {
        fail(wrong_answer())
    } else {
        pass()
    }
}

fn played(failure: impl Fn(&Play) -> Option<Answer> + Send + Sync + 'static) -> PlayedRun {
    let script = move |play: &Play| failure(play).unwrap_or_else(pass);
    CUTS.run(ScriptedPeer::new(script).knowing_parts())
        .checked()
}

#[test]
fn what_has_no_part_in_the_failure_is_left_out() {
    let run = played(|play| is_cut_inside(play, "bye bye\n").then(|| fail(wrong_answer())));
    let found = shorter(&run).expect("a shorter exchange");
    assert_eq!(text(found), "3 4 sent 1,7");
    assert_eq!((found.sent.messages, found.of.messages), (1, 2));
    assert_eq!((found.sent.bytes, found.of.bytes), (8, 14));
    assert_eq!(found.tactic.as_deref(), Some("cut@1"));
    assert_eq!(found.findings[0].kind, "wrong-answer");
}

#[test]
fn payloads_are_shortened_as_long_as_it_fails() {
    let run = played(|play| {
        let is_cut =
            (1..play.stream.len()).any(|at| play.stream[at - 1] != b'\n' && play.is_cut_at(at));
        is_cut.then(|| fail(silence()))
    });
    assert_eq!(shorter(&run).map(text).as_deref(), Some("1:2 2 sent 1,2"));
}

#[test]
fn failures_with_one_smallest_delivery_have_one_shorter_exchange() {
    let script = |play: &Play| wrong_if_cut_inside(play, "bye bye\n");
    let all = TestRun { only: "*", ..CUTS };
    let run = all.run(ScriptedPeer::new(script).knowing_parts()).checked();
    let failures = run.scenario("first").failures.iter();
    let smallest = failures.filter_map(|it| it.smallest.as_ref());
    let smallest = smallest.filter(|it| it.tactic.as_deref() == Some("cut@7"));
    let texts: Vec<_> = smallest.map(|it| it.shorter.as_ref().map(text)).collect();
    assert!(texts.len() > 1, "`cut` and `bytes`");
    assert!(
        texts.iter().all(|it| it.as_deref() == Some("3 4 sent 1,7")),
        "{texts:?}"
    );
}

#[test]
fn a_part_that_fails_uncut_is_not_taken() {
    // It answers `bye bye` only after a `hello`, and nothing that is shorter.
    let run = played(|play| {
        let is_whole = play.stream == b"hello\nbye bye\n";
        let is_cut = is_cut_inside(play, "bye bye\n");
        (!is_whole || is_cut).then(|| fail(wrong_answer()))
    });
    assert_eq!(shorter(&run), None);
}

#[test]
fn a_part_that_fails_in_another_way_is_not_taken() {
    let run = played(|play| {
        let is_whole = play.stream == b"hello\nbye bye\n";
        let finding = if is_whole { wrong_answer() } else { silence() };
        is_cut_inside(play, "bye").then(|| fail(finding))
    });
    assert_eq!(shorter(&run), None);
}

#[test]
fn a_death_is_seen_in_a_part_too() {
    let run = played(|play| is_cut_inside(play, "bye").then(die));
    let found = shorter(&run).expect("a shorter exchange");
    assert_eq!(text(found), "3:3 4 sent 1,3");
    assert!(found.findings[0].died.is_some());
}

#[test]
fn what_a_client_sends_is_not_changed() {
    let script = |play: &Play| wrong_if_cut_inside(play, "bye");
    let client = ScriptedPeer::new(script).knowing_parts();
    let client = client.new_for_each_case();
    let run = CUTS
        .play(CUTS.selection_for(Side::Server), client)
        .checked();
    assert_eq!(shorter(&run), None);
}

#[test]
fn a_server_that_wirecheck_does_not_start_gets_no_parts() {
    let script = |play: &Play| wrong_if_cut_inside(play, "bye");
    let run = CUTS.run(ScriptedPeer::new(script).knowing_parts().external());
    assert_eq!(shorter(&run), None);
}

/// Without the second message, which undoes the first, it is wrong from the second play on.
#[test]
fn a_part_that_passes_uncut_only_once_is_not_taken() {
    let lives = Mutex::new(HashMap::new());
    let run = played(move |play| {
        let is_whole = play.stream == b"hello\nbye bye\n";
        let mut plays = lives.lock().expect("no script panicked");
        let earlier: &mut u32 = plays.entry((play.life, play.stream.clone())).or_default();
        *earlier += 1;
        let is_wrong = if is_whole {
            is_cut_inside(play, "hello")
        } else {
            *earlier > 1
        };
        is_wrong.then(|| fail(wrong_answer()))
    });
    assert_eq!(shorter(&run), None);
}
