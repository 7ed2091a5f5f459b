//! The last phase before the report: the smallest delivery that fails in each way.
//!
//! Confirmed failures are grouped as in `confirm`. The search begins with the failure of a
//! group that has the least [`Weight`](crate::tactic::Weight), and goes on with smaller deliveries
//! ([`Delivery::smaller`]) as long as one fails with the same kinds of findings. What the
//! batches showed of a delivery is not played again. The result is played once more on a
//! fresh peer, which gives the evidence.
//!
//! How far the search goes is counted in tries, not in time, so that two runs end with the
//! same delivery. A try after which the peer must be started again, or that is a silence,
//! counts as several.

mod exchange;

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use wirecheck_report::record::{ShrinkLimit, Verdict};

use super::ScenarioRun;
use super::confirm::kinds;
use super::results::{JudgedFailure, Smallest, SmallestDelivery};
use crate::engine::case::{CaseResult, NumberedCase, Outcome};
use crate::engine::settings::StopReason;
use crate::judge::FindingKind;
use crate::tactic::{Case, Delivery, OtherConnections, Script, TacticFamily};

/// What the search may cost: for one group of failures, and for all of a scenario. Forty
/// cuts of which two matter take about fifty tries.
const GROUP_COST: u32 = 256;
const SCENARIO_COST: u32 = 1_024;
/// A connection to a running peer: usually less than a millisecond.
const TRY: u32 = 1;
/// A client that is started for the try: some ten milliseconds.
const STARTED_TRY: u32 = 4;
/// A silence: 60 ms or more.
const SILENCE: u32 = 16;
/// A silence of a peer that spins: a second or more.
const SPIN: u32 = 64;
/// A peer that must be started again: a tenth of a second or more.
const RESTART: u32 = 32;
/// How many connections that are opened and dropped before a delivery count as a try.
const CHURNED: u32 = 16;
/// A wait that lasts to its limit: usually 5 s.
const TIMEOUT: u32 = 128;
/// After so much time no further try is made in a scenario. Only a slow peer needs so
/// long, and then the result may differ from run to run.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// The failures of a scenario that fail in the same way, by their place in the results.
type Groups = BTreeMap<(TacticFamily, Vec<FindingKind>), Vec<usize>>;

/// What is known of all deliveries of a scenario, and what may still be tried.
struct Shrinking {
    known: KnownDeliveries,
    cost_left: u32,
    begun: Instant,
}

/// With which kinds of findings deliveries failed; none of a kind if they passed.
struct KnownDeliveries {
    kinds: HashMap<Delivery, Vec<FindingKind>>,
    /// Those that failed, in the order of their tactics.
    failed: Vec<Delivery>,
}

/// The search for the smallest delivery of one group.
struct Search<'g> {
    /// What all groups of the scenario share.
    shared: &'g mut Shrinking,
    /// What the failures of the group have in common.
    kinds: &'g [FindingKind],
    script: &'g Script,
    /// The case of which smaller deliveries are played.
    case: NumberedCase,
    /// Whether a delivery failed in the same way.
    tried: HashMap<Delivery, bool>,
    /// The smallest delivery by now.
    least: Delivery,
    tries: u64,
    cost_left: u32,
    cut_short_by: Option<ShrinkLimit>,
}

