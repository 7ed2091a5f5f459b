//! Which cases the user selected: what was typed becomes what it means.

use globset::{GlobSet, GlobSetBuilder};

use super::args::CaseArgs;
use super::check::suites;
use super::failure::{Aim, Failure};
use crate::run::{Selected, Selection};
use crate::scenario::{Side, Suite};
use crate::tactic::{Profile, Seed};

/// Reads the suites and leaves out what was not asked for. A selection has cases,
/// and no scenario more than it may have.
pub(super) fn select(args: &CaseArgs, side: Side) -> Result<Selection, Failure> {
    select_from(suites(&args.suites, Aim::Use)?, args, side)
}

/// The same from suites that were read already.
pub(super) fn select_from(
    mut suites: Vec<Suite>,
    args: &CaseArgs,
    side: Side,
) -> Result<Selection, Failure> {
    let globs = globs(args)?;
    let mut left_out = 0;
    for suite in &mut suites {
        let id = suite.id().clone();
        suite.retain_scenarios(|scenario| {
            let named = globs.is_empty() || globs.is_match(format!("{id}/{}", scenario.id()));
            let tagged =
                args.tag.is_empty() || scenario.tags().iter().any(|tag| args.tag.contains(tag));
            let is_selected = named && tagged;
            let is_about_us = scenario.peer() == Some(side);
            left_out += u64::from(is_selected && is_about_us);
            is_selected && !is_about_us
        });
    }
    suites.retain(|suite| !suite.scenarios().is_empty());
    let only = args.only.iter().cloned().collect();
    let selection = Selection {
        suites,
        side,
        profile: args.profile,
        seed: Seed(args.seed),
        only,
        left_out,
    };
    check(&selection)?;
    Ok(selection)
}

fn check(selection: &Selection) -> Result<(), Failure> {
    let mut any = false;
    for selected in selection.scenarios() {
        any |= selected.plan.selected() > 0;
        check_limit(&selected, selection.profile)?;
    }
    let all_left_out = selection.suites.is_empty() && selection.left_out > 0;
    match () {
        () if any => Ok(()),
        () if all_left_out => Err(Failure::NotAbout(selection.side.other())),
        () => Err(Failure::NoCases),
    }
}

fn check_limit(selected: &Selected<'_>, profile: Profile) -> Result<(), Failure> {
    let (cases, most) = (
        selected.plan.count() as u64,
        selected.scenario.limits().cases,
    );
    if cases <= most {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "{}:{}: {cases} cases in the {profile} profile, at most {most} are allowed: \
         raise `limits.cases` in the suite, or choose fewer with --only or --profile",
        selected.suite.path(),
        selected.scenario.line()
    )))
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
