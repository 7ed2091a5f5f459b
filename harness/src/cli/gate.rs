//! What fails a run: from the options and the settings of the project to the rules of the
//! engine, and from a record to the exit code.

use std::cell::LazyCell;
use std::io::Write;

use wirecheck_report::Record;
use wirecheck_report::notation::counted;
use wirecheck_report::record::{CutOffReason, Gate, RunState, Verdict};

use super::args::GateArgs;
use super::config::Config;
use super::error::CommandError;
use super::exit::Exit;
use crate::engine::{KnownCases, PlannedScenario, Selection};
use crate::tactic::Tactic;

/// The rules of a run. `is_partial` says whether the user typed a selection of cases.
pub(super) fn rules(args: &GateArgs, config: &Config, is_partial: bool) -> Gate {
    Gate {
        fail_on: args.fail_on(config),
        min_cases: args.min_cases(config),
        is_partial,
        known: Vec::new(),
    }
}

/// The known failures of a run: without those that match only scenarios for peers on our side.
pub(super) fn known(config: &Config, selection: &Selection) -> Vec<KnownCases> {
    let other_side = LazyCell::new(|| selection.other_side());
    let mut known = config.known();
    known.retain(|entry| matches_any(entry, selection) || !matches_any(entry, &other_side));
    known
}

/// Whether an entry matches a case of the run, in any part of it.
fn matches_any(entry: &KnownCases, selection: &Selection) -> bool {
    let mut scenarios = selection.whole_run();
    scenarios.any(|planned| matching(entry, planned).next().is_some())
}

/// The tactics of a scenario whose cases an entry matches.
fn matching<'a>(
    entry: &'a KnownCases,
    planned: PlannedScenario<'a>,
) -> impl Iterator<Item = Tactic> + 'a {
    let tactics = planned.plan.tactics();
    tactics.filter(move |tactic| entry.matches(planned, tactic))
}

/// The exit code of a run.
pub(super) fn exit_of(record: &Record) -> Exit {
    if record.cut_off_by == Some(CutOffReason::Peer) {
        return Exit::PeerUnavailable;
    }
    // Also in a run that was interrupted: what was seen must not be lost.
    if !record.gate_failures().is_empty() {
        return Exit::Failed;
    }
    let is_whole = record.state == RunState::Finished;
    match (record.cut_off_by, record.verdict) {
        (Some(CutOffReason::User), _) => Exit::Interrupted,
        // It was killed: nobody wrote why it ended.
        (None, _) if !is_whole => Exit::Interrupted,
        (_, Verdict::Error) => Exit::Internal,
        _ => Exit::Success,
    }
}

/// The exit code of several runs. A failure weighs more than a run that did not finish.
pub(super) fn worst_exit(exits: impl Iterator<Item = Exit>) -> Exit {
    let worst = exits.max_by_key(|exit| (*exit == Exit::Failed, exit.code()));
    worst.unwrap_or(Exit::Success)
}

/// Prints the known failures, and how many of the selected cases each matches.
pub(super) fn list_known(
    known: &[KnownCases],
    selection: &Selection,
) -> Result<Exit, CommandError> {
    let mut out = anstream::stdout().lock();
    if known.is_empty() {
        writeln!(out, "no known failures")?;
    }
    for entry in known {
        let matching = selection
            .scenarios()
            .map(|planned| matching(entry, planned).count() as u64);
        let cases = counted(matching.sum(), "case");
        writeln!(out, "{}   {cases}   {}", entry.cases, entry.reason)?;
    }
    Ok(Exit::Success)
}
