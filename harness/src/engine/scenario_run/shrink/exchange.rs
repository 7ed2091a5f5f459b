//! After the smallest deliveries: a part of the exchange that is enough to see a failure.
//!
//! Messages are left out, and payloads are shortened ([`smaller_parts`]), as long as the part
//! passes uncut and fails in the same way under the delivery that is left of the smallest one
//! ([`ScriptPart`]). So a part is no guess: a peer that answers a shorter message in another
//! way than the whole one fails uncut, and then the part is not taken.
//!
//! Only for servers: which messages a client sends is a matter of its program.

use std::sync::Arc;

use wirecheck_report::record::StreamSize;

use super::{RESTART, Search, Shrinking, TIMEOUT};
use crate::engine::case::{Learnt, NumberedCase, ScenarioContext};
use crate::engine::scenario_run::ScenarioRun;
use crate::engine::scenario_run::confirm::kinds;
use crate::engine::scenario_run::results::{ShorterExchange, Smallest, SmallestDelivery};
use crate::engine::selection::PlannedScenario;
use crate::engine::settings::StopReason;
use crate::judge::FindingKind;
use crate::scenario::{ExchangePart, Scenario, Side};
use crate::tactic::{
    Case, CaseChoice, Delivery, Offset, Plan, Script, ScriptPart, Tactic, smaller_parts,
};

/// What the search may cost for all failures of a scenario: a dozen silences.
const COST: u32 = 192;

/// A longer delivery stays long: it has a huge message or header, and that is what fails.
const LONGEST: Offset = Offset::new(1 << 20);

/// A failure whose exchange is made shorter.
#[derive(Clone, Debug, PartialEq)]
struct ShrunkFailure {
    tactic: Tactic,
    delivery: Delivery,
    kinds: Vec<FindingKind>,
}

