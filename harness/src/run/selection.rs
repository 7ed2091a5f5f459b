//! What was selected of the suites, and the side that wirecheck plays.

use crate::scenario::{Scenario, Side, Suite};
use crate::tactic::{CaseId, Plan, Profile, Seed, Tactic, TacticFilter};

/// Suites, and which of their cases were selected.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The suites; scenarios that were not selected are not in them.
    pub suites: Vec<Suite>,
    /// The side that wirecheck plays.
    pub side: Side,
    /// How much is tried.
    pub profile: Profile,
    /// What random deliveries are drawn from.
    pub seed: Seed,
    /// Which tactics.
    pub only: TacticFilter,
    /// How many scenarios were left out because they are about the side that wirecheck
    /// plays.
    pub left_out: u64,
}

/// A scenario that was selected, with its cases.
#[derive(Clone, Debug)]
pub struct Selected<'a> {
    /// The suite it belongs to.
    pub suite: &'a Suite,
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Its cases.
    pub plan: Plan,
}

impl Selection {
    /// The scenarios in their order.
    pub fn scenarios(&self) -> impl Iterator<Item = Selected<'_>> {
        let all = self
            .suites
            .iter()
            .flat_map(|suite| suite.scenarios().iter().map(move |it| (suite, it)));
        all.map(|(suite, scenario)| Selected {
            suite,
            scenario,
            plan: Plan::of(
                suite,
                scenario,
                self.side,
                self.profile,
                self.seed,
                self.only.clone(),
            ),
        })
    }
}

impl Selected<'_> {
    /// What the case of a tactic is called.
    #[must_use]
    pub fn id(&self, tactic: Tactic) -> CaseId {
        CaseId {
            suite: self.suite.id().clone(),
            scenario: self.scenario.id().clone(),
            tactic,
        }
    }
}
