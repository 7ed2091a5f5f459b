//! What fell short is played again before it is reported: alone, patiently, and on
//! a fresh peer.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use wirecheck_report::record::Verdict;

use super::case::{Attempt, Ground, Numbered};
use super::gate::Gate;
use super::lookout::{Lookout, Manner, Pace};
use super::result::{CaseResult, Outcome, Results};
use super::round::{Recent, Round};
use super::target::Target;
use crate::judge::{Finding, Kind};
use crate::peer::{Ended, StartError};
use crate::tactic::{Family, Tactic};

/// How many cases of a group are played again when the first of them held.
const AGAIN: usize = 32;

/// How often the baseline is played again before anything is confirmed, and for how
/// long at most.
const BASELINES: usize = 8;
const A_MOMENT: Duration = Duration::from_millis(100);

/// Confirms failures against one peer.
pub(super) struct Court<'c, 's> {
    pub(super) ground: &'s Ground<'s>,
    pub(super) baseline: &'c Numbered,
    pub(super) target: &'c mut Target,
    /// What is known of the peer's pace; it learns from what is played again.
    pub(super) pace: &'c mut Pace,
    pub(super) stop: &'c AtomicBool,
    pub(super) results: &'c mut Results,
    pub(super) restarts: &'c mut u32,
    pub(super) notes: &'c mut Vec<String>,
}

/// Cases that fell in the same way are confirmed by the first of them.
type Groups = BTreeMap<(Family, Vec<Kind>), Vec<(Numbered, CaseResult)>>;

/// Who may have broken the peer, the likeliest first. A case that ends early is over
/// before the peer has died of it: the next one finds out.
fn suspects(broken: &[(Numbered, CaseResult)], round: &mut Round) -> Vec<Recent> {
    let late = |recent: &&Recent| may_kill_late(recent.case().case.tactic.family());
    let latest = round.recent.iter().take(2).take_while(late).count();
    let mut suspects: Vec<_> = round.recent.drain(..latest).collect();
    let newest_first = broken.iter().rev();
    suspects.extend(newest_first.map(|(numbered, _)| Recent::Broken(numbered.clone())));
    suspects.extend(round.recent.drain(..));
    suspects
}

fn may_kill_late(family: Family) -> bool {
    matches!(family, Family::Fin | Family::Half)
}

/// Who broke the peer.
pub(super) enum Guilt {
    /// A case of this family; these others are to be played again.
    Found {
        family: Family,
        innocent: Vec<Numbered>,
    },
    /// It did not happen again; these are to be played again.
    Nobody { innocent: Vec<Numbered> },
}

