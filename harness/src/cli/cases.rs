//! Which cases the user selected.

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::args::CaseArgs;
use super::check::read_suites;
use super::error::{CommandError, Purpose};
use crate::engine::{PlannedScenario, Selection};
use crate::scenario::{Scenario, Side, Suite, nearest};
use crate::tactic::{CaseChoice, Profile, Seed};

/// Reads the suites and applies the filters. The result has at least one case, and no
/// scenario exceeds its limit of cases.
pub(super) fn select(args: &CaseArgs, side: Side) -> Result<Selection, CommandError> {
    let mut suites = read_suites(&args.suites, Purpose::Use)?;
    let near = near_scenario(&suites, &args.scenario);
    let left_out = filter(&mut suites, args, side)?;
    if suites.is_empty()
        && left_out.is_empty()
        && let Some(near) = near
    {
        return Err(CommandError::NoSuchScenario(near));
    }
    if suites.is_empty() && !left_out.is_empty() {
        return Err(CommandError::OtherSideOnly(side));
    }
    let choice = CaseChoice {
        profile: args.profile(),
        seed: Seed(args.seed()),
        only: args.only.iter().cloned().collect(),
    };
    let selection = Selection::new(suites, side, choice).leaving_out(left_out);
    check(&selection)?;
    Ok(match args.shard {
        Some(shard) => selection.in_shard(shard),
        None => selection,
    })
}

/// Removes what was not selected. Returns the scenarios for peers on our side, which it removes
/// too.
fn filter(
    suites: &mut Vec<Suite>,
    args: &CaseArgs,
    ours: Side,
) -> Result<Vec<Suite>, CommandError> {
    let globs = globs(args)?;
    let is_tagged = |scenario: &Scenario| {
        args.tag.is_empty() || scenario.tags().iter().any(|tag| args.tag.contains(tag))
    };
    for suite in suites.iter_mut() {
        let names: Vec<_> = suite.names().map(str::to_owned).collect();
        suite.retain_scenarios(|scenario| {
            let matches = |name: &String| globs.is_match(format!("{name}/{}", scenario.id()));
            (globs.is_empty() || names.iter().any(matches)) && is_tagged(scenario)
        });
    }
    let is_for_ours = |scenario: &Scenario| scenario.peer() == Some(ours);
    let mixed = suites.iter();
    let mixed = mixed.filter(|suite| suite.scenarios().iter().any(is_for_ours));
    let mut left_out = mixed.cloned().collect();
    retain(&mut left_out, is_for_ours);
    retain(suites, |scenario| !is_for_ours(scenario));
    Ok(left_out)
}

/// Retains these scenarios, and the suites that have one.
fn retain(suites: &mut Vec<Suite>, wanted: impl Fn(&Scenario) -> bool) {
    for suite in suites.iter_mut() {
        suite.retain_scenarios(&wanted);
    }
    suites.retain(|suite| !suite.scenarios().is_empty());
}

/// The `suite/scenario` that a pattern may mean: one whose scenario it names alone, or one
/// with a similar name.
fn near_scenario(suites: &[Suite], globs: &[Glob]) -> Option<String> {
    let all: Vec<(&str, String)> = suites
        .iter()
        .flat_map(|suite| suite.scenarios().iter().map(move |it| (suite, it)))
        .map(|(suite, it)| (it.id().as_str(), format!("{}/{}", suite.id(), it.id())))
        .collect();
    let named = |glob: &Glob| {
        let matcher = glob.compile_matcher();
        let alone = all.iter().find(|(id, _)| matcher.is_match(id));
        let names: Vec<_> = all.iter().map(|(_, name)| name.as_str()).collect();
        let similar = || nearest(glob.glob(), &names);
        let name = alone.map(|(_, name)| name.as_str()).or_else(similar)?;
        (!matcher.is_match(name)).then(|| name.to_owned())
    };
    globs.iter().find_map(named)
}

fn check(selection: &Selection) -> Result<(), CommandError> {
    let mut has_cases = false;
    for planned in selection.scenarios() {
        has_cases |= planned.plan.selected() > 0;
        check_limit(planned, selection.cases().profile)?;
    }
    if has_cases {
        Ok(())
    } else {
        Err(CommandError::NoCases)
    }
}

fn check_limit(selected: PlannedScenario<'_>, profile: Profile) -> Result<(), CommandError> {
    let cases = selected.plan.count() as u64;
    let limit = selected.scenario.limits().cases;
    if cases <= limit {
        return Ok(());
    }
    Err(CommandError::Usage {
        what: format!(
            "{}:{}: too many cases: {cases} in the {profile} profile, the limit is {limit}",
            selected.suite.path(),
            selected.scenario.line()
        ),
        help: Some(TOO_MANY_CASES.to_owned()),
    })
}

const TOO_MANY_CASES: &str =
    "raise `limits.cases` in the suite, or select fewer cases with --only or --profile";

fn globs(args: &CaseArgs) -> Result<GlobSet, CommandError> {
    let mut globs = GlobSetBuilder::new();
    for glob in &args.scenario {
        globs.add(glob.clone());
    }
    globs
        .build()
        .map_err(|error| CommandError::usage(format!("--scenario: {error}")))
}
