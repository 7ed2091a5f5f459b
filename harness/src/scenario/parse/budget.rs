//! What all parts of a suite may need together. It is counted before anything is built.

use std::ops::Range;

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

    pub(super) fn most(&self) -> usize {
        self.most
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
