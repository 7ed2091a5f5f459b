//! A correct reader handles each malformed message as its kind allows.

use std::collections::BTreeSet;

use proptest::prelude::*;
use wirecheck::framing::{Framing, MalformedKind, MalformedMessage, RepeatedBytes, Response};

use crate::reading::{Ending, read};
use crate::{samples, strategies};

/// The law: our own reader does what a correct reader may do.
fn is_handled_as_allowed(framing: &Framing, payload: &[u8], member: &MalformedMessage) {
    let right: Vec<_> = framing.canonical(payload).into_iter().collect();
    let reading = read(framing, [&sent(framing, payload, member)[..]]);
    let refused = matches!(reading.ending, Ending::Malformed(_));
    let waits = matches!(reading.ending, Ending::Truncated(_));
    let read_as_right = reading.messages == right && reading.ending == Ending::Clean;
    let allowed = match member.response {
        Response::Refuse => refused && reading.messages.is_empty(),
        Response::RefuseOrRead => refused || read_as_right,
        Response::Wait => waits && reading.messages.is_empty(),
        Response::ReadOther => reading.messages.first() != right.first(),
    };
    assert!(allowed, "{framing:?} {payload:?} {member:?}: {reading:?}");
}

fn valid(framing: &Framing, payload: &[u8]) -> Vec<u8> {
    framing.encode(payload).expect("it can be sent").bytes
}

/// Of bytes without an end as many as a correct reader takes.
fn sent(framing: &Framing, payload: &[u8], member: &MalformedMessage) -> Vec<u8> {
    let mut edit = member.edit.clone();
    if member.kind == MalformedKind::Endless {
        let unit = edit.replacement.unit();
        let taken = framing.decoder().bound() / unit.len() + 2;
        edit.replacement = RepeatedBytes::new(unit, taken);
    }
    edit.apply(&valid(framing, payload))
}

fn all_are_handled_as_allowed(framing: &Framing, payload: &[u8]) {
    let family = framing.malformed(payload);
    let kinds: BTreeSet<_> = family.iter().map(|member| member.kind).collect();
    assert_eq!(kinds.len(), family.len(), "{framing:?} has a kind twice");
    for member in &family {
        let sent = sent(framing, payload, member);
        assert_ne!(sent, valid(framing, payload), "{framing:?} {}", member.kind);
        is_handled_as_allowed(framing, payload, member);
    }
}

#[test]
fn every_malformed_message_is_handled_as_allowed() {
    for sample in samples::all() {
        for payload in sample.payloads {
            all_are_handled_as_allowed(&sample.framing, payload);
        }
    }
}

proptest! {
    #[test]
    fn random_malformed_messages_are_handled_as_allowed((framing, payloads) in strategies::exchange()) {
        for payload in payloads {
            all_are_handled_as_allowed(&framing, &payload);
        }
    }
}

fn kinds(framing: &Framing, payload: &[u8]) -> String {
    let kinds = framing.malformed(payload).into_iter().map(|m| m.kind);
    let sorted: BTreeSet<MalformedKind> = kinds.collect();
    let names = sorted.iter().map(MalformedKind::to_string);
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_framing_has_the_malformed_kinds_that_make_sense() {
    let decimals = "negative signed underscored non-ascii-digits hex spaces leading-zeros \
                    empty too-large endless longer shorter";
    let of = |framing: &str| {
        let samples = samples::all();
        let mut found = samples
            .iter()
            .filter(|s| format!("{:?}", s.framing).starts_with(framing));
        let sample = found.next_back().expect("there is a sample of each");
        kinds(&sample.framing, sample.payloads[0])
    };
    assert_eq!(of("Raw"), "");
    assert_eq!(of("Fixed"), "");
    assert_eq!(of("Line"), "too-large endless");
    assert_eq!(of("Delimiter"), "too-large endless");
    let in_a_column = decimals
        .replace("leading-zeros ", "")
        .replace("endless ", "");
    assert_eq!(of("AsciiLength"), in_a_column);
    assert_eq!(of("Length"), "negative too-large longer shorter impossible");
    assert_eq!(
        of("VarintLength"),
        "too-large longer shorter overlong unterminated"
    );
    assert_eq!(of("Netstring"), format!("{decimals} wrong-terminator"));
    assert_eq!(
        of("Headers"),
        format!("{decimals} missing duplicate wrong-terminator")
    );
    assert_eq!(
        of("Resp"),
        format!("{decimals} wrong-terminator unknown-type")
    );
    assert_eq!(
        of("Http1"),
        "negative signed underscored non-ascii-digits hex spaces empty endless duplicate bare-cr \
         bare-lf space-before-colon obs-fold nul large-field many-fields missing-host \
         duplicate-host unknown-version malformed-version length-and-chunked unknown-coding \
         chunked-twice chunked-not-last"
    );
    assert_eq!(
        of("WebSocket"),
        "negative too-large longer shorter overlong unknown-type unmasked reserved-bits \
         unknown-control fragmented-control long-control lone-continuation interleaved \
         invalid-utf8 short-close close-code"
    );
}
