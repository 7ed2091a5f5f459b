//! After the smallest deliveries: a part of the exchange that is enough to see a failure.
//!
//! Messages are left out, and payloads are shortened ([`smaller_parts`]), as long as the part
//! passes uncut and fails in the same way under the delivery that is left of the smallest one
//! ([`ScriptPart`]). So a part is no guess: a peer that answers a shorter message in another
//! way than the whole one fails uncut, and then the part is not taken. The result is played once
//! more on a fresh peer.
//!
//! Only for servers that wirecheck starts: which messages a client sends is a matter of its
//! program, and what a part leaves behind on a running server stays.

use std::sync::Arc;

use wirecheck_report::record::StreamSize;

use super::{RESTART, Search, Shrinking, TIMEOUT};
use crate::engine::case::{NumberedCase, ScenarioContext};
use crate::engine::scenario_run::ScenarioRun;
use crate::engine::scenario_run::confirm::kinds;
use crate::engine::scenario_run::results::ShorterExchange;
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

/// A part of the exchange that is tried.
struct PlayedPart<'a> {
    part: &'a ExchangePart,
    scenario: &'a Scenario,
    case: &'a Case,
    /// The kinds of findings with which it should fail.
    kinds: &'a [FindingKind],
}

impl ScenarioRun<'_, '_, '_> {
    /// Looks for a shorter exchange for each different failure that was shrunk: deaths first,
    /// then those whose own delivery is the smallest, because these are shown.
    pub(super) fn shorten_exchanges(&mut self, shared: &mut Shrinking) -> Result<(), StopReason> {
        let has_others = self.context.planned.scenario.connection().is_some();
        if has_others || self.context.side == Side::Server || !self.engine.peer.is_ours() {
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
        if shared.cost_left < COST {
            // A part may have left something behind.
            self.engine.restart_peer()?;
        }
        Ok(())
    }

    fn shrunk_failure(&self, index: usize) -> Option<ShrunkFailure> {
        let failures = &self.results.failures;
        let smallest = failures[index].smallest.as_ref()?;
        let result = smallest.delivery.result(failures)?;
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
        let mut found = false;
        while let Some(smaller) = self.smaller_exchange(failure, &least, shared)? {
            least = smaller.part;
            found = true;
        }
        if !found {
            return Ok(None);
        }
        // What was played before may have been a reason.
        self.engine.restart_peer()?;
        self.try_part(&least, failure, shared)
    }

    /// The first smaller part that fails in the same way.
    fn smaller_exchange(
        &mut self,
        failure: &ShrunkFailure,
        least: &ExchangePart,
        shared: &mut Shrinking,
    ) -> Result<Option<ShorterExchange>, StopReason> {
        let (scenario, side) = (self.context.planned.scenario, self.context.side);
        for part in smaller_parts(least, scenario, side) {
            if shared.limit().is_some() {
                break;
            }
            let found = self.try_part(&part, failure, shared)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Plays a part, if it is an exchange and the delivery can be made of it.
    fn try_part(
        &mut self,
        part: &ExchangePart,
        failure: &ShrunkFailure,
        shared: &mut Shrinking,
    ) -> Result<Option<ShorterExchange>, StopReason> {
        let scenario = self.context.planned.scenario;
        let side = self.context.side;
        let Some(shorter) = scenario.part(part) else {
            return Ok(None);
        };
        let carried = ScriptPart {
            whole: &self.context.script,
            part: &Script::of(&shorter, side),
            messages: &part.messages_of(scenario, side),
        };
        let Some(delivery) = carried.carry_over(&failure.delivery) else {
            return Ok(None);
        };
        let played = PlayedPart {
            part,
            scenario: &shorter,
            case: &Case {
                tactic: failure.tactic.clone(),
                delivery,
            },
            kinds: &failure.kinds,
        };
        self.play_part(&played, shared)
    }

    /// Plays a part uncut, then as it should fail.
    fn play_part(
        &mut self,
        part: &PlayedPart<'_>,
        shared: &mut Shrinking,
    ) -> Result<Option<ShorterExchange>, StopReason> {
        let PlayedPart { scenario, case, .. } = *part;
        let (suite, side) = (self.context.planned.suite, self.context.side);
        let plan = Plan::of(suite, scenario, side, &CaseChoice::default());
        let whole = plan.case(&Tactic::Whole);
        let Some(whole) = whole.filter(|it| it.delivery != case.delivery) else {
            // Nothing of what fails is left.
            return Ok(None);
        };
        let planned = PlannedScenario {
            suite,
            scenario,
            plan: &plan,
            is_in_shard: true,
        };
        let context = ScenarioContext {
            read_proof: self.context.read_proof,
            place: self.context.place,
            ..ScenarioContext::new(planned, side, self.context.unique)
        };
        let script = context.script.clone();
        let of = size(&self.context.script);
        let mut run = ScenarioRun::new(self.engine, context);
        let case = NumberedCase::new(1, case.clone());
        let mut search = Search::of(shared, part.kinds, &script, case.clone());
        if !run.passes_uncut(&whole, &mut search)? {
            return self.recover(shared).map(|()| None);
        }
        let result = run.try_delivery(&mut search, &case.case.delivery)?;
        let is_same = kinds(&result) == part.kinds;
        Ok(is_same.then(|| ShorterExchange {
            part: part.part.clone(),
            sent: size(&script),
            of,
            tactic: plan.tactic_of(&case.case.delivery),
            result: Box::new(result),
        }))
    }

    /// Whether a part passes uncut, twice on one peer: what is left out may have undone what
    /// the rest does. Learns what the peer does not wait for.
    fn passes_uncut(&mut self, whole: &Case, search: &mut Search<'_>) -> Result<bool, StopReason> {
        for _ in 0..2 {
            let timeouts = self.engine.timings.timeouts;
            let uncut = self.replay(&NumberedCase::new(0, whole.clone()))?;
            search.pay(self.cost_of(&uncut));
            search.pay(TIMEOUT * (self.engine.timings.timeouts - timeouts));
            if !uncut.outcome.has_passed() {
                return Ok(false);
            }
            let unawaited = &mut self.context.learnt.unawaited_steps;
            unawaited.extend(&uncut.unawaited_steps);
        }
        Ok(true)
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
