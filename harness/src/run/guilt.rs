//! Which case left the peer broken.

use super::case::{Attempt, Numbered};
use super::court::Court;
use super::halt::Halt;
use super::result::{CaseResult, Outcome};
use super::round::{Recent, Round};
use crate::judge::{Finding, FindingKind};
use crate::peer::ExitStatus;
use crate::tactic::TacticFamily;
use wirecheck_report::record::Verdict;

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

fn may_kill_late(family: TacticFamily) -> bool {
    matches!(family, TacticFamily::Fin | TacticFamily::Half)
}

/// Who broke the peer.
pub(super) enum Guilt {
    /// A case of this family; these others are to be played again.
    Found {
        family: TacticFamily,
        innocent: Vec<Numbered>,
    },
    /// It did not happen again; these are to be played again.
    Nobody { innocent: Vec<Numbered> },
}

impl Court<'_, '_> {
    /// Finds the case that left the peer broken, by playing those that may have done
    /// it, each alone on a fresh peer. What did not is to be played again.
    ///
    /// Where a tactic is `known` to break the peer, a case of it that was alone when
    /// the peer died needs no second death.
    pub(super) fn find_guilty(
        &mut self,
        round: &mut Round,
        known: &dyn Fn(&TacticFamily) -> bool,
    ) -> Result<Guilt, Halt> {
        let mut broken = std::mem::take(&mut round.broken);
        let guilt = self.try_suspects(&mut broken, round, known);
        // What is left is not judged.
        round.broken = broken;
        guilt
    }

    fn try_suspects(
        &mut self,
        broken: &mut Vec<(Numbered, CaseResult)>,
        round: &mut Round,
        known: &dyn Fn(&TacticFamily) -> bool,
    ) -> Result<Guilt, Halt> {
        let death = self.target.ended();
        if let [(_, result)] = broken.as_slice()
            && result.outcome.kinds().contains(&FindingKind::EndedEarly)
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
        for suspect in suspects(broken, round) {
            self.renew()?;
            let Some(result) = self.harm_done_by(suspect.case())? else {
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
            let others = broken.drain(..).map(|(numbered, _)| numbered);
            let innocent = others.filter(|other| other.number != number).collect();
            self.renew()?;
            return Ok(Guilt::Found { family, innocent });
        }
        self.renew()?;
        Ok(self.acquit(broken.drain(..), death))
    }

    /// No case does it alone. A silence that did not come again was none, and a case
    /// that only found the peer dead is played again; a death that nobody caused
    /// stands as it was seen.
    fn acquit(
        &mut self,
        broken: impl Iterator<Item = (Numbered, CaseResult)>,
        death: Option<ExitStatus>,
    ) -> Guilt {
        let Some(how) = death else {
            let innocent = broken.map(|(numbered, _)| numbered);
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
    fn harm_done_by(&mut self, numbered: &Numbered) -> Result<Option<CaseResult>, Halt> {
        let mut result = self.replay(numbered, Attempt(3))?;
        let finding = match self.target.rest() {
            Some(how) => Finding::Died { how },
            None => match self.next_not_served()? {
                Some(why) => Finding::NextNotServed { why },
                None => return Ok(None),
            },
        };
        result.last_words = self.target.last_output();
        result.outcome.put_first(self.ground.tell(&finding));
        Ok(Some(result))
    }

    /// Why the baseline falls now, if it does.
    fn next_not_served(&mut self) -> Result<Option<String>, Halt> {
        Ok(match self.replay(self.baseline, Attempt(4))?.outcome {
            Outcome::Fell(told) => Some(
                told.into_iter()
                    .map(|told| told.finding.what)
                    .next()
                    .unwrap_or_default(),
            ),
            Outcome::Held | Outcome::Unjudged(_) => None,
        })
    }
}
