//! What fell short is played again before it is reported.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use wirecheck_report::record::Verdict;

use super::case::{Attempt, Numbered};
use super::court::Court;
use super::halt::Halt;
use super::lookout::Pace;
use super::result::{CaseResult, Outcome};
use crate::judge::FindingKind;
use crate::tactic::{Tactic, TacticFamily};

/// How many cases of a group are played again when the first of them held.
const AGAIN: usize = 32;

/// How often the baseline is played again before anything is confirmed, and for how
/// long at most.
const BASELINES: usize = 8;
const A_MOMENT: Duration = Duration::from_millis(100);

/// Cases that fell in the same way are confirmed by the first of them.
type Groups = BTreeMap<(TacticFamily, Vec<FindingKind>), Vec<(Numbered, CaseResult)>>;

impl Court<'_, '_> {
    /// Confirms what fell, and says which cases are to be played in another round:
    /// those that fell in a hurry that this peer does not bear. What it does not come
    /// to is left in `fallen`.
    pub(super) fn confirm(
        &mut self,
        fallen: &mut Vec<(Numbered, CaseResult)>,
    ) -> Result<Vec<Numbered>, Halt> {
        self.renew()?;
        if !self.is_steady()? {
            for (_, result) in fallen.drain(..) {
                self.results.add(result, Verdict::Flaky);
            }
            return Ok(Vec::new());
        }
        self.pass_what_is_custom(fallen)?;
        let mut groups = Groups::new();
        for (numbered, result) in fallen.drain(..) {
            let key = (result.tactic.family(), ways(&result));
            groups.entry(key).or_default().push((numbered, result));
        }
        let mut again = Vec::new();
        let mut halt = None;
        let known = *self.pace;
        for mut group in groups.into_values() {
            group.sort_by_key(|(numbered, _)| numbered.number);
            if halt.is_none() {
                halt = self.confirm_group(known, &mut group, &mut again).err();
            }
            fallen.append(&mut group);
        }
        halt.map_or(Ok(again), Err)
    }

    /// Whether the baseline still holds each time, as far as a moment shows. Where it
    /// does not, no delivery can be blamed for what falls.
    fn is_steady(&mut self) -> Result<bool, Halt> {
        let begun = Instant::now();
        for _ in 0..BASELINES {
            let baseline = self.replay(self.baseline, Attempt(6))?;
            if self.target.ended().is_some() {
                // It bears so many connections and no more: not for this to tell.
                self.renew()?;
                return Ok(true);
            }
            if !baseline.outcome.held() && !prints_other(&baseline) {
                self.notes.push(format!(
                    "{}/{}: even whole messages fail now and then; what failed may be chance",
                    self.ground.selected.suite.id(),
                    self.ground.selected.scenario.id(),
                ));
                return Ok(false);
            }
            if begun.elapsed() > A_MOMENT {
                break;
            }
        }
        Ok(true)
    }

    /// What a program prints may vary with time: where something else was printed than
    /// by the first baselines, one more is played, and what it shows to vary is held
    /// against nobody.
    fn pass_what_is_custom(
        &mut self,
        fallen: &mut Vec<(Numbered, CaseResult)>,
    ) -> Result<(), Halt> {
        if !fallen.iter().any(|(_, result)| prints_other(result)) {
            return Ok(());
        }
        let baseline = self.replay(self.baseline, Attempt(5))?;
        if baseline.outcome.held() || prints_other(&baseline) {
            self.ground.learn_program(&baseline);
        }
        let program = self.ground.program();
        let is_custom = |result: &CaseResult| match (&result.conduct, &program) {
            (Some(conduct), Some(program)) => program.custom.allows(conduct),
            _ => false,
        };
        for (_, result) in
            fallen.extract_if(.., |(_, result)| prints_other(result) && is_custom(result))
        {
            let held = CaseResult {
                outcome: Outcome::Held,
                ..result
            };
            self.results.add(held, Verdict::Pass);
        }
        Ok(())
    }

    /// Takes from a group what is judged, and adds to `again` what is to be played in
    /// another round.
    fn confirm_group(
        &mut self,
        known: Pace,
        group: &mut Vec<(Numbered, CaseResult)>,
        again: &mut Vec<Numbered>,
    ) -> Result<(), Halt> {
        let is_silence = group[0].1.outcome.is_silence();
        let first = self.confirm_one(group, 0)?;
        let last = group.len().checked_sub(1);
        let all_fall = match last {
            Some(last) if first.falls() && !is_silence => self.confirm_one(group, last)?.falls(),
            _ => first.falls(),
        };
        if all_fall {
            for (_, mut result) in group.drain(..) {
                result.refer_to(&first.tactic, &first.outcome);
                self.results.add(result, self.short_of());
            }
            return Ok(());
        }
        if is_silence && self.pace.is_slower_than(known) {
            again.extend(group.drain(..).map(|(numbered, _)| numbered));
            return Ok(());
        }
        // What was silent in a hurry costs little to hear out.
        let most = if is_silence { group.len() } else { AGAIN };
        for _ in 0..most.min(group.len()) {
            self.confirm_one(group, 0)?;
        }
        for (_, before) in group.drain(..) {
            self.results.add(before, Verdict::Flaky);
        }
        Ok(())
    }

    /// Plays one of a group again, and takes it out.
    fn confirm_one(
        &mut self,
        group: &mut Vec<(Numbered, CaseResult)>,
        index: usize,
    ) -> Result<Replayed, Halt> {
        let (numbered, before) = &group[index];
        let replay = self.replay_as(numbered, before)?;
        let (_, before) = group.remove(index);
        let replayed = Replayed {
            tactic: replay.tactic.clone(),
            outcome: replay.outcome.clone(),
        };
        match () {
            () if replayed.falls() => self.results.add(replay, self.short_of()),
            // A silence that was declared early and did not last was none.
            () if before.outcome.is_silence() => self.results.add(replay, Verdict::Pass),
            () => self.results.add(before, Verdict::Flaky),
        }
        Ok(replayed)
    }

    /// Plays a case again. If something else comes out than before, an earlier
    /// confirmation may have left its mark: then the peer is started anew for it.
    fn replay_as(&mut self, numbered: &Numbered, before: &CaseResult) -> Result<CaseResult, Halt> {
        let replay = self.replay(numbered, Attempt(1))?;
        let same = ways(&replay) == ways(before);
        let alive = self.target.ended().is_none();
        if same && alive {
            return Ok(replay);
        }
        self.renew()?;
        if same {
            Ok(replay)
        } else {
            self.replay(numbered, Attempt(2))
        }
    }
}

/// What came of a case that was played again.
struct Replayed {
    tactic: Tactic,
    outcome: Outcome,
}

impl Replayed {
    fn falls(&self) -> bool {
        !self.outcome.held()
    }
}

/// The ways in which a case fell. Whether a close on unread bytes is seen as one that
/// came early or as a reset is a matter of microseconds.
fn ways(result: &CaseResult) -> Vec<FindingKind> {
    let way = |kind| match kind {
        FindingKind::WrongClose => FindingKind::EndedEarly,
        kind => kind,
    };
    result.outcome.kinds().into_iter().map(way).collect()
}

fn prints_other(result: &CaseResult) -> bool {
    result.outcome.kinds().first() == Some(&FindingKind::PrintsOther)
}
