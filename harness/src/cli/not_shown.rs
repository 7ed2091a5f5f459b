//! What valid suites cannot show: notes at places in a suite, and a summary of all suites.

use wirecheck_report::notation::printable;

use crate::judge::{PlayedSide, TruncationDoubt, unjudged_truncations};
use crate::scenario::{
    Action, Diagnostic, FileKind, Scenario, Side, Step, Suite, SuiteError, Template, VariableName,
};
use crate::tactic::{SOCKET_BUFFERS, Script};

/// The notes on a suite; `None` if there are none.
pub(super) fn notes(suite: &Suite) -> Option<SuiteError> {
    let doubts = [TruncationDoubt::Raw, TruncationDoubt::AnyAnswer].into_iter();
    let doubts = doubts.filter_map(|doubt| truncation_not_judged(suite, doubt));
    let diagnostics: Vec<_> = unused_parameters(suite).chain(doubts).collect();
    (!diagnostics.is_empty()).then(|| SuiteError {
        kind: FileKind::Suite,
        path: suite.path().to_owned(),
        text: suite.text().to_owned(),
        diagnostics,
    })
}

fn unused_parameters(suite: &Suite) -> impl Iterator<Item = Diagnostic> {
    let parameters = suite.parameters().iter();
    parameters.filter(|it| !it.is_used()).map(|it| {
        let message = format!("the parameter `{}` is not used", it.name());
        let help = format!("write `${{{}}}` in a step, or remove it", it.name());
        let note = Diagnostic::new(message, it.span(), "no step has this value");
        note.help(help).as_note()
    })
}

/// The scenarios in which truncation is not judged for one reason, with the first message
/// of each.
fn truncation_not_judged(suite: &Suite, doubt: TruncationDoubt) -> Option<Diagnostic> {
    let (label, help) = match doubt {
        TruncationDoubt::Raw => (
            "wirecheck does not know where a message ends in raw bytes",
            "send the message through the framing; or write `adversary = { truncation = 'any' }`, \
             and truncation need not be judged",
        ),
        _ => (
            "any answer is accepted, so an error looks like the answer to the whole message",
            "say what the answer is, e.g. with `matches`",
        ),
    };
    let all = suite.scenarios().iter();
    let mut found = all.filter_map(|scenario| {
        let step = first_doubt(scenario, doubt)?;
        Some((scenario, scenario.exchange()[step].span.clone()))
    });
    let (scenario, span) = found.next()?;
    let message = format!("truncation is not judged in `{}`", scenario.id());
    let note = Diagnostic::new(message, span, label).help(help).as_note();
    Some(found.fold(note, |note, (scenario, span)| {
        note.related(span, format!("nor in `{}`", scenario.id()))
    }))
}

/// The step of the first message of a scenario that is doubtful for this reason.
fn first_doubt(scenario: &Scenario, doubt: TruncationDoubt) -> Option<usize> {
    let peers = [Side::Server, Side::Client].into_iter();
    // What a client makes of a message is also seen in what it prints.
    let peers = peers.filter(|peer| doubt == TruncationDoubt::Raw || *peer == Side::Server);
    let mut peers = peers.filter(|peer| scenario.peer().is_none_or(|only| only == *peer));
    peers.find_map(|peer| {
        let script = Script::of(scenario, peer.other());
        let played = PlayedSide {
            scenario,
            side: peer.other(),
            script: &script,
        };
        let mut doubts = unjudged_truncations(&played);
        doubts.find(|(_, it)| *it == doubt).map(|(step, _)| step)
    })
}

/// Something that a suite as a whole cannot show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blindness {
    /// Text decoded per chunk, F05.
    SplitCharacter,
    /// An answer that is always the same.
    ConstantAnswer,
    /// A `send` that sends a part, F08.
    ShortSend,
}

impl Blindness {
    const ALL: [Self; 3] = [Self::SplitCharacter, Self::ConstantAnswer, Self::ShortSend];

    fn text(self) -> &'static str {
        match self {
            Self::SplitCharacter => {
                "text that is decoded piece by piece (F05): no message has a multi-byte character, \
                 such as é"
            }
            Self::ConstantAnswer => {
                "an answer that is always the same: no answer has a fresh value (`${unique}`)"
            }
            Self::ShortSend => {
                "an answer that is sent in part (F08): no answer has more than 2 MB, so `slow-read` is not played"
            }
        }
    }

    fn is_of(self, suite: &Suite) -> bool {
        let mut scenarios = suite.scenarios().iter();
        match self {
            Self::SplitCharacter => scenarios.all(|it| {
                let sent = Script::of(it, under_test(it).other());
                sent.messages.iter().all(|message| message.bytes.is_ascii())
            }),
            Self::ConstantAnswer => !scenarios.any(answers_with_a_fresh_value),
            Self::ShortSend => scenarios.all(|it| {
                let answers = Script::of(it, under_test(it));
                answers.len() <= SOCKET_BUFFERS
            }),
        }
    }
}

