//! What a stream has where a cut fails: where few of many cuts do, that is the best hint.

use wirecheck_report::notation::text;

use super::cut_map::CutLocation;
use super::evidence::{CaseFailure, DefectEvidence};
use crate::tactic::{Offset, Script};

/// The most cuts that are described.
const MOST: usize = 2;

/// How many cuts pass for each that fails.
const PASSES: usize = 8;

/// The bytes that are quoted on each side of a cut.
const QUOTED: usize = 12;

/// Describes where the single cuts that fail are, if few of many do: "cut@54 is inside the
/// header, between `…HTTP/1.1\r` and `\n`".
#[must_use]
pub fn cut_place(evidence: &DefectEvidence, script: &Script) -> Option<String> {
    let lone = lone_cuts(evidence);
    let places = lone.iter().map(|at| place(evidence, script, *at));
    (!lone.is_empty()).then(|| places.collect::<Vec<_>>().join("; "))
}

/// The single cuts that fail, if few of many do. Ascending.
pub(super) fn lone_cuts(evidence: &DefectEvidence) -> Vec<Offset> {
    let mut failed: Vec<_> = evidence.failures().filter_map(CaseFailure::cut).collect();
    failed.sort_unstable();
    failed.dedup();
    let is_few = failed.len() <= MOST && evidence.passed_cuts() >= failed.len() * PASSES;
    if is_few { failed } else { Vec::new() }
}

fn place(evidence: &DefectEvidence, script: &Script, at: Offset) -> String {
    let location = match evidence.cut_map.location(at) {
        CutLocation::Edge => "between two messages",
        CutLocation::Header => "inside the header",
        CutLocation::Payload => "inside the payload",
        CutLocation::Character => "inside a character of several bytes",
        CutLocation::Delimiter => "inside a delimiter",
        CutLocation::AfterDelimiter => "behind a delimiter",
    };
    let bytes: Vec<u8> = script
        .messages
        .iter()
        .flat_map(|message| message.bytes.iter().copied())
        .collect();
    let (before, after) = bytes.split_at(at.get().min(bytes.len()));
    let start = before.len().saturating_sub(QUOTED);
    let end = after.len().min(QUOTED);
    let more = |is_cut: bool| if is_cut { "…" } else { "" };
    format!(
        "cut@{at} is {location}, between `{}{}` and `{}{}`",
        more(start > 0),
        text(&before[start..]),
        text(&after[..end]),
        more(end < after.len()),
    )
}

#[cfg(test)]
mod tests {
    use super::super::sample::{raw, server};
    use super::*;
    use crate::diagnose::Symptom;

    const SILENT: [Symptom; 1] = [Symptom::NoAnswer { step: 1 }];

    #[test]
    fn the_only_failing_cut_of_many_is_shown_with_the_bytes_around_it() {
        let script = raw(&["GET / HTTP/1.1\r\nHost: example\r\n\r\n"]);
        let described = |failed: &str, passed: &str| {
            cut_place(&server(&script, &[(failed, &SILENT)], passed), &script)
        };
        assert_eq!(
            described("cut@15", "cut@1-14 cut@16-32").as_deref(),
            Some(
                "cut@15 is inside a delimiter, \
                 between `… / HTTP/1.1\\r` and `\\nHost: examp…`"
            )
        );
        assert_eq!(
            described("cut@1", "cut@2-32").as_deref(),
            Some("cut@1 is inside the payload, between `G` and `ET / HTTP/1.…`")
        );
        assert_eq!(described("cut@1-3", "cut@4-32"), None);
        assert_eq!(described("cut@1", "cut@2-3"), None);
    }
}
