//! The first lines of a run.

use super::line::StyledLine;
use super::page::Page;
use super::style::{BOLD, DIM};
use super::width::{TerminalWidth, columns, without_middle};
use crate::Record;
use crate::facts::peer_kind;
use crate::notation::{counted, printable};
use crate::record::{PeerRecord, Role};

/// A suite, and how much of it will be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedSuite<'a> {
    /// The suite file.
    pub path: &'a str,
    /// Scenarios that are selected.
    pub scenarios: u64,
    /// Cases of these scenarios.
    pub cases: u64,
}

/// The most suites that are listed.
const NAMED: usize = 8;

/// The version, the seed, the profile, the peer and the suites.
#[must_use]
pub fn header(record: &Record, planned: &[PlannedSuite<'_>], width: TerminalWidth) -> String {
    let mut page = Page::new(width);
    page.line(
        StyledLine::new()
            .styled(BOLD, format!("wirecheck {}", record.wirecheck))
            .plain(format!("   seed {}", record.seed))
            .plain(format!("   profile {}", record.profile)),
    );
    peer(&mut page, &record.peer);
    suites(&mut page, planned);
    page.into_text()
}

/// The number of scenarios that are not for this kind of peer, and the end of the header.
#[must_use]
pub fn left_out(record: &Record, scenarios: u64, width: TerminalWidth) -> String {
    let mut page = Page::new(width);
    if scenarios > 0 {
        let others = match record.peer.role {
            Role::Server => "clients",
            Role::Client => "servers",
        };
        let text = format!("{} for {others} only", counted(scenarios, "scenario"));
        page.line(page.label("left out").styled(DIM, text));
    }
    page.into_text() + "\n"
}

fn peer(page: &mut Page, peer: &PeerRecord) {
    let name = peer.name();
    let kind = format!("({})", peer_kind(peer));
    let line = page
        .label("peer")
        .styled(BOLD, &name)
        .plain("   ")
        .styled(DIM, &kind);
    if line.columns() <= page.width().columns() {
        return page.line(line);
    }
    page.paragraph("peer", BOLD, &name);
    page.paragraph("", DIM, &kind);
}

fn suites(page: &mut Page, planned: &[PlannedSuite<'_>]) {
    let paths: Vec<_> = planned.iter().map(|suite| printable(suite.path)).collect();
    let counts: Vec<_> = planned
        .iter()
        .map(|suite| amount(suite.scenarios, suite.cases))
        .collect();
    let widest = |texts: &[String]| texts.iter().map(|text| columns(text)).max().unwrap_or(0);
    let available = page.available().saturating_sub(widest(&counts) + 3);
    let beside = page.margin() + widest(&paths).min(available) + 3;
    let mut label = "suites";
    for (path, count) in paths.iter().zip(&counts).take(NAMED) {
        let path = without_middle(path, available);
        page.line(page.label(label).plain(path).at(beside).styled(DIM, count));
        label = "";
    }
    if planned.len() > NAMED {
        let more = format!(
            "… {}",
            counted((planned.len() - NAMED) as u64, "more suite")
        );
        page.line(page.label(label).styled(DIM, more));
    }
    if planned.len() > 1 {
        let scenarios = planned.iter().map(|suite| suite.scenarios).sum();
        let cases = planned.iter().map(|suite| suite.cases).sum();
        page.line(page.label("total").plain(amount(scenarios, cases)));
    }
}

fn amount(scenarios: u64, cases: u64) -> String {
    format!(
        "{}, {}",
        counted(scenarios, "scenario"),
        counted(cases, "case")
    )
}
