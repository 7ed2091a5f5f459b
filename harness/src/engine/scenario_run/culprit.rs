//! Which case broke the peer.
//!
//! A peer that died or takes no connection any more was broken by the case that found
//! out, by one that ran beside it, or by one that ended just before. Each of them is
//! played alone, on a fresh peer. The others go back to the queue.

use std::collections::VecDeque;

use wirecheck_report::record::{DependsOn, Verdict};

use super::batch::{RecentCase, RecentEnd};
use super::queue::Queue;
use super::{ScenarioRun, UnconfirmedFailure};
use crate::engine::case::{CaseResult, NumberedCase};
use crate::engine::settings::StopReason;
use crate::engine::wait::Phase;
use crate::judge::{Finding, FindingKind};
use crate::peer::ExitStatus;
use crate::tactic::TacticFamily;

/// How many cases that ended before the peer died are suspected first, if they are of a
/// tactic after which a peer may die late.
const LATE_SUSPECTS: usize = 2;

/// After so few connections it is found out first whether the peer serves more: a suspect
/// and the baseline after it are two of them.
const YOUNG: u64 = 8;

/// What broke the peer.
enum Culprit {
    /// A case of this tactic.
    Case(TacticFamily),
    /// None of the suspects breaks it alone.
    Unknown,
    /// No case: the peer paused, or serves a limited number of connections.
    Nothing,
}

