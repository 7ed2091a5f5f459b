//! What a program did that was started for one case alone, beside talking.

use memchr::memmem;

use super::due::Due;
use super::finding::{Finding, Waited};
use super::habit::Habit;
use crate::peer::Ended;
use crate::scenario::{Action, Bindings, Side, Step};

/// What a program did beside talking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conduct {
    /// What it printed to its standard output.
    pub printed: Vec<u8>,
    /// What became of it.
    pub fate: Fate,
    /// How many connections it made beside the one that it was served on.
    pub more_connections: usize,
}

/// What became of a program when its connection was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It ended, so.
    Ended(Ended),
    /// It did not end.
    RunsOn(Waited),
    /// It was not waited for: it had said something wrong before.
    NotAwaited,
}

/// What a program does when all comes whole: learnt from runs of the baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custom {
    printed: Habit,
    /// How it ends, if always in the same way.
    ended: Option<Ended>,
}

impl Custom {
    /// What one run showed.
    #[must_use]
    pub fn of(conduct: &Conduct) -> Self {
        Self {
            printed: Habit::of(&conduct.printed),
            ended: conduct.fate.ended(),
        }
    }

    /// Whether a program that did so kept to its custom.
    #[must_use]
    pub fn allows(&self, conduct: &Conduct) -> bool {
        against_custom(conduct, self).is_none()
    }

    /// Learns from another run what varies.
    pub fn learn(&mut self, conduct: &Conduct) {
        self.printed.learn(&conduct.printed);
        self.ended = self.ended.filter(|_| self.ended == conduct.fate.ended());
    }
}

/// Holds what a program did against what was due, and against its custom, if that is
/// known yet. `whole` says whether it heard everything to the end: one whose stream
/// was cut off may complain, try again or end as it likes, but not crash or spin.
///
/// What was printed does not tell a program that took a part for all from one that
/// died of it: where the text is wrong, how the program ended is told beside it.
#[must_use]
pub fn judge_conduct(
    exchange: &[Step],
    side: Side,
    due: Due,
    bindings: &Bindings,
    conduct: &Conduct,
    custom: Option<&Custom>,
    whole: Extent,
) -> Vec<Finding> {
    let first = first_finding(exchange, side, due, bindings, conduct, custom, whole);
    let end = match (&first, custom) {
        (Some(Finding::NotPrinted { .. } | Finding::PrintsOther { .. }), Some(custom))
            if whole == Extent::Whole && conduct.more_connections == 0 =>
        {
            other_end(conduct, custom)
        }
        _ => None,
    };
    first.into_iter().chain(end).collect()
}

fn first_finding(
    exchange: &[Step],
    side: Side,
    due: Due,
    bindings: &Bindings,
    conduct: &Conduct,
    custom: Option<&Custom>,
    whole: Extent,
) -> Option<Finding> {
    if let Some(finding) = not_printed(exchange, side, due, bindings, &conduct.printed) {
        return Some(finding);
    }
    if let Fate::RunsOn(waited @ Waited::Spinning(_)) = conduct.fate {
        return Some(Finding::RunsOn { waited });
    }
    if whole == Extent::CutOff {
        return crash(conduct.fate);
    }
    // Its other connections were reset: how it takes that is not its fault.
    connects_again(conduct, whole)
        .or_else(|| exit(exchange, side, conduct.fate))
        .or_else(|| against_custom(conduct, custom?))
        .or_else(|| crash(conduct.fate))
        .or_else(|| run_on(conduct.fate))
}

/// How much of the exchange a program heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// It was cut off.
    CutOff,
}

/// The first text that should have been printed and was not, each after the one
/// before.
fn not_printed(
    exchange: &[Step],
    side: Side,
    due: Due,
    bindings: &Bindings,
    printed: &[u8],
) -> Option<Finding> {
    let mut at = 0;
    for (index, step) in exchange.iter().enumerate().take(due.steps) {
        let Action::Prints(text) = &step.action else {
            continue;
        };
        if step.side == side {
            continue;
        }
        let expected = text.fill(bindings);
        match memmem::find(&printed[at..], &expected) {
            Some(found) => at += found + expected.len(),
            None => {
                return Some(Finding::NotPrinted {
                    step: index,
                    expected,
                    actual: printed[at..].to_vec(),
                });
            }
        }
    }
    None
}

fn exit(exchange: &[Step], side: Side, fate: Fate) -> Option<Finding> {
    let actual = fate.ended()?;
    let mut steps = exchange.iter().enumerate();
    let (step, code) = steps.find_map(|(index, step)| match step.action {
        Action::Exits(code) if step.side != side => Some((index, code)),
        _ => None,
    })?;
    let expected = Ended::Code(code.into());
    (actual != expected).then_some(Finding::WrongExit {
        step: Some(step),
        expected,
        actual,
    })
}

fn against_custom(conduct: &Conduct, custom: &Custom) -> Option<Finding> {
    if !custom.printed.allows(&conduct.printed) {
        return Some(Finding::PrintsOther {
            expected: custom.printed.beside(&conduct.printed),
            actual: conduct.printed.clone(),
        });
    }
    other_end(conduct, custom)
}

/// An end that is not the custom of the program.
fn other_end(conduct: &Conduct, custom: &Custom) -> Option<Finding> {
    let (expected, actual) = (custom.ended?, conduct.fate.ended()?);
    (expected != actual).then_some(Finding::WrongExit {
        step: None,
        expected,
        actual,
    })
}

/// A program that ends may say with its code what it likes; one that a signal ends
/// has crashed.
fn crash(fate: Fate) -> Option<Finding> {
    let how = fate.ended()?;
    matches!(how, Ended::Signal(_)).then_some(Finding::Died { how })
}