impl ScenarioRun<'_, '_, '_> {
    /// Looks for a shorter exchange for each different failure that was shrunk: deaths first,
    /// then those whose own delivery is the smallest, because these are shown.
    pub(super) fn shorten_exchanges(&mut self, shared: &mut Shrinking) -> Result<(), StopReason> {
        if self.context.side == Side::Server {
            return Ok(());
        }
        shared.cost_left = COST;
        let mut failures: Vec<_> = (0..self.results.failures.len())
            .filter_map(|index| Some((index, self.shrunk_failure(index)?)))
            .collect();
        let is_death = |kinds: &[FindingKind]| kinds.contains(&FindingKind::Died);
        failures.sort_by_key(|(index, it)| {
            let is_its_own = self.results.failures[*index].result.tactic == it.tactic;
            (!is_death(&it.kinds), !is_its_own, it.tactic.family())
        });
        while let Some((_, first)) = failures.first() {
            if shared.cost_left == 0 {
                break;
            }
            let first = first.clone();
            let is_same =
                |it: &ShrunkFailure| (&it.delivery, &it.kinds) == (&first.delivery, &first.kinds);
            let shorter = self.shortest_exchange(&first, shared)?.map(Arc::new);
            for (index, _) in failures.extract_if(.., |(_, it)| is_same(it)) {
                if let Some(smallest) = &mut self.results.failures[index].smallest {
                    smallest.shorter.clone_from(&shorter);
                }
            }
        }
        Ok(())
    }

    fn shrunk_failure(&self, index: usize) -> Option<ShrunkFailure> {
        let failure = &self.results.failures[index];
        let result = match &failure.smallest {
            Some(Smallest {
                delivery: SmallestDelivery::Found { result, .. },
                ..
            }) => result,
            Some(Smallest {
                delivery: SmallestDelivery::Planned(tactic),
                ..
            }) => {
                let mut results = self.results.failures.iter().map(|it| &it.result);
                results.find(|it| it.tactic == *tactic)?
            }
            None => return None,
        };
        if result.delivery.delivered() > LONGEST {
            return None;
        }
        Some(ShrunkFailure {
            tactic: result.tactic.clone(),
            delivery: result.delivery.clone(),
            kinds: kinds(result),
        })
    }

    fn shortest_exchange(
        &mut self,
        failure: &ShrunkFailure,
        shared: &mut Shrinking,
    ) -> Result<Option<ShorterExchange>, StopReason> {
        let mut least = ExchangePart::whole(self.context.planned.scenario);
        let mut shortest = None;
        while let Some(smaller) = self.smaller_exchange(failure, &least, shared)? {
            least = smaller.part.clone();
            shortest = Some(smaller);
        }
        Ok(shortest)
    }

    /// The first smaller part that fails in the same way.
    fn smaller_exchange(
        &mut self,
        failure: &ShrunkFailure,
        least: &ExchangePart,
        shared: &mut Shrinking,
    ) -> Result<Option<ShorterExchange>, StopReason> {
        let PlannedScenario {
            suite, scenario, ..
        } = self.context.planned;
        let side = self.context.side;
        for part in smaller_parts(least, scenario, side) {
            if shared.limit().is_some() {
                break;
            }
            let Some(shorter) = scenario.part(&part, suite.framing()) else {
                continue;
            };
            let carried = ScriptPart {
                whole: &self.context.script,
                part: &Script::of(&shorter, suite.framing(), side),
                messages: &part.messages_of(scenario, side),
            };
            let Some(delivery) = carried.carry_over(&failure.delivery) else {
                continue;
            };
            let played = ShrunkFailure {
                delivery,
                ..failure.clone()
            };
            let found = self.play_part(&part, &shorter, &played, shared)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Plays a part uncut, then as it should fail. It is a scenario of its own.
    fn play_part(
        &mut self,
        part: &ExchangePart,
        scenario: &Scenario,
        failure: &ShrunkFailure,
        shared: &mut Shrinking,
    ) -> Result<Option<ShorterExchange>, StopReason> {
        let (suite, side) = (self.context.planned.suite, self.context.side);
        let plan = Plan::of(suite, scenario, side, &CaseChoice::default());
        let Some(whole) = plan.case(&Tactic::Whole) else {
            return Ok(None);
        };
        let case = Case {
            tactic: failure.tactic.clone(),
            delivery: failure.delivery.clone(),
        };
        let planned = PlannedScenario {
            suite,
            scenario,
            plan: &plan,
        };
        let context = ScenarioContext {
            read_proof: self.context.read_proof,
            place: self.context.place,
            ..ScenarioContext::new(planned, side, self.context.unique)
        };
        let script = context.script.clone();
        let of = size(&self.context.script);
        let mut run = ScenarioRun::new(self.engine, context);
        let mut search = Search::of(shared, &failure.kinds, &script, NumberedCase::new(1, case));
        let timeouts = run.engine.timings.timeouts;
        let uncut = run.replay(&NumberedCase::new(0, whole))?;
        search.pay(run.cost_of(&uncut));
        search.pay(TIMEOUT * (run.engine.timings.timeouts - timeouts));
        if !uncut.outcome.has_passed() {
            return self.recover(shared).map(|()| None);
        }
        run.context.learnt = Learnt {
            unawaited_steps: uncut.unawaited_steps.iter().copied().collect(),
            ..Learnt::default()
        };
        let result = run.try_delivery(&mut search, &failure.delivery)?;
        Ok((kinds(&result) == failure.kinds).then(|| ShorterExchange {
            part: part.clone(),
            sent: size(&script),
            of,
            tactic: plan.tactic_of(&failure.delivery),
            result: Box::new(result),
        }))
    }

    /// Starts the peer again if a part broke it.
    fn recover(&mut self, shared: &mut Shrinking) -> Result<(), StopReason> {
        if self.is_broken()? {
            shared.cost_left = shared.cost_left.saturating_sub(RESTART);
            self.engine.restart_peer()?;
        }
        Ok(())
    }
}

fn size(script: &Script) -> StreamSize {
    StreamSize {
        messages: script.messages.len() as u64,
        bytes: script.len() as u64,
    }
}
