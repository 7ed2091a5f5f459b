//! What failed, how often, why, and where it stands in the suite.

use anstyle::Style;

use crate::notation::{counted, grouped, printable};
use crate::record::{ScenarioRecord, SuiteRecord, Verdict};
use crate::terminal::line::StyledLine;
use crate::terminal::page::Page;
use crate::terminal::style::{BOLD, DIM, level, style, word};
use crate::terminal::width::{columns, without_middle};

/// Where the defects begin, if there is room beside what failed.
const BESIDE: usize = 54;

pub(super) fn headline(page: &mut Page, suite: &SuiteRecord, scenario: &ScenarioRecord) {
    let word = word(scenario.verdict);
    let often = how_often(scenario);
    let available = page.width().after(columns(word) + columns(&often) + 5);
    let id = printable(&format!("{}/{}", suite.id, scenario.id));
    let what = StyledLine::new()
        .styled(style(scenario.verdict).bold(), word)
        .plain("  ")
        .styled(BOLD, without_middle(&id, available))
        .plain(format!("   {often}"));
    page.beside_or_below(what, defects(scenario), BESIDE);
    let place = format!("{}:{}", suite.path, scenario.line);
    let title = StyledLine::new().plain(&scenario.title);
    page.beside_or_below(StyledLine::new().at(2).styled(DIM, place), title, 0);
    if let Some(why) = &scenario.why {
        page.paragraph("why", Style::new(), why);
    }
    if let Some(spec) = &scenario.spec {
        page.paragraph("asked by", Style::new(), spec);
    }
    if scenario.verdict == Verdict::Flaky {
        page.paragraph("flaky", Style::new(), FLAKY);
    }
    unconfirmed(page, scenario);
    for defect in &scenario.defects {
        page.paragraph(&defect.code, Style::new(), &defect.because);
    }
}

const FLAKY: &str = "what failed did so once: played again, alone and on a fresh peer, it held; \
    a race in the peer, or a machine too busy to tell";

/// Says of failures that were seen once how many there are, whatever else failed.
fn unconfirmed(page: &mut Page, scenario: &ScenarioRecord) {
    let failures = scenario.failures.iter();
    let once = failures.filter(|failure| failure.verdict == Verdict::Unconfirmed);
    let count = once.count() as u64;
    if count > 0 {
        let failures = counted(count, "failure");
        let text = format!("the run ended before {failures} could be confirmed by another try");
        page.paragraph("unsure", Style::new(), &text);
    }
}

fn how_often(scenario: &ScenarioRecord) -> String {
    let tally = scenario.tally();
    if scenario.failed_at_baseline() {
        return format!(
            "at the baseline, {} not run",
            counted(tally.skipped, "other")
        );
    }
    match tally.failed() {
        0 => counted(tally.cases, "delivery"),
        failed => format!(
            "{} of {}",
            grouped(failed),
            counted(tally.run(), "delivery")
        ),
    }
}

fn defects(scenario: &ScenarioRecord) -> StyledLine {
    let names: Vec<_> = scenario
        .defects
        .iter()
        .map(|defect| format!("{} {}", defect.code, defect.name))
        .collect();
    let names = match (names.is_empty(), scenario.verdict) {
        (true, Verdict::Flaky) => "did not fail again".to_owned(),
        (true, Verdict::Unconfirmed) => "not played again".to_owned(),
        (true, _) => "no known defect".to_owned(),
        (false, _) => names.join(", "),
    };
    StyledLine::new()
        .styled(style(scenario.verdict), names)
        .plain(format!(" ({})", level(scenario.level)))
}
