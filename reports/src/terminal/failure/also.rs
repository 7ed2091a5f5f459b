//! The other deliveries that fail, by name, neighbours drawn together.

use super::smallest::failures;
use crate::record::{FailedCase, ScenarioRecord, Verdict};
use crate::terminal::page::{Page, listed};

/// How many lines the names may take.
const LINES: usize = 2;

pub(super) fn also(page: &mut Page, scenario: &ScenarioRecord, shown: &FailedCase) {
    let runs = runs(failures(scenario).filter(|failure| failure.tactic != shown.tactic));
    let names: Vec<_> = runs
        .iter()
        .map(|run| run.written(scenario.verdict))
        .collect();
    // Words break at spaces, and the count at the end needs its place.
    let available = (page.available() * LINES).saturating_sub(24);
    let (mut list, left_out) = listed(names.iter().map(String::as_str), available);
    if list.is_empty() {
        return;
    }
    let cases: u64 = runs[runs.len() - left_out..]
        .iter()
        .map(TacticRange::cases)
        .sum();
    if cases > 0 {
        list += &format!(" … {} more", crate::notation::grouped(cases));
    }
    page.blank();
    page.paragraph("also", anstyle::Style::new(), &list);
}

/// Failures whose offsets follow each other.
struct TacticRange<'a> {
    name: &'a str,
    offsets: Option<(u64, u64)>,
    verdict: Verdict,
}

fn runs<'a>(failures: impl Iterator<Item = &'a FailedCase>) -> Vec<TacticRange<'a>> {
    let mut runs: Vec<TacticRange<'_>> = Vec::new();
    for failure in failures {
        let next = TacticRange::of(failure);
        match runs.last_mut().and_then(|run| run.followed_by(&next)) {
            Some(()) => {}
            None => runs.push(next),
        }
    }
    runs
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

    /// Takes in the next one, if it is the neighbour.
    fn followed_by(&mut self, next: &Self) -> Option<()> {
        let (_, last) = self.offsets.as_mut()?;
        let (first, _) = next.offsets?;
        let same = (self.name, self.verdict) == (next.name, next.verdict);
        (same && last.checked_add(1) == Some(first)).then(|| *last = first)
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
