//! What can be changed in the messages of one side, as proptest strategies.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::source::Source;
use crate::framer::{TRICKY, payload};
use crate::framing::{Framing, MalformedKind};
use crate::tactic::{Content, with_line_ends};

/// Boundary values of integer types, and what only looks like a number.
const NUMBERS: [&[u8]; 16] = [
    b"0",
    b"-1",
    b"1",
    b"127",
    b"128",
    b"255",
    b"256",
    b"65535",
    b"65536",
    b"2147483648",
    b"4294967296",
    b"9223372036854775808",
    b"18446744073709551616",
    b"1e309",
    b"0x10",
    b"007",
];

/// What opens a level of nesting.
const OPENING: [&[u8]; 5] = [b"[", b"{\"a\":", b"(", b"*1\r\n", b"<a>"];
const LINE_ENDS: [&[u8]; 3] = [b"\n", b"\r\n", b"\r"];
/// Deep enough to overflow a small stack in a recursive parser without a limit.
const DEEPEST: usize = 2_000;

/// The most messages of a variation, and the most bytes of a message, so that a case is quick.
const MOST_MESSAGES: usize = 16;
const LONGEST: usize = 1 << 16;

/// The most messages that changes draw from, and the longest.
const MOST_WORDS: usize = 256;
const LONGEST_WORD: usize = 4_096;

/// A change of some messages. An [`Index`] says which one, and where in it.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Another payload.
    Payload {
        at: Index,
        payload: Vec<u8>,
    },
    /// Bytes inside the payload.
    Insert {
        at: Index,
        place: Index,
        bytes: Vec<u8>,
    },
    /// Another number in the place of one.
    Number {
        at: Index,
        which: Index,
        number: &'static [u8],
    },
    /// Many opening brackets before the payload.
    Nest {
        at: Index,
        opening: &'static [u8],
        depth: usize,
    },
    /// All line ends of the encoded message replaced.
    LineEnds {
        at: Index,
        ending: &'static [u8],
    },
    /// One of the malformed variants of the framing.
    Malformed {
        at: Index,
        which: Index,
    },
    /// The encoded message without its end.
    Shorten {
        at: Index,
        part: Index,
    },
    /// Swaps upper and lower case.
    SwapCase {
        at: Index,
    },
    /// The message is left out.
    Drop {
        at: Index,
    },
    /// The message is sent several times.
    Repeat {
        at: Index,
        times: usize,
    },
    Swap {
        one: Index,
        other: Index,
    },
    /// Inserts a message of any exchange of the suite.
    Foreign {
        at: Index,
        which: Index,
    },
    /// Nothing is sent after the message.
    EndAfter {
        at: Index,
    },
}

/// What changes draw from.
#[derive(Clone, Debug)]
pub(crate) struct Vocabulary {
    framing: Framing,
    /// The messages of all exchanges of the suite; at least one.
    messages: Vec<Content>,
    /// What may confuse a framer inside a payload; words of the protocol among it.
    tricky: Vec<Vec<u8>>,
}

impl Vocabulary {
    /// The vocabulary of sources that have the same framing; there must be at least one.
    pub(crate) fn of<'s>(sources: impl IntoIterator<Item = &'s Source>) -> Option<Self> {
        let mut messages: Vec<Content> = Vec::new();
        let mut framing = None;
        for source in sources {
            framing.get_or_insert_with(|| source.framing());
            let is_wanted = |it: &&Content| it.bytes().len() <= LONGEST_WORD;
            for message in source.messages.iter().filter(is_wanted) {
                if messages.len() < MOST_WORDS && !messages.contains(message) {
                    messages.push(message.clone());
                }
            }
        }
        let framing = framing?.clone();
        if messages.is_empty() {
            messages.push(Content::Framed(Vec::new()));
        }
        let mut tricky: Vec<_> = TRICKY.iter().map(|it| it.to_vec()).collect();
        let is_word = |it: &&[u8]| (1..=32).contains(&it.len());
        let words = messages
            .iter()
            .flat_map(|it| it.bytes().split(|byte| !byte.is_ascii_graphic()));
        tricky.extend(words.filter(is_word).map(<[u8]>::to_vec));
        // What begins and ends a message.
        if let Ok(empty) = framing.encode(b"") {
            tricky.push(empty.bytes);
        }
        tricky.retain(|it| !it.is_empty());
        tricky.sort_unstable();
        tricky.dedup();
        Some(Self {
            framing,
            messages,
            tricky,
        })
    }

    fn samples(&self) -> Vec<Vec<u8>> {
        self.messages.iter().map(|it| it.bytes().to_vec()).collect()
    }
}

