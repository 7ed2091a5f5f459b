//! What valid suites cannot show, as notes.

use crate::judge::{PlayedSide, TruncationDoubt, unjudged_truncations};
use crate::scenario::{Diagnostic, Scenario, Side, Suite, SuiteError};
use crate::tactic::Script;

/// The notes on a suite; `None` if there are none.
pub(super) fn notes(suite: &Suite) -> Option<SuiteError> {
    let doubts = [TruncationDoubt::Raw, TruncationDoubt::AnyAnswer].into_iter();
    let diagnostics: Vec<_> = doubts
        .filter_map(|doubt| truncation_not_judged(suite, doubt))
        .collect();
    (!diagnostics.is_empty()).then(|| SuiteError {
        path: suite.path().to_owned(),
        text: suite.text().to_owned(),
        diagnostics,
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
        let step = first_doubt(scenario, suite, doubt)?;
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
fn first_doubt(scenario: &Scenario, suite: &Suite, doubt: TruncationDoubt) -> Option<usize> {
    let peers = [Side::Server, Side::Client].into_iter();
    // What a client makes of a message is also seen in what it prints.
    let peers = peers.filter(|peer| doubt == TruncationDoubt::Raw || *peer == Side::Server);
    let mut peers = peers.filter(|peer| scenario.peer().is_none_or(|only| only == *peer));
    peers.find_map(|peer| {
        let script = Script::of(scenario, suite.framing(), peer.other());
        let played = PlayedSide {
            scenario,
            framing: suite.framing(),
            side: peer.other(),
            script: &script,
        };
        let mut doubts = unjudged_truncations(&played);
        doubts.find(|(_, it)| *it == doubt).map(|(step, _)| step)
    })
}
