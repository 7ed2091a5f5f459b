//! Which cases the user selected: what was typed becomes what it means.

use globset::{GlobSet, GlobSetBuilder};

use super::args::CaseArgs;
use super::check::suites;
use super::failure::Failure;
use crate::scenario::{Scenario, Side, Suite};
use crate::tactic::{CaseId, Only, Plan, Profile, Seed, Tactic};

/// The suites that were named, and which of their cases were selected.
pub(super) struct Selection {
    pub(super) suites: Vec<Suite>,
    /// The side that wirecheck plays.
    pub(super) side: Side,
    pub(super) profile: Profile,
    pub(super) seed: Seed,
    only: Only,
}

/// A scenario that was selected, with its cases.
pub(super) struct Selected<'a> {
    pub(super) suite: &'a Suite,
    pub(super) scenario: &'a Scenario,
    pub(super) plan: Plan,
}

impl Selection {
    /// Reads the suites and leaves out the scenarios that were not asked for.
    pub(super) fn of(args: &CaseArgs) -> Result<Self, Failure> {
        let mut suites = suites(&args.suites)?;
        let globs = globs(args)?;
        for suite in &mut suites {
            let id = suite.id.clone();
            suite.scenarios.retain(|scenario| {
                let named = globs.is_empty() || globs.is_match(format!("{id}/{}", scenario.id));
                let tagged =
                    args.tag.is_empty() || scenario.tags.iter().any(|tag| args.tag.contains(tag));
                named && tagged
            });
        }
        suites.retain(|suite| !suite.scenarios.is_empty());
        let selection = Self {
            suites,
            side: if args.client {
                Side::Server
            } else {
                Side::Client
            },
            profile: args.profile,
            seed: Seed(args.seed),
            only: args.only.iter().cloned().collect(),
        };
        selection.check()
    }

    /// A selection has cases, and no scenario more than it may have.
    fn check(self) -> Result<Self, Failure> {
        let mut any = false;
        for selected in self.scenarios() {
            any |= selected.plan.selected() > 0;
            selected.check_limit(self.profile)?;
        }
        if any { Ok(self) } else { Err(Failure::NoCases) }
    }

    /// The scenarios in their order.
    pub(super) fn scenarios(&self) -> impl Iterator<Item = Selected<'_>> {
        let all = self
            .suites
            .iter()
            .flat_map(|suite| suite.scenarios.iter().map(move |it| (suite, it)));
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
    pub(super) fn id(&self, tactic: Tactic) -> CaseId {
        CaseId {
            suite: self.suite.id.clone(),
            scenario: self.scenario.id.clone(),
            tactic,
        }
    }

    fn check_limit(&self, profile: Profile) -> Result<(), Failure> {
        let (cases, most) = (self.plan.count() as u64, self.scenario.limits.cases);
        if cases <= most {
            return Ok(());
        }
        Err(Failure::Usage(format!(
            "{}:{}: {cases} cases in the {profile} profile, at most {most} are allowed: \
             raise `limits.cases` in the suite, or choose fewer with --only or --profile",
            self.suite.path, self.scenario.line
        )))
    }
}

fn globs(args: &CaseArgs) -> Result<GlobSet, Failure> {
    let mut globs = GlobSetBuilder::new();
    for glob in &args.scenario {
        globs.add(glob.clone());
    }
    globs
        .build()
        .map_err(|error| Failure::Usage(format!("--scenario: {error}")))
}
