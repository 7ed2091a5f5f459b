//! Scripts and evidence for the tests of this module, in the notation of the command
//! line.

use super::{DefectEvidence, ExchangeEnd, PeerLifetime, Symptom, diagnose};
use crate::framing::{Encoded, Framing, Http1, RegionKind};
use crate::tactic::{OutMessage, Script, Tactic};

/// The steps in which the peer of a sample answers: after each of our messages.
const ANSWERS: [usize; 4] = [1, 3, 5, 7];

/// Messages with a header of three bytes.
pub(super) fn with_header(payloads: &[&str]) -> Script {
    script(payloads, |message, payload| {
        message.push(RegionKind::Header, b"123");
        message.push(RegionKind::Payload, payload);
    })
}

/// Messages with a delimiter.
pub(super) fn lines(ending: &str, payloads: &[&str]) -> Script {
    script(payloads, |message, payload| {
        message.push(RegionKind::Payload, payload);
        message.push(RegionKind::Delimiter, ending.as_bytes());
    })
}

/// HTTP/1.1 messages.
pub(super) fn http(messages: &[&str]) -> Script {
    let http = Framing::Http1(Http1::default());
    script(messages, |message, payload| {
        *message = http.encode(payload).expect("it is a message");
    })
}

/// Messages that no framing encodes.
pub(super) fn raw(payloads: &[&str]) -> Script {
    script(payloads, |message, payload| {
        message.push(RegionKind::Payload, payload);
    })
}

fn script(payloads: &[&str], encode: impl Fn(&mut Encoded, &[u8])) -> Script {
    let message = |(turn, payload): (usize, &&str)| {
        let mut message = Encoded::default();
        encode(&mut message, payload.as_bytes());
        OutMessage {
            bytes: message.bytes,
            regions: message.regions,
            turn,
            step: 0,
            section: 0,
            payload: Some(payload.as_bytes().to_vec()),
        }
    };
    Script {
        messages: payloads.iter().enumerate().map(message).collect(),
    }
}

/// Cases that failed, and their symptoms: `("cut@1-9 joined", &[…])`.
pub(super) type Failed<'a> = (&'a str, &'a [Symptom]);

/// The codes that are named, in order: `F01 F02`.
pub(super) fn codes(evidence: &DefectEvidence) -> String {
    let codes = diagnose(evidence).into_iter().map(|it| it.code.code());
    codes.collect::<Vec<_>>().join(" ")
}

/// The codes that are named, each with its sentence.
pub(super) fn reasons(evidence: &DefectEvidence) -> Vec<String> {
    let found = diagnose(evidence).into_iter();
    found
        .map(|it| format!("{}: {}", it.code.code(), it.because))
        .collect()
}

/// Evidence of a peer that serves many cases.
pub(super) fn server(script: &Script, failed: &[Failed<'_>], passed: &str) -> DefectEvidence {
    evidence(script, PeerLifetime::ManyCases, failed, passed)
}

/// Evidence of a program that is started for each case.
pub(super) fn program(script: &Script, failed: &[Failed<'_>], passed: &str) -> DefectEvidence {
    evidence(script, PeerLifetime::OneCase, failed, passed)
}

fn evidence(
    script: &Script,
    lifetime: PeerLifetime,
    failed: &[Failed<'_>],
    passed: &str,
) -> DefectEvidence {
    let mut evidence = DefectEvidence::new(script, ANSWERS, ExchangeEnd::Fin, lifetime);
    for (ids, symptoms) in failed {
        tactics(ids).for_each(|tactic| evidence.add_failure(tactic, symptoms.to_vec()));
    }
    tactics(passed).for_each(|tactic| evidence.add_pass(tactic));
    evidence
}

/// `cut@1-3 joined` is `cut@1`, `cut@2`, `cut@3` and `joined`.
fn tactics(ids: &str) -> impl Iterator<Item = Tactic> {
    ids.split_whitespace().flat_map(|id| {
        let numbered = id.split_once('@');
        let range = numbered.and_then(|(name, range)| Some((name, range.split_once('-')?)));
        let ids: Vec<String> = match range {
            Some((name, (first, last))) => {
                let number = |text: &str| text.parse::<usize>().expect("a number");
                let range = number(first)..=number(last);
                range.map(|at| format!("{name}@{at}")).collect()
            }
            None => vec![id.to_owned()],
        };
        ids.into_iter().map(|id| id.parse().expect("a tactic"))
    })
}
