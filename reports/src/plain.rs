//! The terminal's block of a scenario that did not pass, as plain text for reports of other
//! formats: what failed, the cause, the smallest delivery, expected and actual, the command
//! that repeats it.

use crate::notation::shortened;
use crate::record::{FailedCase, FindingRecord, ScenarioRecord, Transcript};
use crate::repeat::FailedScenario;
use crate::terminal::{BlockLayout, Detail, TerminalWidth, failure_block};

/// The columns of a block. Pages show it in a box that scrolls.
const COLUMNS: usize = 100;

/// The most characters of one text in a block.
const TEXT: usize = 2_000;

/// At most about `most` characters, without escape sequences or control characters other
/// than line feeds.
pub(crate) fn block(failed: FailedScenario<'_>, detail: Detail, most: usize) -> String {
    let layout = BlockLayout {
        width: TerminalWidth::of(COLUMNS),
        detail,
    };
    let scenario = &with_short_texts(failed.scenario);
    let block = failure_block(FailedScenario { scenario, ..failed }, layout);
    let plain = anstream::adapter::strip_str(&block).to_string();
    shortened(plain.trim_end(), most)
}

/// A peer may print a line of many megabytes. It must not be laid out.
fn with_short_texts(scenario: &ScenarioRecord) -> ScenarioRecord {
    let mut short = scenario.clone();
    let ScenarioRecord {
        title,
        why,
        spec,
        cut_place,
        defects,
        failures,
        ..
    } = &mut short;
    let optional = [why, spec, cut_place].into_iter().flatten();
    let causes = defects.iter_mut().map(|defect| &mut defect.because);
    let of_cases = failures.iter_mut().flat_map(texts_of_case);
    for text in optional.chain([title]).chain(causes).chain(of_cases) {
        if text.len() > TEXT {
            *text = shortened(text, TEXT);
        }
    }
    short
}

fn texts_of_case(case: &mut FailedCase) -> impl Iterator<Item = &mut String> {
    let FailedCase {
        findings,
        evidence,
        smallest,
        ..
    } = case;
    let smallest = smallest.as_mut();
    let (more, smallest) = smallest
        .map(|it| (&mut it.findings, &mut it.evidence))
        .unzip();
    let findings = findings.iter_mut().chain(more.into_iter().flatten());
    let transcripts = evidence.iter_mut().chain(smallest);
    findings
        .flat_map(texts_of_finding)
        .chain(transcripts.flat_map(texts_of_transcript))
}

fn texts_of_finding(finding: &mut FindingRecord) -> impl Iterator<Item = &mut String> {
    let values = [&mut finding.expected, &mut finding.actual];
    let labels = values.into_iter().flatten().map(|value| &mut value.label);
    labels.chain([&mut finding.what]).chain(&mut finding.died)
}

fn texts_of_transcript(transcript: &mut Transcript) -> impl Iterator<Item = &mut String> {
    let lines = transcript.last_output.iter_mut();
    lines.chain([&mut transcript.delivery])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{greeting, record, suite};
    use crate::sample_report::one_run;

    #[test]
    fn a_line_of_ten_megabytes_is_shortened_before_it_is_laid_out() {
        let mut scenario = greeting();
        let transcript = scenario.failures[1].evidence.as_mut();
        let lines = &mut transcript.expect("it has evidence").last_output;
        lines.push("x ".repeat(5_000_000));
        let run = one_run("it", record(vec![suite("header", vec![scenario])]));
        let failed = run.failed_scenarios().next().expect("it fails");
        let block = block(failed, Detail::Full, 20_000);
        assert!(block.len() < 10_000, "{} bytes", block.len());
        assert!(block.contains("more characters"));
        assert!(block.ends_with("wirecheck explain F01"));
    }
}