/// One that was cut off may try again.
#[must_use]
pub fn connects_again(conduct: &Conduct, whole: Extent) -> Option<Finding> {
    let times = conduct.more_connections;
    (times > 0 && whole == Extent::Whole).then_some(Finding::ConnectsAgain { times })
}

fn run_on(fate: Fate) -> Option<Finding> {
    match fate {
        Fate::RunsOn(waited) => Some(Finding::RunsOn { waited }),
        Fate::Ended(_) | Fate::NotAwaited => None,
    }
}

impl Fate {
    fn ended(self) -> Option<Ended> {
        match self {
            Self::Ended(ended) => Some(ended),
            Self::RunsOn(_) | Self::NotAwaited => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::judge::Kind;
    use crate::scenario::{NoAttachments, Permission, parse};

    const ALL: Due = Due {
        steps: usize::MAX,
        more: Permission::Forbidden,
    };

    fn exited(code: i32) -> Fate {
        Fate::Ended(Ended::Code(code))
    }

    fn conduct(printed: &str, fate: Fate) -> Conduct {
        Conduct {
            printed: printed.as_bytes().to_vec(),
            fate,
            more_connections: 0,
        }
    }

    fn found(
        steps: &str,
        conduct: &Conduct,
        custom: Option<&Custom>,
        whole: Extent,
    ) -> Option<Kind> {
        all_found(steps, conduct, custom, whole).first().copied()
    }

    fn all_found(
        steps: &str,
        conduct: &Conduct,
        custom: Option<&Custom>,
        whole: Extent,
    ) -> Vec<Kind> {
        let text = format!(
            "title = 'T'\nframing = 'line'\n[[scenario]]\nid = 's'\nexchange = [{{ server = 'a' }}, {steps}]"
        );
        let suite = parse("t.toml", &text, &NoAttachments).expect("it is right");
        let exchange = suite.scenarios()[0].exchange();
        let bindings = Bindings::example();
        judge_conduct(
            exchange,
            Side::Server,
            ALL,
            &bindings,
            conduct,
            custom,
            whole,
        )
        .iter()
        .map(Finding::kind)
        .collect()
    }

    #[test]
    fn texts_are_printed_one_after_the_other() {
        let steps = "{ client.prints = 'a' }, { client.prints = 'b' }";
        let of = |printed| found(steps, &conduct(printed, exited(0)), None, Extent::Whole);
        assert_eq!(of("a\nb\n"), None);
        assert_eq!(of("b\na\n"), Some(Kind::NotPrinted));
    }

    #[test]
    fn one_that_was_cut_off_may_end_as_it_likes_but_not_crash_or_spin() {
        let steps = "{ client.exits = 0 }";
        let of = |fate, whole| found(steps, &conduct("", fate), None, whole);
        assert_eq!(of(exited(1), Extent::Whole), Some(Kind::WrongExit));
        assert_eq!(of(exited(1), Extent::CutOff), None);
        let asleep = Fate::RunsOn(Waited::Quiet(Duration::ZERO));
        assert_eq!(of(asleep, Extent::Whole), Some(Kind::RunsOn));
        assert_eq!(of(asleep, Extent::CutOff), None);
        let spins = Fate::RunsOn(Waited::Spinning(Duration::ZERO));
        assert_eq!(of(spins, Extent::CutOff), Some(Kind::RunsOn));
        assert_eq!(
            of(Fate::Ended(Ended::Signal(11)), Extent::CutOff),
            Some(Kind::Died)
        );
    }

    #[test]
    fn one_that_connects_again_is_not_blamed_for_how_it_ends_without_an_answer() {
        let steps = "{ client.exits = 0 }";
        let twice = Conduct {
            more_connections: 1,
            ..conduct("", exited(1))
        };
        let of = |conduct, whole| found(steps, conduct, None, whole);
        assert_eq!(of(&twice, Extent::Whole), Some(Kind::ConnectsAgain));
        assert_eq!(of(&twice, Extent::CutOff), None);
    }

    #[test]
    fn what_differs_from_the_custom_is_found_unless_it_always_varies() {
        let steps = "{ client.close = 'any' }";
        let mut custom = Custom::of(&conduct("at 1: hi\n", exited(1)));
        custom.learn(&conduct("at 2: hi\n", exited(1)));
        let of =
            |printed, fate| found(steps, &conduct(printed, fate), Some(&custom), Extent::Whole);
        assert_eq!(of("at 3: hi\n", exited(1)), None);
        assert_eq!(of("at 3: h\n", exited(1)), Some(Kind::PrintsOther));
        assert_eq!(of("at 3: hi\n", exited(2)), Some(Kind::WrongExit));
    }

    #[test]
    fn a_wrong_text_and_another_end_are_both_told() {
        let custom = Custom::of(&conduct("hi\n", exited(0)));
        let prints = "{ client.prints = 'hi' }";
        let of = |steps, fate, whole| all_found(steps, &conduct("h", fate), Some(&custom), whole);
        let dead = exited(1);
        assert_eq!(
            of(prints, dead, Extent::Whole),
            [Kind::NotPrinted, Kind::WrongExit]
        );
        assert_eq!(
            of("{ client.close = 'any' }", dead, Extent::Whole),
            [Kind::PrintsOther, Kind::WrongExit]
        );
        assert_eq!(of(prints, exited(0), Extent::Whole), [Kind::NotPrinted]);
        assert_eq!(of(prints, dead, Extent::CutOff), [Kind::NotPrinted]);
        let asleep = Fate::RunsOn(Waited::Quiet(Duration::ZERO));
        assert_eq!(of(prints, asleep, Extent::Whole), [Kind::NotPrinted]);
    }
}
