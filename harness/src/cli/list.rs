//! `wirecheck list`: the cases of suites, without running them.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};

use serde_json::json;
use wirecheck_report::notation::{counted, shortened};

use super::args::ListArgs;
use super::cases::select;
use super::config::PeerRole;
use super::error::{CommandError, print_line};
use super::exit::Exit;
use crate::engine::PlannedScenario;
use crate::scenario::Side;
use crate::tactic::{Case, TacticFamily};

pub(super) fn run(args: ListArgs) -> Result<Exit, CommandError> {
    let config = args.cases.config.read()?;
    let args = &ListArgs {
        cases: args.cases.with(&config),
        ..args
    };
    let side = if args.client || config.peer.role == PeerRole::Client {
        Side::Server
    } else {
        Side::Client
    };
    let selection = select(&args.cases, side)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut counts = FamilyCounts::default();
    for selected in selection.scenarios() {
        for tactic in selected.plan.tactics() {
            counts.add(tactic.family());
        }
        if !args.count {
            write_cases(selected, args, &mut out)?;
        }
    }
    if args.count {
        counts.write(&mut out)?;
    }
    out.flush()?;
    if !args.json {
        note_left_out(selection.left_out(), side.other());
    }
    Ok(Exit::Success)
}

/// Says that scenarios are not listed because they are for the other kind of peer.
fn note_left_out(scenarios: u64, peer: Side) {
    if scenarios == 0 {
        return;
    }
    let (others, what) = match peer {
        Side::Server => ("clients", "add --client"),
        Side::Client => ("servers", "leave out --client"),
    };
    let count = counted(scenarios, "scenario");
    let verb = if scenarios == 1 { "is" } else { "are" };
    print_line(&format!(
        "note: {count} for {others} only {verb} not listed: {what}"
    ));
}

/// The most characters of a delivery.
const LONGEST: usize = 160;

fn write_cases(
    selected: PlannedScenario<'_>,
    args: &ListArgs,
    out: &mut impl Write,
) -> std::io::Result<()> {
    for case in selected.plan.cases() {
        if args.json {
            writeln!(out, "{}", as_json(selected, &case))?;
        } else {
            // The replacement of a header may have megabytes.
            let delivery = shortened(&case.delivery.to_string(), LONGEST);
            writeln!(out, "{}  {delivery}", selected.case_id(case.tactic))?;
        }
    }
    Ok(())
}

fn as_json(selected: PlannedScenario<'_>, case: &Case) -> serde_json::Value {
    json!({
        "id": selected.case_id(case.tactic.clone()).to_string(),
        "suite": selected.suite.id().as_str(),
        "scenario": selected.scenario.id().as_str(),
        "tactic": case.tactic.to_string(),
        "family": case.tactic.family().as_str(),
        "delivery": case.delivery.to_string(),
        "level": selected.scenario.level().to_string(),
        "tags": selected.scenario.tags(),
        "file": selected.suite.path(),
        "line": selected.scenario.line(),
    })
}

/// The number of cases per family of tactics.
#[derive(Default)]
struct FamilyCounts(BTreeMap<TacticFamily, u64>);

impl FamilyCounts {
    fn add(&mut self, family: TacticFamily) {
        *self.0.entry(family).or_default() += 1;
    }

    fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        for (family, count) in &self.0 {
            writeln!(out, "{:<12} {count:>9}", family.as_str())?;
        }
        writeln!(out, "{:<12} {:>9}", "total", self.0.values().sum::<u64>())
    }
}
