//! Scripts and evidence for this room's own tests, written as people write them.

use super::{Ending, Evidence, Life, Sign, diagnose};
use crate::framing::{Encoded, RegionKind};
use crate::tactic::{OutMessage, Script, Tactic};

/// The steps in which the peer of a sample answers: after each of our messages.
const ANSWERS: [usize; 4] = [1, 3, 5, 7];

/// Messages after a header of three bytes.
pub(super) fn with_header(payloads: &[&str]) -> Script {
    script(payloads, |message, payload| {
        message.push(RegionKind::Header, b"123");
        message.push(RegionKind::Payload, payload);
    })
}

/// Messages before a delimiter.
pub(super) fn lines(ending: &str, payloads: &[&str]) -> Script {
    script(payloads, |message, payload| {
        message.push(RegionKind::Payload, payload);
        message.push(RegionKind::Delimiter, ending.as_bytes());
    })
}

fn script(payloads: &[&str], encode: impl Fn(&mut Encoded, &[u8])) -> Script {
    let spoken = |(turn, payload): (usize, &&str)| {
        let mut message = Encoded::default();
        encode(&mut message, payload.as_bytes());
        OutMessage {
            bytes: message.bytes,
            regions: message.regions,
            turn,
            payload: Some(payload.as_bytes().to_vec()),
        }
    };
    Script {
        messages: payloads.iter().enumerate().map(spoken).collect(),
    }
}

/// What became of some cases: `cut@1-9 joined` and what they showed.
pub(super) type Fell<'a> = (&'a str, &'a [Sign]);

/// The codes that are named, in order: `F01 F02`.
pub(super) fn codes(script: &Script, fell: &[Fell<'_>], held: &str) -> String {
    let evidence = evidence(script, fell, held);
    let codes = diagnose(&evidence).into_iter().map(|it| it.code.code());
    codes.collect::<Vec<_>>().join(" ")
}

/// What is named, and why.
pub(super) fn reasons(script: &Script, fell: &[Fell<'_>], held: &str) -> Vec<String> {
    let found = diagnose(&evidence(script, fell, held)).into_iter();
    found
        .map(|it| format!("{}: {}", it.code.code(), it.because))
        .collect()
}

fn evidence(script: &Script, fell: &[Fell<'_>], held: &str) -> Evidence {
    evidence_of(script, Life::ManyCases, fell, held)
}

/// What is known of a peer whose processes live so long.
pub(super) fn evidence_of(script: &Script, life: Life, fell: &[Fell<'_>], held: &str) -> Evidence {
    let mut evidence = Evidence::new(script, ANSWERS, Ending::Fin, life);
    for (tactics, signs) in fell {
        tactics_of(tactics).for_each(|tactic| evidence.fell(tactic, signs.to_vec()));
    }
    tactics_of(held).for_each(|tactic| evidence.held(tactic));
    evidence
}

/// `cut@1-3 joined` is `cut@1`, `cut@2`, `cut@3` and `joined`.
fn tactics_of(words: &str) -> impl Iterator<Item = Tactic> {
    words.split_whitespace().flat_map(|word| {
        let numbered = word.split_once('@');
        let range = numbered.and_then(|(name, range)| Some((name, range.split_once('-')?)));
        let ids: Vec<String> = match range {
            Some((name, (first, last))) => {
                let number = |text: &str| text.parse::<usize>().expect("a number");
                let range = number(first)..=number(last);
                range.map(|at| format!("{name}@{at}")).collect()
            }
            None => vec![word.to_owned()],
        };
        ids.into_iter().map(|id| id.parse().expect("a tactic"))
    })
}