impl ScenarioRun<'_, '_, '_> {
    /// Finds the case that broke the peer, and puts the others back into the queue.
    pub(super) fn find_culprit(
        &mut self,
        broken: Vec<UnconfirmedFailure>,
        recent: VecDeque<RecentCase>,
        queue: &mut Queue<'_>,
    ) -> Result<(), StopReason> {
        let mut search = CulpritSearch {
            death: self.engine.peer.ended(),
            broken,
            recent,
        };
        let found = self.search(&mut search, queue);
        // If the run ends here, these are not judged.
        self.unconfirmed.append(&mut search.broken);
        match found? {
            Culprit::Case(family) => queue.count_break(family),
            Culprit::Unknown => queue.count_unexplained_break(),
            Culprit::Nothing => {}
        }
        Ok(())
    }

    fn search(
        &mut self,
        search: &mut CulpritSearch,
        queue: &mut Queue<'_>,
    ) -> Result<Culprit, StopReason> {
        let connections = self.engine.connections;
        if let Some(family) = self.accept_known_death(search, queue)? {
            return Ok(Culprit::Case(family));
        }
        let spins = search.has_seen_spinning() && self.is_spinning();
        if search.death.is_none() && !spins {
            match self.next_not_served()? {
                // It cannot be started again: every suspect would fail.
                Some(why) if !self.engine.peer.is_ours() => return Err(StopReason::lost(why)),
                Some(_) => {}
                None if !search.broken.is_empty() && queue.count_recovery() => {
                    // It only paused.
                    self.put_back(search.broken.drain(..), queue);
                    return Ok(Culprit::Nothing);
                }
                None => {}
            }
        }
        let tries_lifetime_first = !spins && (connections <= YOUNG || search.broken.is_empty());
        if tries_lifetime_first && self.find_lifetime(connections)?.is_some() {
            self.put_back(search.broken.drain(..), queue);
            return Ok(Culprit::Nothing);
        }
        for suspect in search.suspects() {
            self.engine.restart_peer()?;
            if let Some(result) = self.play_suspect_twice(&suspect.case)? {
                let family = result.tactic.family();
                self.count_culprit(&suspect, result);
                let number = suspect.case.number;
                search.broken.retain(|it| it.case.number != number);
                self.put_back(search.broken.drain(..), queue);
                self.engine.restart_peer()?;
                return Ok(Culprit::Case(family));
            }
        }
        if !spins && !tries_lifetime_first && self.find_lifetime(connections)?.is_some() {
            self.put_back(search.broken.drain(..), queue);
            return Ok(Culprit::Nothing);
        }
        self.engine.restart_peer()?;
        self.accept_unexplained_break(search, queue);
        Ok(Culprit::Unknown)
    }

    /// Where a tactic is known to break the peer, a case of it that was alone when the
    /// peer died needs no second death.
    fn accept_known_death(
        &mut self,
        search: &mut CulpritSearch,
        queue: &Queue<'_>,
    ) -> Result<Option<TacticFamily>, StopReason> {
        let ([only], Some(how)) = (search.broken.as_slice(), search.death) else {
            return Ok(None);
        };
        let family = only.result.tactic.family();
        let is_known = only
            .result
            .outcome
            .kinds()
            .contains(&FindingKind::EndedEarly)
            && queue.has_broken(family)
            && !may_kill_late(family);
        if !is_known {
            return Ok(None);
        }
        for UnconfirmedFailure { mut result, .. } in search.broken.drain(..) {
            result.drop_evidence();
            result.outcome.shorten("as its process ended");
            self.put_finding_first(&mut result, &Finding::Died { how });
            self.results.add(result, self.failure_verdict());
        }
        self.engine.restart_peer()?;
        Ok(Some(family))
    }

    /// Counts the case that broke the peer, instead of what was counted of it before.
    fn count_culprit(&mut self, culprit: &RecentCase, result: CaseResult) {
        match culprit.end {
            RecentEnd::Passed(unjudged) => {
                self.results.take_back(result.tactic.family(), unjudged);
            }
            RecentEnd::Failed => {
                let number = culprit.case.number;
                self.unconfirmed.retain(|it| it.case.number != number);
            }
            RecentEnd::Broken => {}
        }
        self.known_to_fail.insert(culprit.case.number);
        self.results.add(result, self.failure_verdict());
    }

    /// No case does it alone, so it stands as it was seen. A case that only found the peer
    /// dead is played again.
    fn accept_unexplained_break(&mut self, search: &mut CulpritSearch, queue: &mut Queue<'_>) {
        let Some(how) = search.death else {
            for UnconfirmedFailure { result, .. } in search.broken.drain(..) {
                self.results.add(result, Verdict::Flaky);
            }
            return;
        };
        let (unreachable, dead): (Vec<_>, Vec<_>) = search
            .broken
            .drain(..)
            .partition(|it| it.result.outcome.unreachable().is_some());
        self.put_back(unreachable.into_iter(), queue);
        for UnconfirmedFailure { mut result, .. } in dead {
            self.put_finding_first(&mut result, &Finding::Died { how });
            self.results.add(result, Verdict::Flaky);
        }
    }

    fn put_back(&mut self, cases: impl Iterator<Item = UnconfirmedFailure>, queue: &mut Queue<'_>) {
        let again = cases.map(|it| self.another_attempt(&it.case)).collect();
        queue.put_back(again);
    }

    /// Plays a case alone, on a fresh peer. That the next connection is not served must
    /// repeat on another one.
    pub(super) fn play_suspect_twice(
        &mut self,
        case: &NumberedCase,
    ) -> Result<Option<CaseResult>, StopReason> {
        match self.play_suspect(case)? {
            Some(found) if found.outcome.kinds().contains(&FindingKind::NextNotServed) => {
                self.engine.restart_peer()?;
                self.play_suspect(case)
            }
            found => Ok(found),
        }
    }

    /// Plays a case alone, and returns it if it broke the peer.
    pub(super) fn play_suspect(
        &mut self,
        case: &NumberedCase,
    ) -> Result<Option<CaseResult>, StopReason> {
        match self.play_and_look(case)? {
            Aftermath::Broken(result) => Ok(Some(result)),
            Aftermath::Serves(_) => Ok(None),
        }
    }

    /// Plays a case alone and looks what became of the peer.
    pub(super) fn play_and_look(&mut self, case: &NumberedCase) -> Result<Aftermath, StopReason> {
        let mut result = self.replay(case)?;
        if result.outcome.kinds().contains(&FindingKind::Spins) {
            // That it serves nobody else, or not at once, follows from it.
            return Ok(Aftermath::Broken(result));
        }
        let finding = match self.ended_when_idle() {
            Some(how) => Finding::Died { how },
            None => match self.next_not_served()? {
                Some(why) => Finding::NextNotServed { why },
                None => return Ok(Aftermath::Serves(result)),
            },
        };
        result.last_output = self.engine.peer.last_output(result.printed_before);
        self.put_finding_first(&mut result, &finding);
        Ok(Aftermath::Broken(result))
    }

    /// Whether the peer keeps a processor busy, now that no case is played.
    pub(super) fn is_spinning(&mut self) -> bool {
        let limit = self.context.limits().close;
        let mut player = self.engine.lone_player(Phase::Confirmation);
        let spins = player.sees_spinning(limit);
        let timings = player.timings();
        drop(player);
        self.engine.timings = timings;
        spins
    }

    /// Whether the peer does not serve what the suites say after it has answered this variation
    /// uncut. It must repeat on a fresh peer that serves that before, and is reported then.
    pub(super) fn variation_breaks_peer(&mut self) -> Result<bool, StopReason> {
        let peer = &self.engine.peer;
        if self.context.original.is_none() || peer.is_new_each_time() || !peer.is_ours() {
            return Ok(false);
        }
        let baseline = self.baseline_case();
        if self.play_suspect(&baseline)?.is_none() {
            return Ok(false);
        }
        self.engine.restart_peer()?;
        let found = match self.next_not_served()? {
            None => self.play_suspect(&baseline)?,
            Some(_) => None,
        };
        self.engine.restart_peer()?;
        let breaks_peer = found.is_some();
        if let Some(mut broken) = found {
            if broken.outcome.kinds().contains(&FindingKind::NextNotServed) {
                broken.depends_on = Some(DependsOn::EarlierConnections);
                // A replay plays the variation twice.
                broken.earlier_connections = Some(1);
            }
            self.report_baseline(broken, self.failure_verdict());
        }
        Ok(breaks_peer)
    }

    /// Why an exchange fails now that the peer must serve, if it does.
    pub(super) fn next_not_served(&mut self) -> Result<Option<String>, StopReason> {
        let outcome = self.play_served_exchange()?.outcome;
        let first = outcome.findings().first();
        Ok(first.map(|it| it.finding.what.clone()))
    }
}