/// The changes of one suite.
#[derive(Clone, Debug)]
pub(crate) struct Changes {
    vocabulary: Arc<Vocabulary>,
    strategy: BoxedStrategy<Change>,
}

impl Changes {
    pub(crate) fn new(vocabulary: Vocabulary) -> Self {
        Self {
            strategy: change(&vocabulary).boxed(),
            vocabulary: Arc::new(vocabulary),
        }
    }
}

/// The messages of a source after some changes. They shrink towards those of the source.
pub(crate) fn variations(
    source: &Source,
    changes: &Changes,
) -> impl Strategy<Value = Vec<Content>> + use<> {
    let messages = source.messages.clone();
    let vocabulary = Arc::clone(&changes.vocabulary);
    let change = changes.strategy.clone();
    proptest::collection::vec(change, 1..4).prop_map(move |changes| {
        let mut varied = messages.clone();
        for change in &changes {
            apply(change, &mut varied, &vocabulary);
        }
        varied
    })
}

fn change(vocabulary: &Vocabulary) -> impl Strategy<Value = Change> + use<> {
    let at = any::<Index>;
    let tricky = vocabulary.tricky.clone();
    prop_oneof![
        4 => (at(), payload(vocabulary.samples(), tricky.clone()))
            .prop_map(|(at, payload)| Change::Payload { at, payload }),
        3 => (at(), at(), select(tricky))
            .prop_map(|(at, place, bytes)| Change::Insert { at, place, bytes }),
        2 => (at(), at(), select(&NUMBERS[..]))
            .prop_map(|(at, which, number)| Change::Number { at, which, number }),
        1 => (at(), select(&OPENING[..]), 1..DEEPEST)
            .prop_map(|(at, opening, depth)| Change::Nest { at, opening, depth }),
        2 => (at(), select(&LINE_ENDS[..]))
            .prop_map(|(at, ending)| Change::LineEnds { at, ending }),
        2 => (at(), at()).prop_map(|(at, which)| Change::Malformed { at, which }),
        1 => (at(), at()).prop_map(|(at, part)| Change::Shorten { at, part }),
        1 => at().prop_map(|at| Change::SwapCase { at }),
        1 => at().prop_map(|at| Change::Drop { at }),
        1 => (at(), 2..8_usize).prop_map(|(at, times)| Change::Repeat { at, times }),
        1 => (at(), at()).prop_map(|(one, other)| Change::Swap { one, other }),
        1 => (at(), at()).prop_map(|(at, which)| Change::Foreign { at, which }),
        1 => at().prop_map(|at| Change::EndAfter { at }),
    ]
}

