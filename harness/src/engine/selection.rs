//! Which scenarios and which of their cases a run plays.

use std::collections::BTreeSet;

use wirecheck_report::{fnv1a, record};

use super::shard::Shard;
use crate::scenario::{Scenario, Side, Suite};
use crate::tactic::{Case, CaseChoice, CaseId, Plan, Profile, Seed, Tactic, TacticFamily};

/// How variations of the messages are delivered.
pub(super) const DELIVERS_VARIATIONS: [TacticFamily; 6] = [
    TacticFamily::Whole,
    TacticFamily::Bytes,
    TacticFamily::Cut,
    TacticFamily::Random,
    TacticFamily::Joined,
    TacticFamily::JoinedCut,
];

/// Suites with the cases that were selected of them. The cases of each scenario are
/// planned once.
#[derive(Clone, Debug)]
pub struct Selection {
    suites: Vec<Suite>,
    /// The plans of all scenarios, in their order.
    plans: Vec<Plan>,
    side: Side,
    cases: CaseChoice,
    /// With the scenarios that are for peers on the side that wirecheck plays.
    left_out: Vec<Suite>,
    /// Which of several parts of the run is played, and for each scenario whether it is in it.
    shard: Option<(Shard, Vec<bool>)>,
}

/// A scenario with its cases.
#[derive(Clone, Copy, Debug)]
pub struct PlannedScenario<'a> {
    /// The suite that it belongs to.
    pub suite: &'a Suite,
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Its cases.
    pub plan: &'a Plan,
    /// Whether this part of the run plays it.
    pub is_in_shard: bool,
}

impl Selection {
    /// Plans the cases of all scenarios, with `side` played by wirecheck.
    #[must_use]
    pub fn new(suites: Vec<Suite>, side: Side, cases: CaseChoice) -> Self {
        let scenarios = suites
            .iter()
            .flat_map(|suite| suite.scenarios().iter().map(move |it| (suite, it)));
        let plans = scenarios
            .map(|(suite, it)| Plan::of(suite, it, side, &cases))
            .collect();
        Self {
            suites,
            plans,
            side,
            cases,
            left_out: Vec::new(),
            shard: None,
        }
    }

    /// The deliveries of a variation that a correct peer must answer in the same way. What it
    /// makes of a part of a message whose meaning is not known, nobody can say.
    pub(super) fn of_variation(suite: &Suite, side: Side, seed: Seed, profile: Profile) -> Self {
        let pattern = |it: TacticFamily| it.as_str().parse().expect("a pattern of a tactic");
        let only = DELIVERS_VARIATIONS.into_iter().map(pattern).collect();
        let choice = CaseChoice {
            profile,
            seed,
            only,
        };
        Self::new(vec![suite.clone()], side, choice)
    }

    /// Plays only the scenarios of this part of the run.
    #[must_use]
    pub fn in_shard(self, shard: Shard) -> Self {
        let cases: Vec<_> = self.plans.iter().map(|plan| plan.count() as u64).collect();
        Self {
            shard: Some((shard, shard.picks(&cases))),
            ..self
        }
    }

    /// Notes the scenarios that are left out because they are for peers on the side that
    /// wirecheck plays.
    #[must_use]
    pub fn leaving_out(self, left_out: Vec<Suite>) -> Self {
        Self { left_out, ..self }
    }

    /// Replaces the planned cases of each scenario by those that are given for it.
    #[must_use]
    pub fn with_cases(self, cases: impl Fn(PlannedScenario<'_>) -> Vec<Case>) -> Self {
        self.changing_plans(|planned| planned.plan.clone().with_cases(cases(planned)))
    }

    /// Plays some cases of each scenario before the others.
    #[must_use]
    pub fn playing_first(self, first: impl Fn(PlannedScenario<'_>) -> BTreeSet<Tactic>) -> Self {
        self.changing_plans(|planned| planned.plan.clone().playing_first(first(planned)))
    }

    fn changing_plans(self, change: impl Fn(PlannedScenario<'_>) -> Plan) -> Self {
        let plans = self.whole_run().map(change).collect();
        Self { plans, ..self }
    }

    /// The scenarios that are played, in their order.
    pub fn scenarios(&self) -> impl Iterator<Item = PlannedScenario<'_>> {
        self.whole_run().filter(|planned| planned.is_in_shard)
    }

    /// The first of them.
    pub(super) fn first(&self) -> PlannedScenario<'_> {
        let first = self.scenarios().next();
        first.expect("a scenario was selected")
    }

    /// The scenarios of all shards, in their order.
    pub fn whole_run(&self) -> impl Iterator<Item = PlannedScenario<'_>> {
        let all = self
            .suites
            .iter()
            .flat_map(|suite| suite.scenarios().iter().map(move |it| (suite, it)));
        let planned = all.zip(&self.plans).enumerate();
        planned.map(|(index, ((suite, scenario), plan))| PlannedScenario {
            suite,
            scenario,
            plan,
            is_in_shard: match &self.shard {
                Some((_, picks)) => picks[index],
                None => true,
            },
        })
    }

    /// The shard for the record, with the order of all scenarios of the run.
    pub(super) fn shard_record(&self) -> Option<record::Shard> {
        let id = |planned: PlannedScenario<'_>| {
            format!("{}/{}", planned.suite.id(), planned.scenario.id())
        };
        self.shard.as_ref().map(|(shard, _)| record::Shard {
            number: shard.number().get(),
            of: shard.of().get(),
            scenarios: self.whole_run().map(id).collect(),
            plan: self.plan_hash(),
        })
    }

    /// A hash of the suites and of all cases of the whole run.
    fn plan_hash(&self) -> String {
        let mut all: String = self.suites.iter().map(Suite::text).collect();
        for planned in self.whole_run() {
            for tactic in planned.plan.tactics() {
                all.push_str(&tactic.to_string());
                all.push('\n');
            }
            all.push('\n');
        }
        format!("{:016x}", fnv1a(all.as_bytes()))
    }

    /// The side that wirecheck plays.
    #[must_use]
    pub fn side(&self) -> Side {
        self.side
    }

    /// Which cases are played.
    #[must_use]
    pub fn cases(&self) -> &CaseChoice {
        &self.cases
    }

    /// How many scenarios were left out because they are for peers on the side that
    /// wirecheck plays.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        let scenarios = self.left_out.iter().map(|suite| suite.scenarios().len());
        scenarios.sum::<usize>() as u64
    }

    /// The scenarios that were left out, as a run against such a peer plays them.
    #[must_use]
    pub fn other_side(&self) -> Self {
        let suites = self.left_out.clone();
        Self::new(suites, self.side.other(), self.cases.clone())
    }
}

impl PlannedScenario<'_> {
    /// The id of the case of a tactic.
    #[must_use]
    pub fn case_id(&self, tactic: Tactic) -> CaseId {
        CaseId {
            suite: self.suite.id().clone(),
            scenario: self.scenario.id().clone(),
            tactic,
        }
    }
}
