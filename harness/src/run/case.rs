//! One case: a connection, a play, a judgement.

use std::time::Instant;

use super::account::{Boundaries, Played};
use super::log::Log;
use super::lookout::Lookout;
use super::player::{Part, Player};
use super::result::{CaseResult, Outcome};
use super::selection::Selected;
use super::target::Target;
use super::tell::tell;
use super::voice::Voice;
use crate::judge::{Finding, Hearing, Observed, due, judge};
use crate::scenario::{Action, Bindings, Side};
use crate::tactic::{Case, Script};
use crate::wire::link::{ConnectError, Evidence, Link, Options, Pacer};

/// What all cases of a scenario have in common.
pub(super) struct Ground<'s> {
    pub(super) selected: &'s Selected<'s>,
    pub(super) side: Side,
    pub(super) script: Script,
    /// The number from which fresh values are counted.
    pub(super) first_unique: u64,
    pub(super) pacer: Pacer,
    pub(super) evidence: Evidence,
}

/// A case with its place in the plan.
#[derive(Clone, Debug)]
pub(super) struct Numbered {
    pub(super) number: u64,
    pub(super) case: Case,
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

/// How often a case was played before; each time its fresh value is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Attempt(pub(super) u64);

/// How many attempts have fresh values of their own.
pub(super) const ATTEMPTS: u64 = 16;

impl<'s> Ground<'s> {
    fn bindings(&self, number: u64, attempt: Attempt) -> Bindings {
        let unique = self.first_unique + number * ATTEMPTS + attempt.0 % ATTEMPTS;
        Bindings::fresh(&format!("{:08}", unique % 100_000_000))
    }

    /// Plays a case and judges it.
    pub(super) fn play(
        &'s self,
        numbered: &Numbered,
        attempt: Attempt,
        target: &Target,
        lookout: &mut Lookout<'_>,
    ) -> CaseResult {
        let begun = Instant::now();
        let Case { tactic, delivery } = numbered.case.clone();
        let framing = &self.selected.suite.framing;
        let scenario = self.selected.scenario;
        let exchange = &scenario.exchange;
        let part = Part {
            exchange,
            side: self.side,
            script: &self.script,
            delivery: &delivery,
            due: due(scenario, framing, self.side, &self.script, &delivery),
            limits: &scenario.limits,
        };
        let hearing = Hearing::new(
            exchange,
            framing,
            self.side.other(),
            self.bindings(numbered.number, attempt),
        );
        let mark = target.mark();
        let deadline = begun + lookout.allowed(scenario.limits.reply);
        let options = Options {
            keep: scenario.limits.reply_bytes,
            pacer: self.pacer.clone(),
            evidence: self.evidence,
            ..Options::default()
        };
        let played = match Link::connect(target.addr(), &options, deadline) {
            Ok(link) => {
                let voice = Voice::new(scenario, framing, self.side, &self.script);
                let output = self.watches_output().then_some((target, mark));
                Ok(Player::new(&part, link, hearing, voice, lookout, output).play())
            }
            Err(error) => not_connected(&error, hearing),
        };
        let (outcome, played) = match played {
            Ok(played) => (self.judged(&part, &played), Some(played)),
            Err(why) => (Outcome::Unjudged(why), None),
        };
        let (boundaries, unverified, log) = played.map_or_else(Default::default, |played| {
            (played.boundaries, played.unverified, played.log)
        });
        let last_words = if outcome.held() {
            Vec::new()
        } else {
            target.last_words()
        };
        CaseResult {
            tactic,
            delivery,
            outcome,
            took: begun.elapsed(),
            boundaries,
            unverified,
            log,
            last_words,
        }
    }

    fn judged(&self, part: &Part<'_>, played: &Played<'_>) -> Outcome {
        let findings = judge(
            part.exchange,
            part.side,
            part.due,
            &played.hearing,
            &played.observed,
        );
        if findings.is_empty() {
            return Outcome::Held;
        }
        let told = findings
            .iter()
            .map(|finding| tell(finding, part.exchange, part.side, &played.hearing));
        Outcome::Fell(told.collect())
    }

    /// Puts a finding that is about the peer, not about its words, into words.
    pub(super) fn tell(&self, finding: &Finding) -> super::result::Told {
        let framing = &self.selected.suite.framing;
        let exchange = &self.selected.scenario.exchange;
        let hearing = Hearing::new(exchange, framing, self.side.other(), Bindings::example());
        tell(finding, exchange, self.side, &hearing)
    }

    fn watches_output(&self) -> bool {
        let exchange = &self.selected.scenario.exchange;
        exchange
            .iter()
            .any(|step| step.side != self.side && matches!(step.action, Action::Prints(_)))
    }
}

/// A peer that does not take a connection is at fault; a machine that cannot make
/// one leaves nothing to judge.
fn not_connected<'s>(error: &ConnectError, hearing: Hearing<'s>) -> Result<Played<'s>, String> {
    match error {
        ConnectError::Refused { .. } | ConnectError::TimedOut { .. } => Ok(Played {
            hearing,
            observed: Observed {
                not_connected: Some(error.to_string()),
                ..Observed::default()
            },
            boundaries: Boundaries::default(),
            unverified: None,
            log: Log::default(),
        }),
        ConnectError::NoPorts { .. } | ConnectError::Machine { .. } => Err(error.to_string()),
    }
}