impl ScenarioRun<'_, '_, '_> {
    /// Shrinks one failure of each group, those of simple tactics first.
    pub(super) fn shrink(&mut self) -> Result<(), StopReason> {
        let groups = self.shrinkable();
        // Only the cases that were given are played.
        if groups.is_empty() || self.context.planned.plan.is_given() {
            return Ok(());
        }
        let script = self.context.script.clone();
        let mut shrinking = Shrinking {
            known: self.known_deliveries(),
            cost_left: SCENARIO_COST,
            begun: Instant::now(),
        };
        for ((_, kinds), group) in groups {
            let weight = |index: &usize| self.delivery_of(*index).weight(&script);
            let simplest = group.iter().copied().min_by_key(weight);
            let Some(simplest) = simplest else { continue };
            let case = self.case_of(simplest);
            let mut search = Search::of(&mut shrinking, &kinds, &script, case);
            self.find_smallest(&mut search)?;
            let smallest = self.confirm_smallest(search)?;
            let smallest = smallest.or_else(|| self.fall_back(&group));
            self.results.failures[simplest].smallest = smallest;
        }
        self.shorten_exchanges(&mut shrinking)
    }

    fn shrinkable(&self) -> Groups {
        let mut groups = Groups::new();
        let failures = self.results.failures.iter().enumerate();
        for (index, failure) in failures.filter(|(_, it)| can_be_shrunk(it)) {
            let key = (failure.result.tactic.family(), kinds(&failure.result));
            groups.entry(key).or_default().push(index);
        }
        for group in groups.values_mut() {
            // The results of a batch have no order.
            group.sort_by_key(|index| &self.results.failures[*index].result.tactic);
        }
        groups
    }

    fn delivery_of(&self, failure: usize) -> &Delivery {
        &self.results.failures[failure].result.delivery
    }

    fn known_deliveries(&self) -> KnownDeliveries {
        let plan = self.context.planned.plan;
        let passed = self.results.passed.iter();
        let passed = passed.filter_map(|tactic| plan.case(tactic));
        let mut known: HashMap<_, _> = passed.map(|it| (it.delivery, Vec::new())).collect();
        let failures = self.results.failures.iter().filter(|it| can_be_shrunk(it));
        let mut failed: Vec<_> = failures.map(|it| &it.result).collect();
        failed.sort_by_key(|it| &it.tactic);
        known.extend(failed.iter().map(|it| (it.delivery.clone(), kinds(it))));
        KnownDeliveries {
            kinds: known,
            failed: failed.iter().map(|it| it.delivery.clone()).collect(),
        }
    }

    fn case_of(&self, failure: usize) -> NumberedCase {
        let CaseResult {
            tactic, delivery, ..
        } = &self.results.failures[failure].result;
        let mut planned = self.context.planned.plan.tactics();
        let number = planned.position(|it| it == *tactic);
        let case = Case {
            tactic: tactic.clone(),
            delivery: delivery.clone(),
        };
        NumberedCase::new(number.unwrap_or_default(), case)
    }

    /// Takes smaller deliveries until none fails in the same way.
    fn find_smallest(&mut self, search: &mut Search<'_>) -> Result<(), StopReason> {
        if let Some(part) = search.least_known_part() {
            search.least = part;
        }
        while let Some(smaller) = self.next_smaller(search)? {
            search.least = smaller;
        }
        Ok(())
    }

    /// A delivery that is smaller than the smallest by now and fails in the same way.
    fn next_smaller(&mut self, search: &mut Search<'_>) -> Result<Option<Delivery>, StopReason> {
        let (least, script) = (search.least.clone(), search.script);
        for smaller in least.smaller(script) {
            let is_same = match search.known(&smaller) {
                Some(is_same) => is_same,
                None => {
                    search.cut_short_by = search.limit();
                    if search.cut_short_by.is_some() {
                        return Ok(None);
                    }
                    let result = self.try_delivery(search, &smaller)?;
                    let is_same = kinds(&result) == search.kinds;
                    search.tried.insert(smaller.clone(), is_same);
                    is_same
                }
            };
            if is_same {
                return Ok(Some(smaller));
            }
        }
        Ok(None)
    }

    /// Plays a delivery alone, at the cost of the search.
    fn try_delivery(
        &mut self,
        search: &mut Search<'_>,
        delivery: &Delivery,
    ) -> Result<CaseResult, StopReason> {
        let restarts = self.engine.record.restarts;
        let timeouts = self.engine.timings.timeouts;
        let result = self.play_for(search, delivery)?;
        search.pay(self.cost_of(&result));
        search.pay(RESTART * (self.engine.record.restarts - restarts));
        search.pay(TIMEOUT * (self.engine.timings.timeouts - timeouts));
        Ok(result)
    }

    fn cost_of(&self, result: &CaseResult) -> u32 {
        let silence = if !result.outcome.is_silence() {
            0
        } else if self.engine.timings.has_spun {
            SPIN
        } else {
            SILENCE
        };
        let churned = match result.delivery.other_connections() {
            OtherConnections::Churned(times) => u32::from(times.get()) / CHURNED,
            _ => 0,
        };
        let connection = if self.engine.peer.is_new_each_time() {
            STARTED_TRY
        } else {
            TRY
        };
        connection + churned + silence
    }

    /// Plays a delivery alone. The peer serves the next connection afterwards.
    fn play_for(
        &mut self,
        search: &mut Search<'_>,
        delivery: &Delivery,
    ) -> Result<CaseResult, StopReason> {
        search.tries += 1;
        let case = search.case_with(delivery);
        if search.breaks_peer() {
            let broken = self.play_suspect_twice(&case)?;
            return match broken {
                Some(result) => self.engine.restart_peer().map(|()| result),
                None => Ok(CaseResult::new(&case.case, Outcome::Passed)),
            };
        }
        let mut result = self.replay(&case)?;
        if result.outcome.unreachable().is_some() {
            // The delivery before it broke the peer late.
            self.engine.restart_peer()?;
            result = self.replay(&case)?;
        }
        if !result.outcome.has_passed() && self.is_broken()? {
            if !self.engine.peer.is_ours() {
                // What is tried now would fail whatever is sent.
                search.pay(u32::MAX);
            }
            self.engine.restart_peer()?;
        }
        Ok(result)
    }

    fn is_broken(&mut self) -> Result<bool, StopReason> {
        if self.engine.peer.is_new_each_time() {
            return Ok(false);
        }
        Ok(self.engine.peer.ended().is_some() || self.next_not_served()?.is_some())
    }

    /// Plays the smallest delivery once more, on a fresh peer if something else comes out,
    /// unless it is the one of a case that was confirmed.
    fn confirm_smallest(&mut self, mut search: Search<'_>) -> Result<Option<Smallest>, StopReason> {
        let least = search.least.clone();
        if let Some(case) = self.confirmed_with(&least, search.kinds) {
            let delivery = SmallestDelivery::Planned(case.tactic.clone());
            return Ok(Some(search.into_smallest(delivery)));
        }
        let mut result = self.play_for(&mut search, &least)?;
        if kinds(&result) != search.kinds {
            self.engine.restart_peer()?;
            result = self.play_for(&mut search, &least)?;
        }
        if kinds(&result) != search.kinds {
            return Ok(None);
        }
        let tactic = self.context.planned.plan.tactic_of(&least);
        let result = Box::new(result);
        let delivery = SmallestDelivery::Found { result, tactic };
        Ok(Some(search.into_smallest(delivery)))
    }

    /// The case with this delivery, if it failed in the same way and its evidence is kept.
    fn confirmed_with(&self, delivery: &Delivery, same: &[FindingKind]) -> Option<&CaseResult> {
        let failures = self.results.failures.iter().filter(|it| can_be_shrunk(it));
        let mut results = failures.map(|it| &it.result);
        results.find(|it| it.has_evidence && it.delivery == *delivery && kinds(it) == same)
    }

    /// The case of a group that was confirmed: smaller deliveries did not fail again.
    fn fall_back(&self, group: &[usize]) -> Option<Smallest> {
        let mut results = group.iter().map(|it| &self.results.failures[*it].result);
        let confirmed = results.find(|it| it.has_evidence)?;
        Some(Smallest {
            delivery: SmallestDelivery::Planned(confirmed.tactic.clone()),
            tries: 0,
            cut_short_by: Some(ShrinkLimit::Unsteady),
            shorter: None,
        })
    }
}

