//! What a framer reads: messages in a framing, and typical payloads.

use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::framing::{Decoded, Framing, MalformedKind, StreamEnd};
use crate::load::{LoadError, LoadOptions, load};
use crate::scenario::{
    NoAttachments, Scenario, Side, Style, Suite, SuiteError, parse, parse_framing,
};
use crate::tactic::Script;

/// Lengths at which a length field gets another digit or byte.
const LENGTHS: [usize; 22] = [
    0, 1, 2, 9, 10, 11, 99, 100, 101, 127, 128, 129, 255, 256, 257, 999, 1000, 1023, 1024, 4095,
    4096, 4097,
];

/// What confuses a framer when it is inside a body.
pub(crate) const TRICKY: [&[u8]; 18] = [
    b"\n",
    b"\r",
    b"\r\n",
    b"\r\n\r\n",
    b"\0",
    b"\xff",
    b" ",
    b":",
    b",",
    b"0",
    b"-1",
    b"Content-Length: 3\r\n\r\n",
    b"$-1\r\n",
    b"*1\r\n",
    "é".as_bytes(),
    "漢".as_bytes(),
    "😀".as_bytes(),
    b"text",
];

/// How many bytes a malformed variant may have more than the message. A line that is longer
/// than `max` has megabytes, and tells no more.
const MOST_ADDED: usize = 4096;

/// A framing, and payloads that are typical of it. It makes streams for property tests, and
/// says which messages a stream has.
///
/// ```
/// use proptest::prelude::*;
/// use tokio_util::codec::LengthDelimitedCodec;
/// use wirecheck::framer::{Invariance, Traffic, decoder};
///
/// # fn main() -> Result<(), wirecheck::framer::TrafficError> {
/// let traffic = Traffic::of_framing("{ length = { type = 'u32', max = 65536 } }")?;
/// let codec = decoder(LengthDelimitedCodec::new);
/// # let config = ProptestConfig::with_cases(20);
/// proptest!(config, |(stream in traffic.streams())| {
///     let found = Invariance::quick().check(&codec, &stream);
///     prop_assert!(found.is_ok(), "{}", found.unwrap_err());
/// });
///
/// let messages = traffic.messages(b"\0\0\0\x02hi\0\0\0\0");
/// assert_eq!(messages, Some(vec![b"hi".to_vec(), Vec::new()]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Traffic {
    framing: Framing,
    /// At least one.
    payloads: Vec<Vec<u8>>,
    /// What confuses a framer: only texts if all payloads are texts.
    tricky: Vec<Vec<u8>>,
}

/// The messages of a stream.
#[derive(Clone, Debug)]
pub(crate) struct StreamMessages {
    pub(crate) messages: Vec<Vec<u8>>,
    /// How many of them are complete before the stream ends.
    #[cfg_attr(
        not(feature = "cli"),
        expect(dead_code, reason = "only the command asks")
    )]
    pub(crate) before_end: usize,
}

/// Why there is no [`Traffic`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrafficError {
    /// The text of the framing or of the suite is invalid. The message shows where.
    #[error("{}", .0.render(Style::Plain))]
    Invalid(SuiteError),
    /// The suite cannot be read, or is invalid. The message shows each error with its place.
    #[error("{}", rendered(.0))]
    Unreadable(Vec<LoadError>),
    /// The path names no suite, or several.
    #[error("{}: {found} suites; name the file of one", path.display())]
    NotOne {
        /// What was given.
        path: PathBuf,
        /// How many suites are there.
        found: usize,
    },
    /// A framer reads one framing.
    #[error("{path}: its scenarios have {found} framings; put those of each framing in a suite")]
    SeveralFramings {
        /// The suite.
        path: String,
        /// How many framings it has.
        found: usize,
    },
}

fn rendered(errors: &[LoadError]) -> String {
    let errors: Vec<_> = errors.iter().map(|it| it.render(Style::Plain)).collect();
    errors.join("\n")
}

