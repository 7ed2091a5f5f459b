//! What a program prints in the baseline, and which parts of it vary.
//!
//! A text is lines of words. Two runs of the same exchange may print different words
//! in one place (a time, a port, a process id): then any word is allowed there. If a
//! line has a different number of words, any line is allowed; if the text has a
//! different number of lines, any text is.

/// What the runs so far have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OutputPattern {
    /// None: any text.
    lines: Option<Vec<LinePattern>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum LinePattern {
    Words(Vec<WordPattern>),
    Any,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum WordPattern {
    /// A word, or the space between two.
    Same(Vec<u8>),
    /// Any word, but not a space.
    Any,
}

impl OutputPattern {
    pub(super) fn of(printed: &[u8]) -> Self {
        let lines = lines(printed).map(LinePattern::of);
        Self {
            lines: Some(lines.collect()),
        }
    }

    pub(super) fn learn(&mut self, printed: &[u8]) {
        let Some(known) = &mut self.lines else { return };
        if known.len() == lines(printed).count() {
            let both = known.iter_mut().zip(lines(printed));
            both.for_each(|(known, line)| known.learn(line));
        } else {
            self.lines = None;
        }
    }

    pub(super) fn allows(&self, printed: &[u8]) -> bool {
        let Some(known) = &self.lines else {
            return true;
        };
        let mut both = known.iter().zip(lines(printed));
        known.len() == lines(printed).count() && both.all(|(known, line)| known.allows(line))
    }

    /// The expected text, with the words that vary taken from `actual`: a comparison
    /// of the two shows only what is wrong.
    pub(super) fn aligned_with(&self, actual: &[u8]) -> Vec<u8> {
        let known = self.lines.as_deref().unwrap_or_default();
        let mut actual = lines(actual);
        let mut text = Vec::new();
        for (index, line) in known.iter().enumerate() {
            if index > 0 {
                text.push(b'\n');
            }
            line.aligned_with(actual.next().unwrap_or_default(), &mut text);
        }
        text
    }
}

impl LinePattern {
    fn of(line: &[u8]) -> Self {
        let words = words(line).map(|word| WordPattern::Same(word.to_vec()));
        Self::Words(words.collect())
    }

    fn learn(&mut self, line: &[u8]) {
        let Self::Words(known) = self else { return };
        if known.len() != words(line).count() {
            *self = Self::Any;
            return;
        }
        for (known, word) in known.iter_mut().zip(words(line)) {
            if !known.allows(word) {
                *known = WordPattern::Any;
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

    fn aligned_with(&self, actual: &[u8], text: &mut Vec<u8>) {
        let Self::Words(known) = self else {
            return text.extend_from_slice(actual);
        };
        let mut actual = words(actual);
        for known in known {
            let actual = actual.next().unwrap_or_default();
            text.extend_from_slice(match known {
                WordPattern::Same(word) => word,
                WordPattern::Any => actual,
            });
        }
    }
}

impl WordPattern {
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

/// Words and the spaces between them, alternating.
fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.chunk_by(|a, b| is_space(*a) == is_space(*b))
}

fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(runs: &[&str]) -> OutputPattern {
        let mut pattern = OutputPattern::of(runs[0].as_bytes());
        for run in &runs[1..] {
            pattern.learn(run.as_bytes());
        }
        pattern
    }

    #[test]
    fn a_text_that_never_varied_must_be_the_same() {
        let pattern = pattern(&["Welcome\n12:00\n", "Welcome\n12:00\n"]);
        assert!(pattern.allows(b"Welcome\n12:00\n"));
        for wrong in ["Welcome\n", "Welcome\n12:01\n", "Wel\n12:00\n", ""] {
            assert!(!pattern.allows(wrong.as_bytes()), "{wrong:?}");
        }
    }

    #[test]
    fn a_word_that_varied_may_be_any_single_word() {
        let pattern = pattern(&["port 4711 is open\n", "port 4712 is open\n"]);
        assert!(pattern.allows(b"port 9 is open\n"));
        assert!(!pattern.allows(b"port 9 10 is open\n"));
        assert!(!pattern.allows(b"port 9 is shut\n"));
        assert_eq!(
            pattern.aligned_with(b"port 9 is shut\n"),
            b"port 9 is open\n"
        );
    }

    #[test]
    fn a_line_whose_number_of_words_varied_may_be_any_line() {
        let pattern = pattern(&["a\nb c\n", "a\nb c d\n"]);
        assert!(pattern.allows(b"a\n\n"));
        assert!(!pattern.allows(b"x\nb c\n"));
        assert_eq!(pattern.aligned_with(b"x\ny z\n"), b"a\ny z\n");
    }

    #[test]
    fn a_text_whose_number_of_lines_varied_may_be_any_text() {
        let pattern = pattern(&["a\n", "a\nb\n"]);
        assert!(pattern.allows(b"anything\nat\nall"));
    }

    #[test]
    fn every_run_that_was_learnt_is_allowed() {
        let runs = ["a 1 x\n", "a 22 x\n", "a  x\n", "a 3 y\n"];
        let pattern = pattern(&runs);
        for run in runs {
            assert!(pattern.allows(run.as_bytes()), "{run:?}");
        }
    }
}