/// Whether a failure is confirmed, and fails alone because of its delivery. How much memory a
/// peer takes depends on the size of the delivery.
fn can_be_shrunk(failure: &JudgedFailure) -> bool {
    let result = &failure.result;
    let depends_on_more = |kind: &FindingKind| {
        let depends = [
            FindingKind::Leaks,
            FindingKind::MemoryGrows,
            FindingKind::Interference,
            FindingKind::CrossTalk,
        ];
        kind.is_unreachable() || depends.contains(kind)
    };
    matches!(failure.verdict, Verdict::Fail | Verdict::Nonstrict)
        && matches!(result.outcome, Outcome::Failed(_))
        && result.depends_on.is_none()
        // What a variation fails under is made smaller where it is played.
        && !matches!(
            result.tactic.family(),
            TacticFamily::Whole | TacticFamily::Content
        )
        && !result.outcome.kinds().iter().any(depends_on_more)
}

impl Shrinking {
    /// Why nothing further is tried.
    fn limit(&self) -> Option<ShrinkLimit> {
        if self.cost_left == 0 {
            Some(ShrinkLimit::Tries)
        } else if self.begun.elapsed() > TIME_LIMIT {
            Some(ShrinkLimit::Time)
        } else {
            None
        }
    }
}

impl<'g> Search<'g> {
    /// A search that begins with the delivery of a case.
    fn of(
        shared: &'g mut Shrinking,
        kinds: &'g [FindingKind],
        script: &'g Script,
        case: NumberedCase,
    ) -> Self {
        Self {
            shared,
            kinds,
            script,
            least: case.case.delivery.clone(),
            case,
            tried: HashMap::new(),
            tries: 0,
            cost_left: GROUP_COST,
            cut_short_by: None,
        }
    }

    /// Whether a delivery fails in the same way, if that is known.
    fn known(&self, delivery: &Delivery) -> Option<bool> {
        let tried = self.tried.get(delivery).copied();
        tried.or_else(|| Some(self.shared.known.kinds.get(delivery)? == self.kinds))
    }

    /// A known failure of the same kind that is a part of the delivery.
    fn least_known_part(&self) -> Option<Delivery> {
        let failed = self.shared.known.failed.iter();
        let same = failed.filter(|it| self.known(it) == Some(true));
        let parts = same.filter(|it| it.is_part_of(&self.least, self.script));
        parts.min_by_key(|it| it.weight(self.script)).cloned()
    }

    /// Why no further delivery is tried.
    fn limit(&self) -> Option<ShrinkLimit> {
        match self.cost_left {
            0 => Some(ShrinkLimit::Tries),
            _ => self.shared.limit(),
        }
    }

    fn pay(&mut self, cost: u32) {
        self.cost_left = self.cost_left.saturating_sub(cost);
        self.shared.cost_left = self.shared.cost_left.saturating_sub(cost);
    }

    /// Whether the failure shows in what becomes of the peer.
    fn breaks_peer(&self) -> bool {
        let breaks = [
            FindingKind::Died,
            FindingKind::NextNotServed,
            FindingKind::Spins,
        ];
        self.kinds.iter().any(|kind| breaks.contains(kind))
    }

    fn case_with(&self, delivery: &Delivery) -> NumberedCase {
        let mut case = self.case.clone();
        case.case.delivery = delivery.clone();
        case
    }

    fn into_smallest(self, delivery: SmallestDelivery) -> Smallest {
        Smallest {
            delivery,
            tries: self.tries,
            cut_short_by: self.cut_short_by,
            shorter: None,
        }
    }
}