/// What became of the peer in a case that was alone with it.
pub(super) enum Aftermath {
    Serves(CaseResult),
    /// It ended, spins, or does not serve the next connection.
    Broken(CaseResult),
}

/// What is known when a peer was found broken.
struct CulpritSearch {
    /// How its process ended, if it did.
    death: Option<ExitStatus>,
    broken: Vec<UnconfirmedFailure>,
    recent: VecDeque<RecentCase>,
}

impl CulpritSearch {
    fn has_seen_spinning(&self) -> bool {
        let mut broken = self.broken.iter();
        broken.any(|it| it.result.outcome.kinds().contains(&FindingKind::Spins))
    }

    /// The cases that may have broken the peer, the likeliest first. A case that ends
    /// early is over before the peer has died of it: the next one finds out.
    fn suspects(&mut self) -> Vec<RecentCase> {
        let late = |recent: &&RecentCase| may_kill_late(recent.case.case.tactic.family());
        let latest = self.recent.iter().take(LATE_SUSPECTS);
        let latest = latest.take_while(late).count();
        let mut suspects: Vec<_> = self.recent.drain(..latest).collect();
        let newest_first = self.broken.iter().rev();
        suspects.extend(newest_first.map(|it| RecentCase {
            case: it.case.clone(),
            end: RecentEnd::Broken,
        }));
        suspects.extend(self.recent.drain(..));
        suspects
    }
}

fn may_kill_late(family: TacticFamily) -> bool {
    matches!(
        family,
        TacticFamily::Fin
            | TacticFamily::Half
            | TacticFamily::Rst
            | TacticFamily::FinAtOnce
            | TacticFamily::Hold
            | TacticFamily::Header
    )
}
