//! Failed cases in few words: `bytes, cut@2–9, random@3`.

use crate::record::{FailedCase, Verdict};

/// Failures of one tactic with consecutive offsets and the same verdict.
pub(crate) struct TacticRange<'a> {
    name: &'a str,
    offsets: Option<(u64, u64)>,
    verdict: Verdict,
}

pub(crate) fn ranges<'a>(failures: impl Iterator<Item = &'a FailedCase>) -> Vec<TacticRange<'a>> {
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

    pub(crate) fn cases(&self) -> u64 {
        self.offsets.map_or(1, |(first, last)| last - first + 1)
    }

    pub(crate) fn written(&self, usual: Verdict) -> String {
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
