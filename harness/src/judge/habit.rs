//! What a program prints when all it hears comes whole, and what of that varies.
//!
//! A text is lines of words. Where two runs of the same exchange print another word
//! in the same place (a time, a port, a process id) any word will do there; where
//! they print lines of other lengths any line; where they print another number of
//! lines nothing can be asked of the text.

/// A text as it was printed in one run or more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Habit {
    lines: Option<Vec<Line>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Words(Vec<Word>),
    /// Its words are never as many as the last time.
    Any,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    /// A word, or the space between two.
    Same(Vec<u8>),
    /// Another word in each run.
    Any,
}

impl Habit {
    /// What one run showed.
    #[must_use]
    pub(super) fn of(printed: &[u8]) -> Self {
        let same = |line| Line::Words(words(line).map(|word| Word::Same(word.to_vec())).collect());
        Self {
            lines: Some(lines(printed).map(same).collect()),
        }
    }

    /// Learns from another run what varies.
    pub(super) fn learn(&mut self, printed: &[u8]) {
        let Some(known) = &mut self.lines else { return };
        if known.len() == lines(printed).count() {
            let both = known.iter_mut().zip(lines(printed));
            both.for_each(|(known, line)| known.learn(line));
        } else {
            self.lines = None;
        }
    }

    /// Whether a text is of this habit.
    #[must_use]
    pub(super) fn allows(&self, printed: &[u8]) -> bool {
        let Some(known) = &self.lines else {
            return true;
        };
        let mut both = known.iter().zip(lines(printed));
        known.len() == lines(printed).count() && both.all(|(known, line)| known.allows(line))
    }

    /// The text that was to be printed, with the words that vary as they are in
    /// `actual`: so that a comparison shows nothing but what is wrong.
    #[must_use]
    pub(super) fn beside(&self, actual: &[u8]) -> Vec<u8> {
        let known = self.lines.as_deref().unwrap_or_default();
        let mut actual = lines(actual);
        let mut text = Vec::new();
        for (index, line) in known.iter().enumerate() {
            if index > 0 {
                text.push(b'\n');
            }
            line.beside(actual.next().unwrap_or_default(), &mut text);
        }
        text
    }
}

impl Line {
    fn learn(&mut self, line: &[u8]) {
        let Self::Words(known) = self else { return };
        if known.len() != words(line).count() {
            *self = Self::Any;
            return;
        }
        for (known, word) in known.iter_mut().zip(words(line)) {
            if !known.allows(word) {
                *known = Word::Any;
            }
        }
    }

    fn allows(&self, line: &[u8]) -> bool {
        let Self::Words(known) = self else {
            return true;
        };
        let mut both = known.iter().zip(words(line));
        known.len() == words(line).count() && both.all(|(known, word)| known.allows(word))
    }

    fn beside(&self, actual: &[u8], text: &mut Vec<u8>) {
        let Self::Words(known) = self else {
            return text.extend_from_slice(actual);
        };
        let mut actual = words(actual);
        for known in known {
            let actual = actual.next().unwrap_or_default();
            text.extend_from_slice(match known {
                Word::Same(word) => word,
                Word::Any => actual,
            });
        }
    }
}

impl Word {
    fn allows(&self, word: &[u8]) -> bool {
        match self {
            Self::Same(known) => known == word,
            Self::Any => !word.is_empty() && !is_space(word[0]),
        }
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'\n')
}

/// Words and the spaces between them, in turns.
fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.chunk_by(|a, b| is_space(*a) == is_space(*b))
}

fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn habit(runs: &[&str]) -> Habit {
        let mut habit = Habit::of(runs[0].as_bytes());
        for run in &runs[1..] {
            habit.learn(run.as_bytes());
        }
        habit
    }

    #[test]
    fn a_text_that_was_always_the_same_must_be_so_again() {
        let habit = habit(&["Welcome\n12:00\n", "Welcome\n12:00\n"]);
        assert!(habit.allows(b"Welcome\n12:00\n"));
        for wrong in ["Welcome\n", "Welcome\n12:01\n", "Wel\n12:00\n", ""] {
            assert!(!habit.allows(wrong.as_bytes()), "{wrong:?}");
        }
    }

    #[test]
    fn a_word_that_varied_may_be_any_and_no_more_than_one() {
        let habit = habit(&["port 4711 is open\n", "port 4712 is open\n"]);
        assert!(habit.allows(b"port 9 is open\n"));
        assert!(!habit.allows(b"port 9 10 is open\n"));
        assert!(!habit.allows(b"port 9 is shut\n"));
        assert_eq!(habit.beside(b"port 9 is shut\n"), b"port 9 is open\n");
    }

    #[test]
    fn a_line_whose_words_are_never_as_many_may_be_any_line() {
        let habit = habit(&["a\nb c\n", "a\nb c d\n"]);
        assert!(habit.allows(b"a\n\n"));
        assert!(!habit.allows(b"x\nb c\n"));
        assert_eq!(habit.beside(b"x\ny z\n"), b"a\ny z\n");
    }

    #[test]
    fn where_the_lines_are_never_as_many_anything_goes() {
        let habit = habit(&["a\n", "a\nb\n"]);
        assert!(habit.allows(b"anything\nat\nall"));
    }

    #[test]
    fn what_was_learnt_stays_allowed() {
        let runs = ["a 1 x\n", "a 22 x\n", "a  x\n", "a 3 y\n"];
        let habit = habit(&runs);
        for run in runs {
            assert!(habit.allows(run.as_bytes()), "{run:?}");
        }
    }
}
