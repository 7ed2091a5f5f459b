//! What a peer sends, read against an exchange, must not depend on how it arrives.

use super::expectations::{Expectations, Mismatch};
use crate::scenario::{Bindings, NoAttachments, Side, Suite, parse};

fn suite(framing: &str, settings: &str, exchange: &str) -> Suite {
    let text = format!(
        "title = 'T'\nframing = {framing}\n{settings}\n[[scenario]]\nid = 's'\nexchange = [{exchange}]"
    );
    parse("t.toml", &text, &NoAttachments).expect("a valid suite")
}

/// How many messages were accepted, and what was wrong.
fn read(suite: &Suite, chunks: &[&[u8]], ends: bool) -> (usize, Option<String>) {
    let scenario = &suite.scenarios()[0];
    let bindings = Bindings::fresh("abcdefgh");
    let mut expectations = Expectations::new(scenario, Side::Server, bindings);
    for chunk in chunks {
        expectations.receive(chunk);
    }
    if ends {
        expectations.end_of_stream();
    }
    let mismatch = expectations.mismatch().map(|mismatch| match mismatch {
        Mismatch::Refused { step, refusal, .. } => format!("step {step}: {refusal}"),
        Mismatch::Malformed { step, why } => format!("step {step}: {why}"),
        Mismatch::CutShort { step, at } => format!("step {step}: {at}"),
        Mismatch::Surplus => "surplus".to_owned(),
    });
    (expectations.accepted(), mismatch)
}

/// The same, after every segmentation into two chunks and into single bytes.
fn invariant(suite: &Suite, stream: &[u8], ends: bool) -> (usize, Option<String>) {
    let whole = read(suite, &[stream], ends);
    for at in 0..=stream.len() {
        let (before, after) = stream.split_at(at);
        assert_eq!(read(suite, &[before, after], ends), whole, "cut at {at}");
    }
    let bytes: Vec<_> = stream.chunks(1).collect();
    assert_eq!(read(suite, &bytes, ends), whole, "byte by byte");
    whole
}

fn wrong(accepted: usize, text: &str) -> (usize, Option<String>) {
    (accepted, Some(text.to_owned()))
}

#[test]
fn a_pattern_of_known_length_ends_without_a_boundary() {
    let exchange = "{ client = 'a' }, { server = { hex = '01 {id:2}', example = '01 0000' } }, \
                    { server = { hex = '${id} ??', example = '${id} 00' } }";
    let raw = suite("'raw'", "", exchange);
    assert_eq!(invariant(&raw, b"\x01ababc", false), (2, None));
    assert_eq!(invariant(&raw, b"\x01ab", false), (1, None));
    assert_eq!(
        invariant(&raw, b"\x01abaxc", false),
        wrong(1, "step 2: byte 1 is 0x78, expected 0x62")
    );
    assert_eq!(invariant(&raw, b"\x01ababcd", false), wrong(2, "surplus"));
}

#[test]
fn a_pattern_with_an_open_end_is_the_rest_of_a_raw_stream() {
    let exchange = "{ client = 'a' }, { server = { hex = '01 ..', example = '01' } }";
    let raw = suite("'raw'", "", exchange);
    assert_eq!(invariant(&raw, b"\x01abc", false), (0, None));
    assert_eq!(invariant(&raw, b"\x01abc", true), (1, None));
}
