//! Judges a program that was started for one case alone: what it printed, how it
//! exited, and whether it connected again.

use memchr::memmem;

use super::cut_off::taken_for_valid;
use super::expectations::Expectations;
use super::expected_steps::ExpectedSteps;
use super::finding::{Finding, SilenceProof};
use super::output_pattern::OutputPattern;
use crate::peer::ExitStatus;
use crate::scenario::Action;

/// What a program did apart from its connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessOutcome {
    /// Its whole standard output.
    pub printed: Vec<u8>,
    /// How many bytes in the middle of it were not kept.
    pub not_kept: u64,
    /// Whether it printed anything to its standard error.
    pub printed_errors: bool,
    /// How it ended.
    pub end: ProcessEnd,
    /// How many connections it opened besides the one of the case.
    pub extra_connections: usize,
}

/// How a program ended after its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessEnd {
    /// It exited by itself.
    Exited(ExitStatus),
    /// It did not exit.
    StillRunning(SilenceProof),
    /// wirecheck killed it without waiting: the case had failed before.
    NotAwaited,
}

/// What a program prints and how it exits when every message arrives whole: learnt
/// from runs of the baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineBehavior {
    printed: OutputPattern,
    /// Whether any run printed to its standard error.
    printed_errors: bool,
    /// None: the runs ended in different ways, or were not awaited.
    exit: Option<ExitStatus>,
}

impl BaselineBehavior {
    /// Learns from a first run.
    #[must_use]
    pub fn of(outcome: &ProcessOutcome) -> Self {
        Self {
            printed: OutputPattern::of(&outcome.printed),
            printed_errors: outcome.printed_errors,
            exit: outcome.end.exit(),
        }
    }

    /// Learns from another run which parts vary.
    pub fn learn(&mut self, outcome: &ProcessOutcome) {
        self.printed.learn(&outcome.printed);
        self.printed_errors |= outcome.printed_errors;
        self.exit = self.exit.filter(|_| self.exit == outcome.end.exit());
    }

    /// Whether a run behaved as the baseline does.
    #[must_use]
    pub fn allows(&self, outcome: &ProcessOutcome) -> bool {
        self.difference(outcome).is_none()
    }

    pub(super) fn prints(&self, printed: &[u8]) -> bool {
        self.printed.allows(printed)
    }

    pub(super) fn prints_errors(&self) -> bool {
        self.printed_errors
    }

    pub(super) fn exit(&self) -> Option<ExitStatus> {
        self.exit
    }

    /// The baseline's text, with the words that vary taken from `printed`.
    pub(super) fn text_like(&self, printed: &[u8]) -> Vec<u8> {
        self.printed.aligned_with(printed)
    }

    fn difference(&self, outcome: &ProcessOutcome) -> Option<Finding> {
        if self.printed.allows(&outcome.printed) {
            return self.wrong_exit(outcome);
        }
        Some(Finding::PrintsOther {
            expected: self.printed.aligned_with(&outcome.printed),
            actual: outcome.printed.clone(),
        })
    }

    fn wrong_exit(&self, outcome: &ProcessOutcome) -> Option<Finding> {
        let (expected, actual) = (self.exit?, outcome.end.exit()?);
        (expected != actual).then_some(Finding::WrongExit {
            step: None,
            expected,
            actual,
        })
    }
}

/// How much of the exchange reached the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// All of it.
    Complete,
    /// The stream ended early.
    CutOff,
}

/// One run of a program.
#[derive(Clone, Copy, Debug)]
pub struct ProcessRun<'a> {
    /// What it did.
    pub outcome: &'a ProcessOutcome,
    /// How much of the exchange it received.
    pub received: Completeness,
    /// None while the baseline itself is judged.
    pub baseline: Option<&'a BaselineBehavior>,
}

/// Judges a run. A program whose stream was cut off may report an error, connect again
/// or exit with any code, but not crash, spin, or take a damaged message for a valid one.
///
/// A program with a wrong text may have taken a part for the whole message, or failed
/// on it: its exit shows which, so it is judged as well.
#[must_use]
pub fn judge_process(
    expectations: &Expectations<'_>,
    expected: ExpectedSteps<'_>,
    run: ProcessRun<'_>,
) -> Vec<Finding> {
    let first = first_finding(expectations, expected, run);
    let wrong_text = matches!(
        first,
        Some(Finding::NotPrinted { .. } | Finding::PrintsOther { .. })
    );
    let served_once = run.outcome.extra_connections == 0;
    let exit = run
        .baseline
        .filter(|_| wrong_text && served_once && run.received == Completeness::Complete);
    let exit = exit.and_then(|baseline| baseline.wrong_exit(run.outcome));
    first.into_iter().chain(exit).collect()
}