fn apply(change: &Change, messages: &mut Vec<Content>, vocabulary: &Vocabulary) {
    let framing = &vocabulary.framing;
    let count = messages.len();
    if count == 0 {
        return;
    }
    match change {
        Change::Payload { at, payload } => {
            set_content(&mut messages[at.index(count)], framing, payload.clone());
        }
        Change::Insert { at, place, bytes } => {
            let message = &mut messages[at.index(count)];
            let content = message.bytes();
            let place = place.index(content.len() + 1);
            let content = [&content[..place], bytes, &content[place..]].concat();
            set_content(message, framing, content);
        }
        Change::Number { at, which, number } => {
            let message = &mut messages[at.index(count)];
            let content = with_number(message.bytes(), *which, number);
            set_content(message, framing, content);
        }
        Change::Nest { at, opening, depth } => {
            let message = &mut messages[at.index(count)];
            let content = [opening.repeat(*depth), message.bytes().to_vec()].concat();
            set_content(message, framing, content);
        }
        Change::LineEnds { at, ending } => {
            edit_bytes(&mut messages[at.index(count)], framing, |bytes| {
                with_line_ends(&bytes, ending)
            });
        }
        Change::Malformed { at, which } => {
            let message = &mut messages[at.index(count)];
            let mut variants = framing.malformed(message.bytes());
            variants.retain(|it| it.kind != MalformedKind::Endless);
            if !variants.is_empty() {
                let variant = &variants[which.index(variants.len())];
                edit_bytes(message, framing, |bytes| variant.edit.apply(&bytes));
            }
        }
        Change::Shorten { at, part } => {
            edit_bytes(&mut messages[at.index(count)], framing, |mut bytes| {
                bytes.truncate(part.index(bytes.len() + 1));
                bytes
            });
        }
        Change::SwapCase { at } => {
            let message = &mut messages[at.index(count)];
            let swapped = message.bytes().iter().map(|byte| match byte {
                b'a'..=b'z' => byte.to_ascii_uppercase(),
                _ => byte.to_ascii_lowercase(),
            });
            let swapped = swapped.collect();
            set_content(message, framing, swapped);
        }
        Change::Drop { at } => {
            if count > 1 {
                messages.remove(at.index(count));
            }
        }
        Change::Repeat { at, times } => {
            let at = at.index(count);
            let message = messages[at].clone();
            let times = (*times).min(MOST_MESSAGES.saturating_sub(count));
            messages.splice(at..at, std::iter::repeat_n(message, times));
        }
        Change::Swap { one, other } => messages.swap(one.index(count), other.index(count)),
        Change::Foreign { at, which } => {
            if count < MOST_MESSAGES {
                let known = &vocabulary.messages;
                let message = known[which.index(known.len())].clone();
                messages.insert(at.index(count + 1), message);
            }
        }
        Change::EndAfter { at } => messages.truncate(at.index(count) + 1),
    }
}

/// Changes the content of a message. Where the framing cannot carry it because it ends a message
/// itself, or because a message of it is all bytes, it is sent as the peer would see it.
fn set_content(message: &mut Content, framing: &Framing, content: Vec<u8>) {
    if content.len() > LONGEST {
        return;
    }
    let changed = message.with_bytes(content);
    match &changed {
        Content::Framed(payload) if framing.encode(payload).is_err() => match framing {
            Framing::Line(_) | Framing::Delimiter(_) => {
                if let Ok(end) = framing.encode(b"") {
                    *message = Content::Raw([&payload[..], &end.bytes].concat());
                }
            }
            Framing::Http1(_) => *message = Content::Raw(payload.clone()),
            _ => {}
        },
        _ => *message = changed,
    }
}

/// Changes the bytes of a message as they are on the wire, unless there are too many then.
fn edit_bytes(message: &mut Content, framing: &Framing, edit: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let mut edited = message.clone();
    edited.edit_bytes(framing, edit);
    if edited.bytes().len() <= LONGEST {
        *message = edited;
    }
}

