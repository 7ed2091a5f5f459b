//! The other failing deliveries: `bytes, cut@2–9, random@3`.

use super::smallest::failures;
use crate::record::{FailedCase, ScenarioRecord, Verdict};
use crate::terminal::page::{Page, listed};

/// The most lines of names.
const LINES: usize = 2;

pub(super) fn also(page: &mut Page, scenario: &ScenarioRecord, case: &FailedCase) {
    let ranges = ranges(failures(scenario).filter(|failure| failure.tactic != case.tactic));
    let names: Vec<_> = ranges
        .iter()
        .map(|range| range.written(scenario.verdict))
        .collect();
    // Lines break at spaces, and the count needs columns at the end.
    let available = (page.available() * LINES).saturating_sub(24);
    let (mut list, left_out) = listed(names.iter().map(String::as_str), available);
    if list.is_empty() {
        return;
    }
    let cases: u64 = ranges[ranges.len() - left_out..]
        .iter()
        .map(TacticRange::cases)
        .sum();
    if cases > 0 {
        list += &format!(" … {} more", crate::notation::grouped(cases));
    }
    page.blank();
    page.paragraph("also", anstyle::Style::new(), &list);
}

/// Failures of one tactic with consecutive offsets and the same verdict.
struct TacticRange<'a> {
    name: &'a str,
    offsets: Option<(u64, u64)>,
    verdict: Verdict,
}

fn ranges<'a>(failures: impl Iterator<Item = &'a FailedCase>) -> Vec<TacticRange<'a>> {
    let mut ranges: Vec<TacticRange<'_>> = Vec::new();
    for failure in failures {
        let next = TacticRange::of(failure);
        match ranges.last_mut() {
            Some(last) if last.ends_before(&next) => {
                last.offsets = last
                    .offsets
                    .zip(next.offsets)
                    .map(|((first, _), (_, last))| (first, last))
            }
            _ => ranges.push(next),
        }
    }
    ranges
}

impl<'a> TacticRange<'a> {
    fn of(failure: &'a FailedCase) -> Self {
        let verdict = failure.verdict;
        let parts = failure.tactic.rsplit_once('@');
        let number = parts.and_then(|(name, number)| Some((name, number.parse().ok()?)));
        match number {
            Some((name, number)) => Self {
                name,
                offsets: Some((number, number)),
                verdict,
            },
            None => Self {
                name: &failure.tactic,
                offsets: None,
                verdict,
            },
        }
    }

    fn ends_before(&self, next: &Self) -> bool {
        let same = (self.name, self.verdict) == (next.name, next.verdict);
        let adjacent = match (self.offsets, next.offsets) {
            (Some((_, last)), Some((first, _))) => last.checked_add(1) == Some(first),
            _ => false,
        };
        same && adjacent
    }

    fn cases(&self) -> u64 {
        self.offsets.map_or(1, |(first, last)| last - first + 1)
    }

    fn written(&self, usual: Verdict) -> String {
        let offsets = match self.offsets {
            None => String::new(),
            Some((first, last)) if first == last => format!("@{first}"),
            Some((first, last)) => format!("@{first}–{last}"),
        };
        let verdict = match self.verdict {
            verdict if verdict == usual => "",
            Verdict::Flaky => " (flaky)",
            Verdict::Unconfirmed => " (unconfirmed)",
            Verdict::Nonstrict => " (nonstrict)",
            Verdict::Error => " (error)",
            _ => "",
        };
        format!("{}{offsets}{verdict}", self.name)
    }
}