/// The program opened further connections, although it received everything. One that
/// was cut off may try again.
#[must_use]
pub fn connects_again(outcome: &ProcessOutcome, received: Completeness) -> Option<Finding> {
    let times = outcome.extra_connections;
    (times > 0 && received == Completeness::Complete).then_some(Finding::ConnectsAgain { times })
}

fn first_finding(
    expectations: &Expectations<'_>,
    expected: ExpectedSteps<'_>,
    run: ProcessRun<'_>,
) -> Option<Finding> {
    let ProcessRun {
        outcome, received, ..
    } = run;
    if outcome.not_kept == 0
        && let Some(finding) = not_printed(expectations, expected, &outcome.printed)
    {
        return Some(finding);
    }
    if let ProcessEnd::StillRunning(proof @ SilenceProof::Spinning(_)) = outcome.end {
        return Some(Finding::RunsOn { proof });
    }
    if received == Completeness::CutOff {
        return crash(outcome.end).or_else(|| {
            let damaged = expected.damaged.filter(|it| it.is_framed)?;
            taken_for_valid(expectations, damaged, outcome, run.baseline?)
        });
    }
    // wirecheck resets extra connections: how the program exits then is not judged.
    connects_again(outcome, received)
        .or_else(|| wrong_exit_code(expectations, outcome.end))
        .or_else(|| run.baseline?.difference(outcome))
        .or_else(|| crash(outcome.end))
        .or_else(|| still_running(outcome.end))
}

/// Whether an expected text may be in the part of the output that was not kept.
#[must_use]
pub fn may_be_printed_unseen(
    expectations: &Expectations<'_>,
    expected: ExpectedSteps<'_>,
    outcome: &ProcessOutcome,
) -> bool {
    outcome.not_kept > 0 && not_printed(expectations, expected, &outcome.printed).is_some()
}

/// The first expected text that is missing. Each text is searched after the one
/// before.
fn not_printed(
    expectations: &Expectations<'_>,
    expected: ExpectedSteps<'_>,
    printed: &[u8],
) -> Option<Finding> {
    let mut at = 0;
    for (index, step) in expectations.peer_steps() {
        let Action::Prints(text) = &step.action else {
            continue;
        };
        if index >= expected.end {
            break;
        }
        let text = text.fill(expectations.bindings());
        match memmem::find(&printed[at..], &text) {
            Some(found) => at += found + text.len(),
            None => {
                return Some(Finding::NotPrinted {
                    step: index,
                    expected: text,
                    actual: printed[at..].to_vec(),
                });
            }
        }
    }
    None
}

fn wrong_exit_code(expectations: &Expectations<'_>, end: ProcessEnd) -> Option<Finding> {
    let actual = end.exit()?;
    let mut steps = expectations.peer_steps();
    let (step, code) = steps.find_map(|(index, step)| match step.action {
        Action::Exits(code) => Some((index, code)),
        _ => None,
    })?;
    let expected = ExitStatus::Code(code.into());
    (actual != expected).then_some(Finding::WrongExit {
        step: Some(step),
        expected,
        actual,
    })
}

/// Any exit code may be meant; a signal is a crash.
fn crash(end: ProcessEnd) -> Option<Finding> {
    let how = end.exit()?;
    matches!(how, ExitStatus::Signal(_)).then_some(Finding::Died { how })
}

fn still_running(end: ProcessEnd) -> Option<Finding> {
    match end {
        ProcessEnd::StillRunning(proof) => Some(Finding::RunsOn { proof }),
        ProcessEnd::Exited(_) | ProcessEnd::NotAwaited => None,
    }
}