/// The only suite at a path.
pub(super) fn suite_in(path: &Path) -> Result<Suite, TrafficError> {
    let path = path.to_owned();
    let loaded = load(std::slice::from_ref(&path), &LoadOptions::default());
    if !loaded.errors.is_empty() {
        return Err(TrafficError::Unreadable(loaded.errors));
    }
    <[Suite; 1]>::try_from(loaded.suites)
        .map(|[suite]| suite)
        .map_err(|all| TrafficError::NotOne {
            path,
            found: all.len(),
        })
}

impl Traffic {
    /// A framing as a suite names it: `'line'`, or `{ length = { type = 'u32' } }`.
    pub fn of_framing(value: &str) -> Result<Self, TrafficError> {
        let framing = parse_framing(value).map_err(TrafficError::Invalid)?;
        Ok(Self::new(framing, vec![Vec::new(), b"hello".to_vec()]))
    }

    /// The framing of a suite, and the payloads in its exchanges.
    pub fn of_suite(path: impl AsRef<Path>) -> Result<Self, TrafficError> {
        Self::only_of(&suite_in(path.as_ref())?)
    }

    /// The same for a suite that is given as text. `name` stands for its path in errors.
    pub fn of_suite_text(name: &str, text: &str) -> Result<Self, TrafficError> {
        let suite = parse(name, text, &NoAttachments).map_err(TrafficError::Invalid)?;
        Self::only_of(&suite)
    }

    fn only_of(suite: &Suite) -> Result<Self, TrafficError> {
        let all = <[Self; 1]>::try_from(Self::all_of(suite));
        all.map(|[traffic]| traffic)
            .map_err(|all| TrafficError::SeveralFramings {
                path: suite.path().to_owned(),
                found: all.len(),
            })
    }

    /// One for each framing of the suite.
    pub(crate) fn all_of(suite: &Suite) -> Vec<Self> {
        let mut framings: Vec<&Framing> = Vec::new();
        for framing in suite.scenarios().iter().filter_map(received_framing) {
            if !framings.iter().any(|it| it.is_like(framing)) {
                framings.push(framing);
            }
        }
        let all = framings.into_iter();
        all.map(|framing| Self::of(suite, framing)).collect()
    }

    /// The payloads of the scenarios that have this framing.
    fn of(suite: &Suite, framing: &Framing) -> Self {
        let scenarios = suite.scenarios().iter();
        let scenarios = scenarios
            .filter(|scenario| received_framing(scenario).is_some_and(|it| it.is_like(framing)));
        let messages = scenarios.flat_map(|scenario| received(scenario).messages);
        let mut payloads: Vec<_> = messages.filter_map(|it| it.payload).collect();
        payloads.push(Vec::new());
        payloads.sort_unstable();
        payloads.dedup();
        Self::new(framing.clone().answering([[]; 0]), payloads)
    }

    fn new(framing: Framing, payloads: Vec<Vec<u8>>) -> Self {
        let is_text = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok();
        let are_texts = payloads.iter().all(|it| is_text(it));
        let tricky = TRICKY.into_iter().filter(|it| !are_texts || is_text(it));
        Self {
            framing,
            payloads,
            tricky: tricky.map(<[u8]>::to_vec).collect(),
        }
    }

    /// Streams of a few messages: with the payloads of the suite and with others, complete,
    /// truncated, or with one of the malformed variants of the framing.
    pub fn streams(&self) -> impl Strategy<Value = Vec<u8>> + use<> {
        let framing = self.framing.clone();
        let payload = payload(self.payloads.clone(), self.tricky.clone());
        let payloads = vec(payload, 1..5);
        (payloads, tail()).prop_map(move |(payloads, tail)| stream(&framing, &payloads, tail))
    }

    /// The payloads of a stream. `None` if the stream is malformed or ends inside a message:
    /// what counts as a message then is the framer's choice.
    #[must_use]
    pub fn messages(&self, stream: &[u8]) -> Option<Vec<Vec<u8>>> {
        self.read(stream).map(|it| it.messages)
    }

    pub(crate) fn read(&self, stream: &[u8]) -> Option<StreamMessages> {
        read(&self.framing, stream)
    }

