//! What failed, how often, why, and its place in the suite file.

use anstyle::Style;

use crate::notation::printable;
use crate::record::{ScenarioRecord, Verdict};
use crate::repeat::FailedScenario;
use crate::smallest::smallest;
use crate::terminal::line::StyledLine;
use crate::terminal::page::Page;
use crate::terminal::style::{BAD, BOLD, DIM, style};
use crate::terminal::width::{columns, without_middle};
use crate::verdict::{level, word};
use crate::wording::{self, flaky, how_often, without_defect};

/// The column of the defects, if they fit on the first line.
const DEFECTS: usize = 54;

pub(super) fn headline(page: &mut Page, failed: FailedScenario<'_>) {
    let FailedScenario {
        suite, scenario, ..
    } = failed;
    let word = word(scenario.verdict);
    let often = how_often(scenario);
    let available = page.width().after(columns(word) + columns(&often) + 5);
    let id = printable(&format!("{}/{}", suite.id, scenario.id));
    let what = StyledLine::new()
        .styled(style(scenario.verdict).bold(), word)
        .plain("  ")
        .styled(BOLD, without_middle(&id, available))
        .plain(format!("   {often}"));
    page.beside_or_below(what, defects(scenario), DEFECTS);
    let place = format!("{}:{}", suite.path, scenario.line);
    let title = StyledLine::new().plain(&scenario.title);
    page.beside_or_below(StyledLine::new().at(2).styled(DIM, place), title, 0);
    died(page, scenario);
}

/// Why the scenario exists.
pub(super) fn reasons(page: &mut Page, scenario: &ScenarioRecord) {
    if let Some(why) = &scenario.why {
        page.paragraph("why", Style::new(), why);
    }
    if let Some(spec) = &scenario.spec {
        page.paragraph("spec", Style::new(), spec);
    }
}

/// Why a failure is not certain.
pub(super) fn doubts(page: &mut Page, failed: FailedScenario<'_>) {
    let FailedScenario {
        record, scenario, ..
    } = failed;
    if scenario.verdict == Verdict::Flaky {
        page.paragraph("flaky", Style::new(), flaky(record, scenario));
    }
    unconfirmed(page, scenario);
}

/// What to look for in the code.
pub(super) fn causes(page: &mut Page, scenario: &ScenarioRecord) {
    if let Some(place) = &scenario.cut_place {
        page.paragraph("where", Style::new(), place);
    }
    for defect in &scenario.defects {
        page.paragraph(&defect.code, Style::new(), &defect.because);
    }
}

/// The worst that a case can show comes first.
fn died(page: &mut Page, scenario: &ScenarioRecord) {
    let Some(case) = smallest(scenario) else {
        return;
    };
    if let Some(text) = wording::died(scenario, &case) {
        page.paragraph("died", BAD, &text);
    }
}

fn unconfirmed(page: &mut Page, scenario: &ScenarioRecord) {
    if let Some(text) = wording::unconfirmed(scenario) {
        page.paragraph("note", Style::new(), &text);
    }
}

fn defects(scenario: &ScenarioRecord) -> StyledLine {
    let names: Vec<_> = scenario
        .defects
        .iter()
        .map(|defect| format!("{} {}", defect.code, defect.name))
        .collect();
    let names = match names.as_slice() {
        [] => without_defect(scenario.verdict).to_owned(),
        names => names.join(", "),
    };
    StyledLine::new()
        .styled(style(scenario.verdict), names)
        .plain(format!(" ({})", level(scenario.level)))
}