impl ProcessEnd {
    pub(super) fn exit(self) -> Option<ExitStatus> {
        match self {
            Self::Exited(ended) => Some(ended),
            Self::StillRunning(_) | Self::NotAwaited => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::judge::{ExtraAnswers, FindingKind};
    use crate::scenario::{Bindings, NoAttachments, Permission, Side, parse};

    const ALL: ExpectedSteps<'_> = ExpectedSteps {
        end: usize::MAX,
        extra_answers: ExtraAnswers::Forbidden,
        damaged: None,
        early_close: Permission::Forbidden,
        announced_close: Permission::Forbidden,
        memory: None,
    };
    const IDLE: ProcessEnd = ProcessEnd::StillRunning(SilenceProof::Idle(Duration::ZERO));
    const SPINNING: ProcessEnd = ProcessEnd::StillRunning(SilenceProof::Spinning(Duration::ZERO));

    fn exited(code: i32) -> ProcessEnd {
        ProcessEnd::Exited(ExitStatus::Code(code))
    }

    fn outcome(printed: &str, end: ProcessEnd) -> ProcessOutcome {
        ProcessOutcome {
            printed: printed.as_bytes().to_vec(),
            not_kept: 0,
            printed_errors: false,
            end,
            extra_connections: 0,
        }
    }

    fn complete<'a>(
        outcome: &'a ProcessOutcome,
        baseline: Option<&'a BaselineBehavior>,
    ) -> ProcessRun<'a> {
        ProcessRun {
            outcome,
            received: Completeness::Complete,
            baseline,
        }
    }

    fn cut_off<'a>(
        outcome: &'a ProcessOutcome,
        baseline: Option<&'a BaselineBehavior>,
    ) -> ProcessRun<'a> {
        ProcessRun {
            received: Completeness::CutOff,
            ..complete(outcome, baseline)
        }
    }

    /// The findings in a client whose exchange ends with `steps`.
    fn found(steps: &str, run: ProcessRun<'_>) -> Vec<FindingKind> {
        let text = format!(
            "title = 'T'\nframing = 'line'\n[[scenario]]\nid = 's'\nexchange = [{{ server = 'a' }}, {steps}]"
        );
        let suite = parse("t.toml", &text, &NoAttachments).expect("a valid suite");
        let scenario = &suite.scenarios()[0];
        let expectations = Expectations::new(scenario, Side::Client, Bindings::example());
        judge_process(&expectations, ALL, run)
            .iter()
            .map(Finding::kind)
            .collect()
    }

    #[test]
    fn expected_texts_must_be_printed_in_order() {
        let steps = "{ client.prints = 'a' }, { client.prints = 'b' }";
        let found = |printed| found(steps, complete(&outcome(printed, exited(0)), None));
        assert_eq!(found("a\nb\n"), []);
        assert_eq!(found("b\na\n"), [FindingKind::NotPrinted]);
    }

    #[test]
    fn a_program_that_was_cut_off_may_exit_with_any_code_but_not_crash_or_spin() {
        let steps = "{ client.exits = 0 }";
        let all = |end| found(steps, complete(&outcome("", end), None));
        let part = |end| found(steps, cut_off(&outcome("", end), None));
        assert_eq!(all(exited(1)), [FindingKind::WrongExit]);
        assert_eq!(part(exited(1)), []);
        assert_eq!(all(IDLE), [FindingKind::RunsOn]);
        assert_eq!(part(IDLE), []);
        assert_eq!(part(SPINNING), [FindingKind::RunsOn]);
        let killed = ProcessEnd::Exited(ExitStatus::Signal(11));
        assert_eq!(part(killed), [FindingKind::Died]);
    }

    #[test]
    fn a_text_in_the_part_of_the_output_that_is_not_kept_is_not_missing() {
        let steps = "{ client.prints = 'a' }";
        let long = ProcessOutcome {
            not_kept: 1,
            ..outcome("b[1 byte is not kept]c", exited(0))
        };
        assert_eq!(found(steps, complete(&long, None)), []);
        let whole = outcome("bc", exited(0));
        assert_eq!(
            found(steps, complete(&whole, None)),
            [FindingKind::NotPrinted]
        );
    }

    #[test]
    fn the_exit_of_a_program_that_connects_again_is_not_judged() {
        let steps = "{ client.exits = 0 }";
        let twice = ProcessOutcome {
            extra_connections: 1,
            ..outcome("", exited(1))
        };
        let again = [FindingKind::ConnectsAgain];
        assert_eq!(found(steps, complete(&twice, None)), again);
        assert_eq!(found(steps, cut_off(&twice, None)), []);
    }

    #[test]
    fn a_difference_from_the_baseline_is_found_unless_that_part_varies() {
        let steps = "{ client.close = 'any' }";
        let mut baseline = BaselineBehavior::of(&outcome("at 1: hi\n", exited(1)));
        baseline.learn(&outcome("at 2: hi\n", exited(1)));
        let found = |printed, end| found(steps, complete(&outcome(printed, end), Some(&baseline)));
        assert_eq!(found("at 3: hi\n", exited(1)), []);
        assert_eq!(found("at 3: h\n", exited(1)), [FindingKind::PrintsOther]);
        assert_eq!(found("at 3: hi\n", exited(2)), [FindingKind::WrongExit]);
    }

    #[test]
    fn a_wrong_text_and_a_wrong_exit_are_both_reported() {
        let baseline = BaselineBehavior::of(&outcome("hi\n", exited(0)));
        let baseline = Some(&baseline);
        let prints = "{ client.prints = 'hi' }";
        let any_close = "{ client.close = 'any' }";
        let failed = outcome("h", exited(1));
        assert_eq!(
            found(prints, complete(&failed, baseline)),
            [FindingKind::NotPrinted, FindingKind::WrongExit]
        );
        assert_eq!(
            found(any_close, complete(&failed, baseline)),
            [FindingKind::PrintsOther, FindingKind::WrongExit]
        );
        let not_printed = [FindingKind::NotPrinted];
        assert_eq!(found(prints, cut_off(&failed, baseline)), not_printed);
        for end in [exited(0), IDLE] {
            let other = outcome("h", end);
            assert_eq!(found(prints, complete(&other, baseline)), not_printed);
        }
    }
}
