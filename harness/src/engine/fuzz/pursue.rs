//! A variation that failed: confirmed, named and made smaller.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wirecheck_report::record::{FailedCase, ScenarioRecord, Verdict};

use super::FuzzRun;
use super::attempt::{AttemptEnd, DIED, Failed, MEMORY, NEVER_ENDS, UNFRAMED};
use crate::engine::case::ScenarioContext;
use crate::engine::scenario_run::{ScenarioReport, ScenarioRun};
use crate::engine::selection::Selection;
use crate::engine::settings::StopReason;
use crate::judge::FindingKind;
use crate::scenario::Suite;
use crate::tactic::{Content, Profile, Seed};
use crate::vary::generator::Variation;
use crate::vary::source::Source;

/// How often failures of one kind are confirmed before they are only counted.
const MOST_PURSUED: u32 = 3;
/// How many smaller variations are tried, and for how long.
const MOST_SMALLER: u32 = 200;
const LONGEST_SHRINKING: Duration = Duration::from_secs(20);

/// The failures that uncut variations show.
const UNCUT: [&str; 4] = [DIED, NEVER_ENDS, UNFRAMED, MEMORY];

impl FuzzRun<'_, '_, '_> {
    /// Reports a variation that fails again, if it shows something that was not reported. `tried`
    /// came before it: what an uncut variation makes a peer do may be their fault.
    pub(super) fn pursue(
        &mut self,
        mut failed: Failed,
        tried: &[Arc<Suite>],
    ) -> Result<(), StopReason> {
        self.engine.restart_peer()?;
        if self
            .seen
            .get(&failed.seen)
            .is_some_and(|times| *times >= MOST_PURSUED)
        {
            self.record.repeated += 1;
            return Ok(());
        }
        if UNCUT.contains(&&*failed.seen) {
            let messages = failed.variation.tree.current();
            let again = self.attempt().play(&failed.variation.source, &messages);
            match again {
                AttemptEnd::Failed { suite, seen } if seen == failed.seen => failed.suite = suite,
                _ => return self.find_culprit(tried),
            }
            self.engine.restart_peer()?;
        }
        let selection = self.selection_of(&failed.suite);
        let report = self.judge(&selection)?;
        if !is_failure(&report.scenario, &failed.seen) {
            self.record.not_steady += 1;
            return self.engine.restart_peer();
        }
        *self.seen.entry(failed.seen.clone()).or_default() += 1;
        if self.is_reported(&report.scenario) {
            self.record.repeated += 1;
            return self.engine.restart_peer();
        }
        let seen = failed.seen.clone();
        let smaller = self.smaller(failed)?;
        let smaller = smaller.map(|suite| self.selection_of(&suite));
        let smaller = match &smaller {
            Some(selection) => Some((selection, self.judge(selection)?)),
            None => None,
        };
        let wanted = explained(&report.scenario);
        let is_as_good =
            |it: &ScenarioRecord| is_failure(it, &seen) && explained(it).is_superset(&wanted);
        match smaller {
            Some((selection, it)) if is_as_good(&it.scenario) => self.report(selection, it),
            _ => self.report(&selection, report),
        }
        self.engine.restart_peer()
    }

    /// The same for a variation that may have broken the peer. Says whether it fails.
    pub(super) fn report_if_failed(&mut self, suite: &Arc<Suite>) -> Result<bool, StopReason> {
        let selection = self.selection_of(suite);
        let report = self.judge(&selection)?;
        if !is_failure(&report.scenario, "") {
            return Ok(false);
        }
        if self.is_reported(&report.scenario) {
            self.record.repeated += 1;
        } else {
            self.report(&selection, report);
        }
        Ok(true)
    }

    pub(super) fn selection_of(&self, suite: &Suite) -> Selection {
        let side = self.selection.side();
        Selection::of_variation(suite, side, Seed(self.options.seed), Profile::Standard)
    }

    /// Plays the suite of a variation as any other is played.
    fn judge<'s>(&mut self, selection: &'s Selection) -> Result<ScenarioReport<'s>, StopReason> {
        let planned = selection.first();
        let original = self.selection.clone();
        let context = ScenarioContext {
            read_proof: self.engine.settings.read_proof,
            place: self.place,
            original: Some(original.first()),
            ..ScenarioContext::new(planned, selection.side(), &self.unique)
        };
        self.place += planned.plan.count() as u64;
        let mut run = ScenarioRun::new(self.engine, context);
        run.play()?;
        let ScenarioReport {
            suite: _,
            scenario,
            boundaries,
            unverified,
            known,
        } = run.into_report(Verdict::Pass);
        Ok(ScenarioReport {
            suite: planned.suite,
            scenario,
            boundaries,
            unverified,
            known,
        })
    }

    fn is_reported(&self, scenario: &ScenarioRecord) -> bool {
        explained(scenario).is_subset(&self.reported)
    }

    /// Adds a scenario to the record.
    fn report(&mut self, selection: &Selection, report: ScenarioReport<'_>) {
        self.reported.extend(explained(&report.scenario));
        self.record.reported += 1;
        self.engine.record.fuzz = Some(self.record.clone());
        let planned = selection.first();
        self.engine.add(report);
        self.engine.tell_scenario(planned);
    }

    /// The smallest variation that an attempt finds to fail in the same way: with fewer and
    /// smaller changes, then with fewer messages.
    fn smaller(&mut self, failed: Failed) -> Result<Option<Arc<Suite>>, StopReason> {
        let Failed {
            variation, seen, ..
        } = failed;
        let Variation {
            source, mut tree, ..
        } = variation;
        let mut search = Search {
            deadline: Instant::now() + LONGEST_SHRINKING,
            left: MOST_SMALLER,
            seen,
            smallest: None,
        };
        let mut messages = tree.current();
        let mut has_next = tree.simplify();
        while has_next && search.goes_on() && !self.engine.is_stopped() {
            let current = tree.current();
            has_next = if self.still_fails(&mut search, &source, &current)? {
                messages = current;
                tree.simplify()
            } else {
                tree.complicate()
            };
        }
        for at in (0..messages.len()).rev() {
            if messages.len() == 1 || !search.goes_on() || self.engine.is_stopped() {
                break;
            }
            let mut fewer = messages.clone();
            fewer.remove(at);
            if self.still_fails(&mut search, &source, &fewer)? {
                messages = fewer;
            }
        }
        self.engine.restart_peer()?;
        Ok(search.smallest)
    }

    fn still_fails(
        &mut self,
        search: &mut Search,
        source: &Source,
        messages: &[Content],
    ) -> Result<bool, StopReason> {
        search.left -= 1;
        let end = self.attempt().play(source, messages);
        let is_broken = match &end {
            AttemptEnd::Unreachable(_) => true,
            AttemptEnd::Failed { seen, .. } => seen == NEVER_ENDS,
            _ => false,
        };
        if is_broken || self.engine.peer.ended().is_some() {
            self.engine.restart_peer()?;
        }
        match end {
            AttemptEnd::Failed { suite, seen } if seen == search.seen => {
                search.smallest = Some(suite);
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

/// The search for a smaller variation.
struct Search {
    deadline: Instant,
    /// How many more are tried.
    left: u32,
    /// The kind of the failure.
    seen: String,
    smallest: Option<Arc<Suite>>,
}

impl Search {
    fn goes_on(&self) -> bool {
        self.left > 0 && Instant::now() < self.deadline
    }
}

/// Whether a scenario shows that the peer is wrong. `seen` is what the attempt saw.
fn is_failure(scenario: &ScenarioRecord, seen: &str) -> bool {
    if !matches!(scenario.verdict, Verdict::Fail | Verdict::Nonstrict) {
        return false;
    }
    let is_confirmed = |it: &&FailedCase| matches!(it.verdict, Verdict::Fail | Verdict::Nonstrict);
    let mut confirmed = scenario.failures.iter().filter(is_confirmed);
    let whole = confirmed.find(|it| it.tactic == "whole");
    let Some(first) = whole.and_then(|it| it.findings.first()) else {
        return true;
    };
    FindingKind::wrong_uncut(seen == UNFRAMED).any(|it| it.as_str() == first.kind)
}

/// What a failed scenario shows: its defects; if none is named, the kinds of its findings.
pub(super) fn explained(scenario: &ScenarioRecord) -> BTreeSet<String> {
    let defects: BTreeSet<_> = scenario.defects.iter().map(|it| it.code.clone()).collect();
    if !defects.is_empty() {
        return defects;
    }
    let findings = scenario.failures.iter().flat_map(|it| &it.findings);
    findings.map(|it| it.kind.clone()).collect()
}
