//! What a peer sent in answer to a variation.

use std::fmt::Write as _;

use crate::framing::{Decoded, Framing, StreamEnd};

/// What came before the first of our messages and after each of them, and how the peer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answers {
    /// The first is what came before our first message.
    pub(crate) turns: Vec<Vec<u8>>,
    /// What came after our end.
    pub(crate) last: Vec<u8>,
    pub(crate) end: PeerEnd,
}

/// How the peer ended its side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PeerEnd {
    /// The peer ended before we did, after this many of our messages.
    Early { received: usize },
    /// The same, because its process ended.
    Died { received: usize },
    /// After ours.
    AfterOurs,
    /// Not within the time limit.
    Never,
    /// Our side did not wait for it.
    NotAwaited,
    /// Nobody knows: the peer sent more than is kept, and was not read to the end.
    TooMuch,
}

/// The answers as messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AnswerMessages {
    /// The complete messages of each turn, then those after our end.
    pub(crate) turns: Vec<Vec<Vec<u8>>>,
    /// In which turn something came that is no complete message, and what.
    pub(crate) unframed: Option<(usize, Vec<u8>)>,
}

impl Answers {
    pub(crate) fn ended_early(&self) -> bool {
        matches!(self.end, PeerEnd::Early { .. } | PeerEnd::Died { .. })
    }

    /// The same answers of a peer whose process has ended.
    pub(crate) fn of_death(self) -> Self {
        let received = match self.end {
            PeerEnd::Early { received } | PeerEnd::Died { received } => received,
            PeerEnd::AfterOurs | PeerEnd::Never | PeerEnd::NotAwaited | PeerEnd::TooMuch => {
                self.turns.len() - 1
            }
        };
        let end = PeerEnd::Died { received };
        Self { end, ..self }
    }

    /// The bytes of each turn as one message: where the framing is not that of the answers.
    pub(super) fn as_they_came(&self) -> AnswerMessages {
        let turns = self.turns.iter().chain([&self.last]);
        let message = |bytes: &Vec<u8>| match bytes.is_empty() {
            true => Vec::new(),
            false => vec![bytes.clone()],
        };
        AnswerMessages {
            turns: turns.map(message).collect(),
            unframed: None,
        }
    }

    pub(crate) fn messages(&self, framing: &Framing) -> AnswerMessages {
        let mut decoder = framing.decoder();
        let mut result = AnswerMessages::default();
        // What is left of a message whose rest may come in a later turn.
        let mut partial = Vec::new();
        let mut begun = 0;
        for (turn, bytes) in self.turns.iter().chain([&self.last]).enumerate() {
            let mut messages = Vec::new();
            if partial.is_empty() {
                begun = turn;
            }
            partial.extend_from_slice(bytes);
            let mut rest = &bytes[..];
            while let Decoded::Message(payload) = decoder.decode(&mut rest) {
                messages.push(payload.to_vec());
                begun = turn;
                partial = rest.to_vec();
            }
            result.turns.push(messages);
        }
        match decoder.finish() {
            StreamEnd::Clean => {}
            StreamEnd::Message(payload) => {
                let last = result.turns.get_mut(begun);
                last.expect("it is one of the turns").push(payload.to_vec());
            }
            StreamEnd::Truncated(_) | StreamEnd::Malformed(_) => {
                result.unframed = Some((begun, partial));
            }
        }
        result
    }

    /// What is typical of the answers: how each begins, about how long it is, and how the peer
    /// ended. Two variations with the same behavior probably went the same way in the peer.
    pub(crate) fn behavior(&self, framing: &Framing) -> String {
        let messages = self.messages(framing);
        let mut text = String::new();
        for turn in &messages.turns {
            for message in turn {
                _ = write!(text, "{} {},", first_word(message), size_class(message));
            }
            text.push(';');
        }
        if let Some((_, bytes)) = &messages.unframed {
            _ = write!(text, "unframed {};", first_word(bytes));
        }
        _ = write!(text, "{:?}", self.end);
        text
    }
}

/// How an answer begins: numbers are all the same.
fn first_word(message: &[u8]) -> String {
    const LONGEST: usize = 12;
    let is_part = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b',');
    let word = message.iter().take(LONGEST).take_while(|it| is_part(it));
    word.map(|byte| match byte {
        b'0'..=b'9' => '0',
        other => char::from(*other),
    })
    .collect()
}

/// Whether it is empty, or how many bits its length has, in steps of two.
fn size_class(message: &[u8]) -> u32 {
    (usize::BITS - message.len().leading_zeros()).div_ceil(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse_framing;

    fn answers(turns: &[&str], last: &str) -> Answers {
        Answers {
            turns: turns.iter().map(|it| it.as_bytes().to_vec()).collect(),
            last: last.into(),
            end: PeerEnd::AfterOurs,
        }
    }

    fn line() -> Framing {
        parse_framing("'line'").expect("a framing")
    }

    #[test]
    fn an_answer_belongs_to_the_turn_in_which_it_is_complete() {
        let messages = answers(&["", "a\nb", "c\n"], "").messages(&line());
        assert_eq!(
            messages.turns,
            [vec![], vec![b"a".to_vec()], vec![b"bc".to_vec()], vec![]]
        );
        assert_eq!(messages.unframed, None);
    }

    #[test]
    fn what_is_no_message_is_found_where_it_begins() {
        let messages = answers(&["", "a\nb", "c"], "d").messages(&line());
        assert_eq!(messages.unframed, Some((1, b"bcd".to_vec())));
    }

    #[test]
    fn answers_of_the_same_kind_are_one_behavior() {
        let behavior = |text| answers(&["", text], "").behavior(&line());
        assert_eq!(behavior("ERR 17\n"), behavior("ERR 25\n"));
        assert_ne!(behavior("ERR 17\n"), behavior("OK 17\n"));
        assert_ne!(behavior("ERR 17\n"), behavior("ERR 17\nERR 17\n"));
    }
}
