//! The words of a diagnosis: offsets drawn together, and what is said of them.

use super::evidence::Tally;
use crate::tactic::Offset;

/// The most stretches of offsets that are named.
const STRETCHES: usize = 4;

/// "the cut at 7 fails", "the cuts at 1–9 and 25–33, inside a header, fail".
pub(super) fn fails(thing: &str, at: &[Offset], whereabouts: &str) -> String {
    let place = match whereabouts {
        "" => String::new(),
        whereabouts => format!(", {whereabouts},"),
    };
    match at {
        [one] => format!("the {thing} at {one}{place} fails"),
        all => format!("the {thing}s at {}{place} fail", offsets(all)),
    }
}

/// What became of the cuts at another place, as a clause.
pub(super) fn contrast(tally: &Tally, whereabouts: &str) -> String {
    let fell = tally.fell.len();
    match (tally.held, fell) {
        (0, 0) => format!("nothing was cut {whereabouts}"),
        (1, 0) => format!("the cut {whereabouts} holds"),
        (held, 0) => format!("the {held} cuts {whereabouts} hold"),
        (0, 1) => format!("the cut {whereabouts} fails too"),
        (0, fell) => format!("the {fell} cuts {whereabouts} fail too"),
        (held, fell) => format!("{held} of the {} cuts {whereabouts} hold", held + fell),
    }
}

/// "1 delivery", "2 deliveries".
pub(super) fn deliveries(count: usize) -> String {
    match count {
        1 => "1 delivery".to_owned(),
        count => format!("{count} deliveries"),
    }
}

/// "7", "1–9", "1–9 and 25–33", "1, 3, 5, 7 and 12 more". The offsets ascend.
pub(super) fn offsets(at: &[Offset]) -> String {
    let mut stretches: Vec<(Offset, Offset)> = Vec::new();
    for &at in at {
        match stretches.last_mut() {
            Some((_, last)) if last.get() + 1 == at.get() => *last = at,
            _ => stretches.push((at, at)),
        }
    }
    let named = stretches.len().min(STRETCHES);
    let mut words: Vec<_> = stretches[..named].iter().map(stretch).collect();
    let left: usize = stretches[named..]
        .iter()
        .map(|(first, last)| last.get() - first.get() + 1)
        .sum();
    if left > 0 {
        words.push(format!("{left} more"));
    }
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

fn stretch((first, last): &(Offset, Offset)) -> String {
    match first == last {
        true => first.to_string(),
        false => format!("{first}–{last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offsets: &[usize]) -> Vec<Offset> {
        offsets.iter().copied().map(Offset::new).collect()
    }

    #[test]
    fn offsets_that_follow_each_other_are_one_stretch() {
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
        assert_eq!(fails("cut", &at(&[7]), ""), "the cut at 7 fails");
        assert_eq!(
            fails("cut", &at(&[1, 2]), "inside a header"),
            "the cuts at 1–2, inside a header, fail"
        );
    }
}
