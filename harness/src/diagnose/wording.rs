//! Phrases that the sentences of several diagnoses share.

use super::evidence::CutTally;
use crate::tactic::Offset;

/// The most stretches of offsets that are listed.
const STRETCHES: usize = 4;

/// "the cut at 7, inside the header, fails", "the cuts at 1–9 and 25–33, inside the
/// header, fail".
pub(super) fn failed_cuts(at: &[Offset], place: &str) -> String {
    match at {
        [one] => format!("the cut at {one}, {place}, fails"),
        all => format!("the cuts at {}, {place}, fail", offsets(all)),
    }
}

/// How the cuts at another place went: "6 of 44 cuts inside the payload pass".
pub(super) fn contrast(tally: &CutTally, place: &str) -> String {
    let failed = tally.failed.len();
    match (tally.passed, failed) {
        (0, 0) => format!("no cut {place} was judged"),
        (1, 0) => format!("the only cut {place} passes"),
        (passed, 0) => format!("all {passed} cuts {place} pass"),
        (0, 1) => format!("the only cut {place} fails"),
        (0, failed) => format!("all {failed} cuts {place} fail"),
        (passed, failed) => format!("{passed} of {} cuts {place} pass", passed + failed),
    }
}

/// "7", "1–9", "1–9 and 25–33", "1, 3, 5, 7 and 12 more". The offsets must ascend.
pub(super) fn offsets(at: &[Offset]) -> String {
    let mut stretches: Vec<(Offset, Offset)> = Vec::new();
    for &at in at {
        match stretches.last_mut() {
            Some((_, last)) if last.get() + 1 == at.get() => *last = at,
            _ => stretches.push((at, at)),
        }
    }
    let (listed, others) = stretches.split_at(stretches.len().min(STRETCHES));
    let mut items: Vec<_> = listed.iter().map(stretch).collect();
    let left: usize = others
        .iter()
        .map(|(first, last)| last.get() - first.get() + 1)
        .sum();
    if left > 0 {
        items.push(format!("{left} more"));
    }
    match items.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn stretch((first, last): &(Offset, Offset)) -> String {
    if first == last {
        first.to_string()
    } else {
        format!("{first}–{last}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offsets: &[usize]) -> Vec<Offset> {
        offsets.iter().copied().map(Offset::new).collect()
    }

    #[test]
    fn consecutive_offsets_are_one_stretch() {
        assert_eq!(offsets(&at(&[7])), "7");
        assert_eq!(offsets(&at(&[1, 2, 3, 9])), "1–3 and 9");
        assert_eq!(offsets(&at(&[1, 2, 4, 6, 7, 8])), "1–2, 4 and 6–8");
        assert_eq!(
            offsets(&at(&[1, 3, 5, 7, 9, 10, 12])),
            "1, 3, 5, 7 and 3 more"
        );
    }

    #[test]
    fn one_cut_fails_and_several_fail() {
        let place = "inside the header";
        assert_eq!(
            failed_cuts(&at(&[7]), place),
            "the cut at 7, inside the header, fails"
        );
        assert_eq!(
            failed_cuts(&at(&[1, 2]), place),
            "the cuts at 1–2, inside the header, fail"
        );
    }

    #[test]
    fn a_contrast_gives_the_number_of_passes() {
        let contrast = |passed, failed: &[usize]| {
            let failed = at(failed);
            contrast(&CutTally { failed, passed }, "inside the payload")
        };
        assert_eq!(contrast(4, &[]), "all 4 cuts inside the payload pass");
        assert_eq!(contrast(3, &[9]), "3 of 4 cuts inside the payload pass");
        assert_eq!(contrast(0, &[8, 9]), "all 2 cuts inside the payload fail");
        assert_eq!(contrast(0, &[]), "no cut inside the payload was judged");
    }
}
