//! A replay: what is played, and what came of it.

use anstyle::Style;

use super::page::Page;
use super::style::{BAD, BOLD, DOUBTFUL, GOOD};
use super::width::TerminalWidth;
use crate::notation::quoted_if_needed;
use crate::record::Role;
use crate::saved_case::{Needs, SavedCase, SavedPeer};

/// What came of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayVerdict {
    /// The case passes.
    Fixed,
    /// It fails.
    Failed,
    /// It was not judged.
    Error,
}

/// The case, its delivery, what it needs to fail, and the peer that is used.
#[must_use]
pub fn replay_header(case: &SavedCase, peer: &SavedPeer, width: TerminalWidth) -> String {
    let mut page = Page::new(width);
    let plain = Style::new();
    page.paragraph("case", BOLD, &case.case_id());
    let found = format!("{} (found at {})", case.suite.path, case.started);
    page.paragraph("suite", plain, &found);
    page.paragraph("delivery", plain, &case.delivery);
    if let Some(needs) = &case.needs {
        page.paragraph("with", plain, &describe(needs));
    }
    page.paragraph("peer", BOLD, &peer_text(peer));
    if let Some(first) = case.findings.first() {
        page.paragraph("seen", plain, &first.what);
    }
    page.into_text() + "\n"
}

/// The last lines of a replay.
#[must_use]
pub fn replay_result(
    verdict: ReplayVerdict,
    text: &str,
    exit_code: u8,
    width: TerminalWidth,
) -> String {
    let (word, style) = match verdict {
        ReplayVerdict::Fixed => ("FIXED", GOOD),
        ReplayVerdict::Failed => ("FAILED", BAD),
        ReplayVerdict::Error => ("ERROR", DOUBTFUL),
    };
    let mut page = Page::new(width);
    let text = format!("{word}  {text}   (exit {exit_code})");
    page.paragraph("verdict", style.bold(), &text);
    page.into_text()
}

fn describe(needs: &Needs) -> String {
    match needs {
        Needs::EarlierConnections { count } => format!("{count} connections before it"),
        Needs::Repetition { times } => format!("{times} plays, one after the other"),
        Needs::OtherConnections { jobs, cases } => {
            format!("{} other cases, {jobs} at the same time", cases.len())
        }
    }
}

fn peer_text(peer: &SavedPeer) -> String {
    let words = peer.command.iter().map(|word| quoted_if_needed(word));
    let words: Vec<_> = words.collect();
    match (&peer.connect, peer.role) {
        (Some(address), _) => format!("{address}   (running server)"),
        (None, Role::Server) => format!("{}   (server)", words.join(" ")),
        (None, Role::Client) => format!("{}   (client)", words.join(" ")),
    }
}
