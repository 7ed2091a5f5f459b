//! Where a message ends that only an expression delimits: after the shortest beginning of the
//! stream that the whole expression matches.
//!
//! Whether a beginning matches depends on its bytes alone. So the end does not depend on how
//! they arrive, and it is known as soon as the last one is there. Bytes with which no beginning
//! can match any more are known at once, too.

use regex::bytes::Regex;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::{start, syntax};
use regex_automata::{Anchored, MatchKind, util::primitives::StateID};

use super::refusal::Refusal;

/// The most bytes of an expression that is compiled for this.
const MOST_BYTES: usize = 1 << 20;

/// A search through the bytes as they arrive.
#[derive(Debug)]
pub struct PrefixSearch {
    automaton: Box<dense::DFA<Vec<u32>>>,
    state: StateID,
}

fn why_not_built(error: &dense::BuildError) -> &'static str {
    if error.is_size_limit_exceeded() {
        "it needs more than 1 MiB when compiled; use smaller classes (`[a-z]` instead of `\\w`)"
    } else {
        "it has a word boundary of Unicode; write `(?-u:\\b)`"
    }
}

/// What some bytes mean for a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrefixEnd {
    /// The message has more bytes than these.
    NeedMore,
    /// It ends after this many of them.
    After(usize),
    /// No such message begins so.
    NoMatch,
}

impl PrefixSearch {
    /// `regex` is anchored at both ends.
    pub(super) fn new(regex: &Regex) -> Result<Self, Refusal> {
        let config = dense::Config::new()
            .match_kind(MatchKind::All)
            .start_kind(StartKind::Anchored)
            .dfa_size_limit(Some(MOST_BYTES))
            .determinize_size_limit(Some(MOST_BYTES));
        let automaton = dense::Builder::new()
            .configure(config)
            .syntax(syntax::Config::new().utf8(false))
            .thompson(thompson::Config::new().utf8(false))
            .build(regex.as_str())
            .map_err(|error| Refusal::NoEnd(why_not_built(&error).to_owned()))?;
        let anchored = start::Config::new().anchored(Anchored::Yes);
        let state = automaton
            .start_state(&anchored)
            .map_err(|error| Refusal::NoEnd(error.to_string()))?;
        let search = Self {
            automaton: Box::new(automaton),
            state,
        };
        if search.is_match() {
            return Err(Refusal::NoEnd("it matches no bytes at all".to_owned()));
        }
        Ok(search)
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) -> PrefixEnd {
        for (at, byte) in bytes.iter().enumerate() {
            self.state = self.automaton.next_state(self.state, *byte);
            if self.is_match() {
                return PrefixEnd::After(at + 1);
            }
            let is_over = self.automaton.is_dead_state(self.state)
                || self.automaton.is_quit_state(self.state);
            if is_over {
                return PrefixEnd::NoMatch;
            }
        }
        PrefixEnd::NeedMore
    }

    /// Whether all bytes so far match.
    fn is_match(&self) -> bool {
        let end = self.automaton.next_eoi_state(self.state);
        self.automaton.is_match_state(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(expression: &str) -> Result<PrefixSearch, Refusal> {
        let regex = Regex::new(&format!(r"\A(?:{expression})\z"));
        PrefixSearch::new(&regex.expect("it is valid"))
    }

    /// The result after every segmentation into two pieces, as an offset in all bytes.
    fn end(expression: &str, bytes: &[u8]) -> PrefixEnd {
        let push = |pieces: &[&[u8]]| {
            let mut search = search(expression).expect("it can be searched for");
            let mut before = 0;
            for piece in pieces {
                match search.push(piece) {
                    PrefixEnd::NeedMore => before += piece.len(),
                    PrefixEnd::After(at) => return PrefixEnd::After(before + at),
                    PrefixEnd::NoMatch => return PrefixEnd::NoMatch,
                }
            }
            PrefixEnd::NeedMore
        };
        let whole = push(&[bytes]);
        for at in 0..=bytes.len() {
            let (one, other) = bytes.split_at(at);
            assert_eq!(push(&[one, other]), whole, "cut at {at}");
        }
        whole
    }

    #[test]
    fn a_message_ends_after_its_shortest_beginning_that_matches() {
        use PrefixEnd::{After, NeedMore, NoMatch};
        assert_eq!(
            end(r"HTTP/1\.1 \d+ .*\r\n", b"HTTP/1.1 200 ok\r\nx"),
            After(17)
        );
        assert_eq!(end(r"\d+", b"123"), After(1));
        assert_eq!(end("ab|a", b"ab"), After(1));
        assert_eq!(end("(?s).*?é", "aé!".as_bytes()), After(3));
        assert_eq!(end("abc", b"ab"), NeedMore);
        assert_eq!(end("abc", b"abd"), NoMatch);
        assert_eq!(end(r"(?-u:a\b.)x", b"a x"), After(3));
    }

    #[test]
    fn an_expression_without_an_end_is_refused() {
        let refusal = |expression| search(expression).unwrap_err().to_string();
        assert_eq!(
            refusal("a*"),
            "the expression shows no end: it matches no bytes at all"
        );
        assert!(refusal(r"a\bc").contains("word boundary"));
        assert!(refusal(r"\w{1,40}x").contains("1 MiB"));
    }
}
