//! `many … until`: a message that comes several times, and the one that ends them.
//!
//! It becomes as many steps as wirecheck sends messages: `least` of them are required, the others
//! are optional. The last optional one may come as often as `most` allows.

use super::dry_run::{DryRun, Order};
use super::exchange::{WrittenStep, read_action};
use super::fields::{self, Fields, Node};
use super::source::SuiteSource;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::exchange::{Action, Obligation, Step};

const MOST: usize = 10_000;

/// How often wirecheck sends the message, if the suite allows that.
const USUALLY_SENT: usize = 2;

/// How often a message comes.
#[derive(Clone, Copy)]
pub(super) struct Repetition {
    least: usize,
    most: usize,
}

/// The table that has `many`, if an action is one.
pub(super) fn table<'a>(spec: &'a Node<'a>) -> Option<Fields<'a>> {
    fields::of(spec).filter(|it| it.has("many"))
}

/// Reads the repeated message and the one that ends them.
pub(super) fn read(
    step: &WrittenStep<'_>,
    table: Fields<'_>,
    dry_run: &mut DryRun<'_>,
    source: &mut SuiteSource<'_>,
) -> Option<Vec<Step>> {
    if let Some(flag) = step.fields.get("optional") {
        let label = "the message of `until` has to come";
        let fault = Diagnostic::new("repeated messages are not optional", flag.span(), label);
        let help = "remove it; with `least = 0` the repeated message may be left out";
        source.faults.push(fault.help(help));
    }
    let repetition = Repetition::read(table, source);
    let many = WrittenStep {
        spec: table.get("many")?,
        repetition: Some(repetition.unwrap_or(Repetition::ANY)),
        ..*step
    };
    let until = WrittenStep {
        spec: table.get("until")?,
        repetition: Some(Repetition::ONCE),
        ..*step
    };
    let first = read_action(&many, dry_run, source);
    let mut steps = match (first, repetition) {
        (Some(first), Some(repetition)) => Some(repetition.steps(&first, dry_run, source)),
        _ => None,
    };
    // Both messages are read, so that all errors are found.
    let until = read_action(&until, dry_run, source)?;
    if let Some(steps) = &mut steps {
        steps.push(until);
    }
    steps
}

impl Repetition {
    const ANY: Self = Self {
        least: 0,
        most: MOST,
    };
    const ONCE: Self = Self { least: 1, most: 1 };

    fn read(table: Fields<'_>, source: &mut SuiteSource<'_>) -> Option<Self> {
        let least = table.number("least").unwrap_or(Self::ANY.least);
        let most = table.number("most").unwrap_or(Self::ANY.most);
        if least <= most {
            return Some(Self { least, most });
        }
        let node = table.get("least")?;
        let label = format!("more than `most`, which is {most}");
        let fault = Diagnostic::new("`least` is larger than `most`", node.span(), label);
        source
            .faults
            .push(fault.help("write `least = most` for a fixed number"));
        None
    }

    /// Whether the message that comes first has to come.
    pub(super) fn obligation(
        self,
        action: &Action,
        step: &WrittenStep<'_>,
    ) -> Result<Obligation, Diagnostic> {
        if self.least > 0 {
            return Ok(Obligation::Required);
        }
        match action {
            Action::Send(message) if !message.captured_variables().is_empty() => {
                let label = "without the message its values are not defined";
                let headline = "a repeated message that may be missing captures nothing";
                let fault = Diagnostic::new(headline, step.spec.span(), label);
                Err(fault.help("write `least = 1`: the values are those of the last such message"))
            }
            _ => Ok(Obligation::Repeated),
        }
    }

    /// One step for each message that wirecheck sends. The first one has been played.
    fn steps(
        self,
        first: &Step,
        dry_run: &mut DryRun<'_>,
        source: &mut SuiteSource<'_>,
    ) -> Vec<Step> {
        let count = USUALLY_SENT.max(self.least + 1).min(self.most);
        let mut steps = vec![first.clone()];
        for number in 1..count {
            let mut step = first.clone();
            let is_first_optional = number == self.least;
            if number >= self.least {
                step.obligation = Obligation::Repeated;
            }
            let order = is_first_optional.then_some(Order {
                obligation: step.obligation,
                unordered: None,
            });
            let before = dry_run.sent();
            dry_run.repeat(&step, order, &mut source.faults);
            source.count_bytes(dry_run.sent() - before, step.span.clone());
            steps.push(step);
        }
        if let Some(last) = steps.last_mut() {
            last.most = self.most - count + 1;
        }
        steps
    }
}