    #[cfg(feature = "cli")]
    pub(crate) fn has_framing_of(&self, other: &Self) -> bool {
        self.framing.is_like(&other.framing)
    }
}

/// The messages of a stream, if it is well framed.
pub(crate) fn read(framing: &Framing, stream: &[u8]) -> Option<StreamMessages> {
    let mut decoder = framing.decoder();
    let mut rest = stream;
    let mut messages = Vec::new();
    while let Decoded::Message(payload) = decoder.decode(&mut rest) {
        messages.push(payload.to_vec());
    }
    let before_end = messages.len();
    match decoder.finish() {
        StreamEnd::Clean => {}
        StreamEnd::Message(payload) => messages.push(payload.to_vec()),
        StreamEnd::Truncated(_) | StreamEnd::Malformed(_) => return None,
    }
    Some(StreamMessages {
        messages,
        before_end,
    })
}

/// What an implementation under test receives in an exchange.
pub(crate) fn received(scenario: &Scenario) -> Script {
    Script::of(scenario, sender(scenario))
}

/// The framing of all that it receives. `None` if the exchange changes the framing.
pub(crate) fn received_framing(scenario: &Scenario) -> Option<&Framing> {
    scenario.only_framing(sender(scenario))
}

fn sender(scenario: &Scenario) -> Side {
    scenario.peer().unwrap_or(Side::Server).other()
}

/// How the last message of a generated stream is changed.
#[derive(Clone, Copy, Debug)]
enum Tail {
    Complete,
    /// This many of 256 parts of it are there.
    Truncated(u8),
    /// One of the malformed variants of the framing.
    Malformed(Index),
}

/// Payloads like the samples, and such as confuse a framer. Neither list is empty.
pub(crate) fn payload(
    samples: Vec<Vec<u8>>,
    tricky: Vec<Vec<u8>>,
) -> impl Strategy<Value = Vec<u8>> {
    let bytes = select(tricky.clone());
    prop_oneof![
        4 => select(samples.clone()),
        3 => vec(bytes.clone(), 0..6).prop_map(|parts| parts.concat()),
        2 => (select(&LENGTHS[..]), b'a'..=b'z').prop_map(|(length, byte)| vec![byte; length]),
        1 => vec(bytes, 6..40).prop_map(|parts| parts.concat()),
        2 => (select(samples), select(tricky), any::<Index>())
            .prop_map(|(sample, tricky, at)| {
                let at = at.index(sample.len() + 1);
                [&sample[..at], &tricky, &sample[at..]].concat()
            }),
    ]
}

fn tail() -> impl Strategy<Value = Tail> {
    prop_oneof![
        4 => Just(Tail::Complete),
        1 => any::<u8>().prop_map(Tail::Truncated),
        1 => any::<Index>().prop_map(Tail::Malformed),
    ]
}

fn stream(framing: &Framing, payloads: &[Vec<u8>], tail: Tail) -> Vec<u8> {
    // What the framing cannot carry is left out.
    let carried = payloads.iter().filter_map(|payload| {
        let encoded = framing.encode(payload).ok()?;
        Some((payload, encoded.bytes))
    });
    let mut messages: Vec<_> = carried.collect();
    if let Some((payload, last)) = messages.last_mut() {
        *last = ended(framing, payload, std::mem::take(last), tail);
    }
    messages.into_iter().flat_map(|(_, bytes)| bytes).collect()
}

/// The last message of a stream.
fn ended(framing: &Framing, payload: &[u8], mut message: Vec<u8>, tail: Tail) -> Vec<u8> {
    match tail {
        Tail::Complete => message,
        Tail::Truncated(part) => {
            message.truncate(message.len() * usize::from(part) / 256);
            message
        }
        Tail::Malformed(which) => {
            let mut variants = framing.malformed(payload);
            variants.retain(|it| it.kind != MalformedKind::Endless);
            variants.retain(|it| it.edit.apply(&message).len() <= message.len() + MOST_ADDED);
            match variants.len() {
                0 => message,
                count => variants[which.index(count)].edit.apply(&message),
            }
        }
    }
}