/// The side that a scenario is about. One that does not say so is about a server, unless
/// it watches the process of a client.
fn under_test(scenario: &Scenario) -> Side {
    let watches_client = |step: &Step| {
        step.side == Side::Client && matches!(step.action, Action::Prints(_) | Action::Exits(_))
    };
    let is_about_client = scenario.exchange().iter().any(watches_client);
    let side = if is_about_client {
        Side::Client
    } else {
        Side::Server
    };
    scenario.peer().unwrap_or(side)
}

/// Whether the peer must send or print a value that may come from `${unique}`.
fn answers_with_a_fresh_value(scenario: &Scenario) -> bool {
    let peer = under_test(scenario);
    let steps = || scenario.exchange().iter();
    let is_fresh = |step: &Step| {
        let mut used = used_variables(step).into_iter();
        used.any(|name| name.as_str() == VariableName::UNIQUE)
    };
    let is_filled = |step: &Step| step.side == peer && !used_variables(step).is_empty();
    steps().any(is_fresh) && steps().any(is_filled)
}

fn used_variables(step: &Step) -> Vec<VariableName> {
    match &step.action {
        Action::Send(message) => message.used_variables(),
        Action::Prints(text) => Template::names(text).cloned().collect(),
        Action::Close(_) | Action::Exits(_) => Vec::new(),
    }
}

/// What some of the suites cannot show, a line each, with the names of these suites; empty
/// if they can show everything.
pub(super) fn summary(suites: &[Suite]) -> String {
    let lines = Blindness::ALL.into_iter().filter_map(|blindness| {
        let blind: Vec<_> = suites.iter().filter(|it| blindness.is_of(it)).collect();
        (!blind.is_empty()).then(|| format!("  {}{}\n", blindness.text(), named(&blind, suites)))
    });
    let lines: String = lines.collect();
    if lines.is_empty() {
        lines
    } else {
        format!("Defects that this suite cannot detect:\n{lines}\n")
    }
}

/// The names of some suites, if they are not all.
fn named(some: &[&Suite], all: &[Suite]) -> String {
    const NAMED: usize = 3;
    if some.len() == all.len() {
        return String::new();
    }
    let names = some.iter().take(NAMED).map(|suite| printable(suite.path()));
    let names = names.collect::<Vec<_>>().join(", ");
    match some.len().checked_sub(NAMED) {
        None | Some(0) => format!("\n    in {names}"),
        Some(more) => format!("\n    in {names} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{NoAttachments, parse};

    fn suite(steps: &str) -> Suite {
        let text = format!(
            "title = 'T'\nframing = {{ line = {{ max = 4000000 }} }}\n[[scenario]]\nid = 's'\n\
             exchange = [{steps}]"
        );
        parse("t.toml", &text, &NoAttachments).expect("it is valid")
    }

    fn blind(steps: &str) -> Vec<Blindness> {
        let suite = suite(steps);
        let all = Blindness::ALL.into_iter();
        all.filter(|it| it.is_of(&suite)).collect()
    }

    #[test]
    fn what_a_suite_cannot_show_is_found() {
        use Blindness::{ConstantAnswer, ShortSend, SplitCharacter};
        let constant = "{ client = 'a' }, { server = 'ok' }";
        let nothing = [SplitCharacter, ConstantAnswer, ShortSend];
        assert_eq!(blind(constant), nothing);
        let only_the_answer = "{ client = 'a' }, { server = 'é' }";
        assert_eq!(blind(only_the_answer), nothing);
        let fresh = "{ client = 'é ${unique}' }, { server = 'ok ${unique}' }";
        assert_eq!(blind(fresh), [ShortSend]);
        let captured = "{ client = { text = 'é ${unique}', capture = 'a' } }, { server = '${a}' }";
        assert_eq!(blind(captured), [ShortSend]);
        let printed = "{ server = 'é ${unique}' }, { client.prints = 'got ${unique}' }";
        assert_eq!(blind(printed), [ShortSend]);
        let long = "{ client = 'a' }, { server.repeat = { text = 'abc', times = 1000000 } }";
        assert_eq!(blind(long), [SplitCharacter, ConstantAnswer]);
    }

    #[test]
    fn suites_are_named_unless_it_is_all_of_them() {
        let constant = || suite("{ client = 'a' }, { server = 'ok' }");
        let fresh = suite("{ client = 'é ${unique}' }, { server = 'ok ${unique}' }");
        assert!(!summary(&[constant()]).contains("t.toml"));
        let some = summary(&[constant(), constant(), constant(), constant(), fresh]);
        let named = "`${unique}`)\n    in t.toml, t.toml, t.toml and 1 more\n";
        assert!(some.contains(named), "{some}");
    }
}