/// The content with another number, at its end if it has none.
fn with_number(content: &[u8], which: Index, number: &[u8]) -> Vec<u8> {
    let is_digit = |at: &usize| content[*at].is_ascii_digit();
    let begins = |at: &usize| is_digit(at) && (*at == 0 || !content[at - 1].is_ascii_digit());
    let starts: Vec<_> = (0..content.len()).filter(begins).collect();
    if starts.is_empty() {
        return [content, number].concat();
    }
    let start = starts[which.index(starts.len())];
    let end = (start..content.len()).find(|at| !is_digit(at));
    [
        &content[..start],
        number,
        &content[end.unwrap_or(content.len())..],
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    use super::*;
    use crate::scenario::{NoAttachments, Side, parse};

    fn source(framing: &str) -> Source {
        let text = format!(
            "title = 'T'\nframing = {framing}\n[[scenario]]\nid = 'a'\ntitle = 'T'\n\
             exchange = [{{ client = 'GET 17 a' }}, {{ server = 'ok' }}, {{ client = 'x' }}, \
             {{ server = 'ok' }}]\n"
        );
        let suite = parse("t.toml", &text, &NoAttachments).expect("a suite");
        Source::of(&suite, 0, Side::Client).expect("it sends")
    }

    fn texts(messages: &[Content]) -> Vec<String> {
        let text = |it: &Content| match it {
            Content::Framed(payload) => payload.escape_ascii().to_string(),
            Content::Raw(bytes) => format!("raw {}", bytes.escape_ascii()),
        };
        messages.iter().map(text).collect()
    }

    fn applied(framing: &str, change: &Change) -> Vec<String> {
        let source = source(framing);
        let vocabulary = Vocabulary::of([&source]).expect("a message");
        let mut messages = source.messages;
        apply(change, &mut messages, &vocabulary);
        texts(&messages)
    }

    /// The first of any number of things: what an index shrinks to.
    fn first() -> Index {
        let mut runner = TestRunner::deterministic();
        let mut tree = any::<Index>().new_tree(&mut runner).expect("no rejection");
        while tree.simplify() {}
        tree.current()
    }

    #[test]
    fn a_delimiter_inside_a_payload_reaches_the_wire() {
        let change = Change::Insert {
            at: first(),
            place: first(),
            bytes: b"a\nb".to_vec(),
        };
        assert_eq!(applied("'line'", &change), [r"raw a\nbGET 17 a\n", "x"]);
        let length = "{ length = { type = 'u8' } }";
        assert_eq!(applied(length, &change), [r"a\nbGET 17 a", "x"]);
    }

    #[test]
    fn a_number_takes_the_place_of_one() {
        let change = Change::Number {
            at: first(),
            which: first(),
            number: b"-1",
        };
        assert_eq!(applied("'line'", &change), ["GET -1 a", "x"]);
    }

    #[test]
    fn line_ends_change_on_the_wire() {
        let change = Change::LineEnds {
            at: first(),
            ending: b"\r\n",
        };
        assert_eq!(applied("'line'", &change), [r"raw GET 17 a\r\n", "x"]);
    }

    #[test]
    fn what_the_framing_cannot_carry_changes_nothing() {
        let change = Change::Payload {
            at: first(),
            payload: vec![b'a'; 300],
        };
        let length = "{ length = { type = 'u8' } }";
        assert_eq!(applied(length, &change), ["GET 17 a", "x"]);
    }

    #[test]
    fn a_message_that_is_not_http_is_sent_as_it_is() {
        let http = Framing::Http1(crate::framing::Http1::default());
        let changed = |content: &str| {
            let mut message = Content::Framed(b"GET / HTTP/1.0\r\n\r\n".to_vec());
            set_content(&mut message, &http, content.into());
            message
        };
        let valid = "GET /a HTTP/1.0\r\n\r\n";
        assert_eq!(changed(valid), Content::Framed(valid.into()));
        let part = "GET / HTTP/1.0\r\n";
        assert_eq!(changed(part), Content::Raw(part.into()));
    }

    #[test]
    fn variations_are_bounded() {
        let source = source("'netstring'");
        let changes = Changes::new(Vocabulary::of([&source]).expect("a message"));
        let mut runner = TestRunner::deterministic();
        let strategy = variations(&source, &changes);
        for _ in 0..500 {
            let tree = strategy.new_tree(&mut runner).expect("no rejection");
            let varied = tree.current();
            assert!(!varied.is_empty() && varied.len() <= MOST_MESSAGES);
            assert!(varied.iter().all(|it| it.bytes().len() <= LONGEST));
        }
    }
}
