//! What fell short is played again before it is reported: on a fresh peer, alone
//! and patiently.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use wirecheck_report::record::Verdict;

use super::case::{Attempt, Ground, Numbered};
use super::gate::Gate;
use super::lookout::{Lookout, Lull, Manner, Pace};
use super::result::{CaseResult, Outcome, Results, Told};
use super::round::Round;
use super::target::Target;
use crate::judge::{Finding, Kind};
use crate::peer::StartError;
use crate::tactic::{Case, Family};

/// How many cases of a group are played again when the first of them held.
const AGAIN: usize = 32;
/// How long a peer may take to come to rest, or to die of what was done to it.
const REST: Duration = Duration::from_secs(2);

/// Confirms failures against one peer.
pub(super) struct Court<'c, 's> {
    pub(super) ground: &'s Ground<'s>,
    pub(super) baseline: &'c Numbered,
    pub(super) target: &'c mut Target,
    pub(super) pace: Pace,
    pub(super) results: &'c mut Results,
    pub(super) restarts: &'c mut u32,
}

/// Cases that fell in the same way are confirmed by the first of them.
type Groups = BTreeMap<(Family, Vec<Kind>), Vec<(Numbered, CaseResult)>>;

impl<'s> Court<'_, 's> {
    /// Confirms what fell in a round.
    pub(super) fn confirm(
        &mut self,
        fallen: Vec<(Numbered, CaseResult)>,
    ) -> Result<(), StartError> {
        let mut groups = Groups::new();
        for (numbered, result) in fallen {
            let key = (result.tactic.family(), result.outcome.kinds());
            groups.entry(key).or_default().push((numbered, result));
        }
        groups
            .into_values()
            .try_for_each(|group| self.confirm_group(group))
    }

    fn confirm_group(&mut self, mut group: Vec<(Numbered, CaseResult)>) -> Result<(), StartError> {
        group.sort_by_key(|(numbered, _)| numbered.number);
        let (first, before) = group.remove(0);
        self.renew()?;
        let replay = self.replay(&first, Attempt(1));
        if !replay.outcome.held() {
            self.results.add(replay, self.short_of());
            for (_, result) in group {
                self.results.add(result, self.short_of());
            }
            return Ok(());
        }
        self.add_unrepeated(before, replay);
        for (played, (numbered, before)) in group.into_iter().enumerate() {
            if played >= AGAIN {
                self.results.add(before, Verdict::Flaky);
                continue;
            }
            if self.target.ended().is_some() {
                self.renew()?;
            }
            let replay = self.replay(&numbered, Attempt(1));
            match replay.outcome.held() {
                true => self.add_unrepeated(before, replay),
                false => self.results.add(replay, self.short_of()),
            }
        }
        Ok(())
    }

    /// A silence that was declared early and did not last was none.
    fn add_unrepeated(&mut self, before: CaseResult, replay: CaseResult) {
        match before.outcome.kinds().iter().all(|kind| kind.is_silence()) {
            true => self.results.add(replay, Verdict::Pass),
            false => self.results.add(before, Verdict::Flaky),
        }
    }

    fn short_of(&self) -> Verdict {
        super::stage::short_of(self.ground.selected.scenario.level)
    }

    /// Finds the case that left the peer broken, by playing those that may have done
    /// it, each alone on a fresh peer. What did not is to be played again.
    pub(super) fn find_guilty(&mut self, round: &mut Round) -> Result<Guilt, StartError> {
        let broken = std::mem::take(&mut round.broken);
        let mut suspects: Vec<Suspect> = broken
            .iter()
            .rev()
            .map(|(numbered, _)| Suspect::fallen(numbered))
            .collect();
        suspects.extend(round.history.iter().map(Suspect::held));
        for suspect in &suspects {
            self.renew()?;
            let Some(result) = self.harm_done_by(&suspect.case) else {
                continue;
            };
            let family = result.tactic.family();
            if suspect.had_held {
                self.results.take_back(family);
            }
            self.results.add(result, self.short_of());
            let innocent = broken.into_iter().map(|(numbered, _)| numbered);
            let innocent = innocent
                .filter(|numbered| numbered.number != suspect.case.number)
                .collect();
            self.renew()?;
            return Ok(Guilt::Found { family, innocent });
        }
        self.renew()?;
        for (_, result) in broken {
            self.results.add(result, Verdict::Flaky);
        }
        Ok(Guilt::Nobody)
    }

    /// Plays a case alone and looks what became of the peer.
    fn harm_done_by(&mut self, numbered: &Numbered) -> Option<CaseResult> {
        let mut result = self.replay(numbered, Attempt(2));
        self.rest();
        let finding = match self.target.ended() {
            Some(how) => Finding::Died { how },
            None => {
                let next = self.replay(self.baseline, Attempt(3));
                let Outcome::Fell(told) = next.outcome else {
                    return None;
                };
                let why = told.first().map(|told| told.finding.what.clone());
                Finding::NextNotServed {
                    why: why.unwrap_or_default(),
                }
            }
        };
        let mut told: Vec<Told> = vec![self.ground.tell(&finding)];
        if let Outcome::Fell(more) = result.outcome {
            told.extend(more);
        }
        result.outcome = Outcome::Fell(told);
        result.last_words = self.target.last_words();
        Some(result)
    }

    /// Waits until the peer sleeps or is dead.
    fn rest(&mut self) {
        let gate = Gate::default();
        let mut lookout = Lookout::new(self.target.watch(), &gate, self.pace, Manner::Brisk);
        let deadline = Instant::now() + REST;
        while self.target.ended().is_none() && Instant::now() < deadline {
            let lull = lookout.lull_unless(&mut |until| {
                std::thread::sleep(until.saturating_duration_since(Instant::now()));
                false
            });
            if lull != Lull::Busy {
                return;
            }
        }
    }

    fn replay(&self, numbered: &Numbered, attempt: Attempt) -> CaseResult {
        let gate = Gate::default();
        let mut lookout = Lookout::new(self.target.watch(), &gate, self.pace, Manner::Careful);
        self.ground
            .play(numbered, attempt, self.target, &mut lookout)
    }

    fn renew(&mut self) -> Result<(), StartError> {
        if self.target.is_ours() {
            *self.restarts += 1;
        }
        self.target.renew()
    }
}

/// Who broke the peer.
pub(super) enum Guilt {
    /// A case of this family; these others are to be played again.
    Found {
        family: Family,
        innocent: Vec<Numbered>,
    },
    /// It did not happen again.
    Nobody,
}

struct Suspect {
    case: Numbered,
    had_held: bool,
}

impl Suspect {
    fn fallen(numbered: &Numbered) -> Self {
        Self {
            case: numbered.clone(),
            had_held: false,
        }
    }

    fn held(numbered: &Numbered) -> Self {
        Self {
            case: numbered.clone(),
            had_held: true,
        }
    }
}

impl Numbered {
    /// The case with this place in the plan.
    pub(super) fn new(number: usize, case: Case) -> Self {
        Self {
            number: number as u64,
            case,
        }
    }
}
