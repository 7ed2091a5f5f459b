//! What all parts of a suite may need together. It is counted before anything is built.

use std::ops::Range;

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::suite::Limits;

/// An amount that the parts of a suite use up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    kind: BudgetKind,
    most: usize,
    left: usize,
    /// Whether a part did not fit: then nothing more is built.
    is_over: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BudgetKind {
    Messages,
    Patterns,
}

impl Budget {
    pub(super) fn of_messages(limits: &Limits) -> Self {
        Self::new(BudgetKind::Messages, limits.suite_bytes)
    }

    pub(super) fn of_patterns(limits: &Limits) -> Self {
        Self::new(BudgetKind::Patterns, limits.pattern_states)
    }

    fn new(kind: BudgetKind, most: usize) -> Self {
        Self {
            kind,
            most,
            left: most,
            is_over: false,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// Uses a part of it up.
    pub(super) fn spend(&mut self, amount: usize, span: Range<usize>) -> Result<(), Diagnostic> {
        self.check(amount, span)?;
        self.left -= amount;
        Ok(())
    }

    /// Whether as much is left. The error is for the first part that does not fit.
    pub(super) fn check(&mut self, amount: usize, span: Range<usize>) -> Result<(), Diagnostic> {
        if amount <= self.left {
            return Ok(());
        }
        self.is_over = true;
        let most = self.most;
        Err(match self.kind {
            BudgetKind::Messages => {
                let label = format!("with this all messages together have more than {most} bytes");
                Diagnostic::new("suite too large", span, label)
                    .help("send less, split the suite, or raise `limits.suite_bytes` of the suite")
            }
            BudgetKind::Patterns => {
                let label = format!("with this all patterns together need more than {most} states");
                Diagnostic::new("regular expressions too large", span, label).help(
                    "use fewer repetitions, or smaller classes (`[a-z]` instead of `\\w`), or raise \
                     `limits.pattern_states` of the suite",
                )
            }
        })
    }
}

/// For each byte of an expression as it is written. Two bytes may be a class with hundreds
/// of ranges, which the parser builds.
pub(super) const STATES_PER_BYTE: usize = 100;

/// About how many states an expression has when it is compiled.
pub(super) fn states(expression: &Hir) -> usize {
    match expression.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Bytes(class)) => class.ranges().len(),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges().iter();
            ranges.map(|range| range.end().len_utf8()).sum()
        }
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            states(&repetition.sub).saturating_mul(times as usize)
        }
        HirKind::Capture(capture) => states(&capture.sub).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(states).fold(0, usize::saturating_add)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states_of(written: &str) -> usize {
        let expression = regex_syntax::Parser::new().parse(written);
        states(&expression.expect("it is valid"))
    }

    #[test]
    fn the_states_of_an_expression_are_estimated() {
        assert_eq!(states_of("abc"), 3);
        assert_eq!(states_of("(?:ab){1000}"), 2_000);
        assert_eq!(states_of("[a-c]{5,10}"), 10);
        assert!(states_of(r"\w{100}") > 100_000);
        assert_eq!(states_of("(?:(?:a{1000}){1000}){1000}"), 1_000_000_000);
    }
}