impl<'s> Court<'_, 's> {
    /// Confirms what fell, and says which cases are to be played in another round:
    /// those that fell in a hurry that this peer does not bear.
    pub(super) fn confirm(
        &mut self,
        fallen: Vec<(Numbered, CaseResult)>,
    ) -> Result<Vec<Numbered>, StartError> {
        self.renew()?;
        if !self.is_steady()? {
            for (_, result) in fallen {
                self.results.add(result, Verdict::Flaky);
            }
            return Ok(Vec::new());
        }
        let mut groups = Groups::new();
        for (numbered, result) in self.against_wider_custom(fallen) {
            let key = (result.tactic.family(), result.outcome.kinds());
            groups.entry(key).or_default().push((numbered, result));
        }
        let mut again = Vec::new();
        for group in groups.into_values() {
            again.append(&mut self.confirm_group(group)?);
        }
        Ok(again)
    }

    /// Whether the baseline still holds each time, as far as a moment shows. Where it
    /// does not, no delivery can be blamed for what falls.
    fn is_steady(&mut self) -> Result<bool, StartError> {
        let begun = Instant::now();
        for _ in 0..BASELINES {
            let baseline = self.replay(self.baseline, Attempt(6));
            if self.target.ended().is_some() {
                // It bears so many connections and no more: not for this to tell.
                self.renew()?;
                return Ok(true);
            }
            if !baseline.outcome.held() {
                self.notes.push(format!(
                    "{}: even whole messages fail now and then; what failed may be chance",
                    self.ground.selected.id(Tactic::Whole)
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
    fn against_wider_custom(
        &mut self,
        fallen: Vec<(Numbered, CaseResult)>,
    ) -> Vec<(Numbered, CaseResult)> {
        let is_other = |result: &CaseResult| result.outcome.kinds() == [Kind::PrintsOther];
        if !fallen.iter().any(|(_, result)| is_other(result)) {
            return fallen;
        }
        let baseline = self.replay(self.baseline, Attempt(5));
        self.ground.learn_program(&baseline);
        let program = self.ground.program();
        let is_usual = |result: &CaseResult| match (&result.conduct, &program) {
            (Some(conduct), Some(program)) => program.custom.allows(conduct),
            _ => false,
        };
        let (usual, others): (Vec<_>, Vec<_>) = fallen
            .into_iter()
            .partition(|(_, result)| is_other(result) && is_usual(result));
        for (_, result) in usual {
            let held = CaseResult {
                outcome: Outcome::Held,
                ..result
            };
            self.results.add(held, Verdict::Pass);
        }
        others
    }

    fn confirm_group(
        &mut self,
        mut group: Vec<(Numbered, CaseResult)>,
    ) -> Result<Vec<Numbered>, StartError> {
        group.sort_by_key(|(numbered, _)| numbered.number);
        let (first, before) = group.remove(0);
        let is_silence = before.outcome.is_silence();
        let known = *self.pace;
        let replay = self.replay_as(&first, &before)?;
        let falls = !replay.outcome.held();
        let tactic = replay.tactic.clone();
        self.add_replay(before, replay);
        if falls && (is_silence || self.last_falls_too(&mut group)?) {
            for (_, mut result) in group {
                result.refer_to(&tactic);
                self.results.add(result, self.short_of());
            }
            return Ok(Vec::new());
        }
        if !falls && is_silence && self.pace.is_slower_than(known) {
            return Ok(group.into_iter().map(|(numbered, _)| numbered).collect());
        }
        for (place, (numbered, before)) in group.into_iter().enumerate() {
            // What was silent in a hurry costs little to hear out.
            if place >= AGAIN && !is_silence {
                self.results.add(before, Verdict::Flaky);
                continue;
            }
            let replay = self.replay_as(&numbered, &before)?;
            self.add_replay(before, replay);
        }
        Ok(Vec::new())
    }

    /// Plays the last of a group again as well: a peer that is wrong by chance seldom is
    /// so twice.
    fn last_falls_too(
        &mut self,
        group: &mut Vec<(Numbered, CaseResult)>,
    ) -> Result<bool, StartError> {
        let Some((last, before)) = group.pop() else {
            return Ok(true);
        };
        let replay = self.replay_as(&last, &before)?;
        let falls = !replay.outcome.held();
        self.add_replay(before, replay);
        Ok(falls)
    }

    /// What came of a case that fell and was played again.
    fn add_replay(&mut self, before: CaseResult, replay: CaseResult) {
        match replay.outcome.held() {
            true => self.add_unrepeated(before, replay),
            false => self.results.add(replay, self.short_of()),
        }
    }

    /// Plays a case again. If something else comes out than before, an earlier
    /// confirmation may have left its mark: then the peer is started anew for it.
    fn replay_as(
        &mut self,
        numbered: &Numbered,
        before: &CaseResult,
    ) -> Result<CaseResult, StartError> {
        let replay = self.replay(numbered, Attempt(1));
        let same = replay.outcome.kinds() == before.outcome.kinds();
        let alive = self.target.ended().is_none();
        if same && alive {
            return Ok(replay);
        }
        self.renew()?;
        Ok(if same {
            replay
        } else {
            self.replay(numbered, Attempt(2))
        })
    }

    /// A silence that was declared early and did not last was none.
    fn add_unrepeated(&mut self, before: CaseResult, replay: CaseResult) {
        match before.outcome.is_silence() {
            true => self.results.add(replay, Verdict::Pass),
            false => self.results.add(before, Verdict::Flaky),
        }
    }

    fn short_of(&self) -> Verdict {
        super::verdict::short_of(self.ground.selected.scenario.level)
    }

    /// Finds the case that left the peer broken, by playing those that may have done
    /// it, each alone on a fresh peer. What did not is to be played again.
    ///
    /// Where a tactic is `known` to break the peer, a case of it that was alone when
    /// the peer died needs no second death.
    pub(super) fn find_guilty(
        &mut self,
        round: &mut Round,
        known: &dyn Fn(&Family) -> bool,
    ) -> Result<Guilt, StartError> {
        let mut broken = std::mem::take(&mut round.broken);
        let death = self.target.ended();
        if let [(_, result)] = broken.as_slice()
            && result.outcome.kinds().contains(&Kind::EndedEarly)
            && known(&result.tactic.family())
            && !may_kill_late(result.tactic.family())
            && let Some(how) = death
            && let Some((_, mut result)) = broken.pop()
        {
            let family = result.tactic.family();
            result.forget();
            result.outcome.shorten("as its process ended");
            result
                .outcome
                .put_first(self.ground.tell(&Finding::Died { how }));
            self.results.add(result, self.short_of());
            self.renew()?;
            return Ok(Guilt::Found {
                family,
                innocent: Vec::new(),
            });
        }
        for suspect in suspects(&broken, round) {
            self.renew()?;
            let Some(result) = self.harm_done_by(suspect.case()) else {
                continue;
            };
            let family = result.tactic.family();
            let number = suspect.case().number;
            match suspect {
                Recent::Held(_) => self.results.take_back(family),
                Recent::Fallen(_) => round
                    .fallen
                    .retain(|(numbered, _)| numbered.number != number),
                Recent::Broken(_) => {}
            }
            self.results.add(result, self.short_of());
            let others = broken.into_iter().map(|(numbered, _)| numbered);
            let innocent = others.filter(|other| other.number != number).collect();
            self.renew()?;
            return Ok(Guilt::Found { family, innocent });
        }
        self.renew()?;
        Ok(self.acquit(broken, death))
    }

    /// No case does it alone. A silence that did not come again was none, and a case
    /// that only found the peer dead is played again; a death that nobody caused
    /// stands as it was seen.
    fn acquit(&mut self, broken: Vec<(Numbered, CaseResult)>, death: Option<Ended>) -> Guilt {
        let Some(how) = death else {
            let innocent = broken.into_iter().map(|(numbered, _)| numbered);
            return Guilt::Nobody {
                innocent: innocent.collect(),
            };
        };
        let mut innocent = Vec::new();
        for (numbered, mut result) in broken {
            if result.outcome.unreachable().is_some() {
                innocent.push(numbered);
                continue;
            }
            result
                .outcome
                .put_first(self.ground.tell(&Finding::Died { how }));
            self.results.add(result, Verdict::Flaky);
        }
        Guilt::Nobody { innocent }
    }

    /// Plays a case alone and looks what became of the peer.
    fn harm_done_by(&mut self, numbered: &Numbered) -> Option<CaseResult> {
        let mut result = self.replay(numbered, Attempt(3));
        let finding = match self.target.rest() {
            Some(how) => Finding::Died { how },
            None => Finding::NextNotServed {
                why: self.next_not_served()?,
            },
        };
        result.last_words = self.target.last_words();
        result.outcome.put_first(self.ground.tell(&finding));
        Some(result)
    }

    /// Why the baseline falls now, if it does.
    fn next_not_served(&mut self) -> Option<String> {
        match self.replay(self.baseline, Attempt(4)).outcome {
            Outcome::Fell(told) => Some(
                told.into_iter()
                    .map(|told| told.finding.what)
                    .next()
                    .unwrap_or_default(),
            ),
            Outcome::Held | Outcome::Unjudged(_) => None,
        }
    }

    fn replay(&mut self, numbered: &Numbered, attempt: Attempt) -> CaseResult {
        let gate = Gate::until(self.stop);
        let mut lookout = Lookout::new(self.target.watch(), &gate, *self.pace, Manner::Patient);
        let result = self
            .ground
            .play(numbered, attempt, self.target, &mut lookout);
        self.pace.learn(lookout.pace);
        result
    }

    fn renew(&mut self) -> Result<(), StartError> {
        *self.restarts += self.target.renew()?;
        Ok(())
    }
}
