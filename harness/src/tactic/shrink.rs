//! Smaller deliveries of the same script.

use std::num::NonZeroU16;
use std::ops::Range;

use super::delivery::StreamEdit;
use super::lengths::Lengths;
use super::{Delivery, DeliveryEnd, Offset, OtherConnections, Reading, Script};

/// The distance of a delivery from the baseline, which has the least weight.
///
/// These count, in this order: an edit or a variation of the stream; the differences from `whole`, which
/// are cuts inside messages and joined edges; the number of delivered bytes; a pause; the other
/// connections, the reading and the end, each in the order of its type; and how far to
/// the right the cuts are.
///
/// Each part is bounded below, so shrinking always ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight {
    edits: usize,
    differences: usize,
    delivered: Offset,
    pauses: usize,
    other_connections: OtherConnections,
    reading: Reading,
    end: DeliveryEnd,
    places: u128,
}

impl Delivery {
    /// The distance from the baseline of `script`.
    #[must_use]
    pub fn weight(&self, script: &Script) -> Weight {
        let differences = Edges::of(self, script).differences();
        Weight {
            edits: usize::from(self.edit.is_some()) + usize::from(self.content.is_some()),
            differences: differences.len(),
            delivered: self.delivered(),
            pauses: usize::from(self.pause.is_some()),
            other_connections: self.other_connections,
            reading: self.reading,
            end: self.end,
            places: differences.iter().map(|at| at.get() as u128).sum(),
        }
    }

    /// Deliveries of the same script with less [`Weight`], the largest steps first: the
    /// unedited stream, fewer differences, fewer bytes, simpler other connections, reading
    /// and end, cuts further to the left.
    ///
    /// Each one [fits](Delivery::fits) the script if this one does, and joins no messages
    /// that this one does not join. A `hold` stays a `hold`, because it is compared with
    /// another `hold`.
    pub fn smaller<'a>(&'a self, script: &'a Script) -> impl Iterator<Item = Self> + 'a {
        let edges = Edges::of(self, script);
        self.unedited(script)
            .into_iter()
            .chain(self.closer(edges.clone()))
            .chain(self.shorter())
            .chain(self.simpler(script.len()))
            .chain(self.further_left(edges))
    }

    /// Whether this delivery differs from `other` only in that it has fewer differences from
    /// `whole`.
    #[must_use]
    pub fn is_part_of(&self, other: &Self, script: &Script) -> bool {
        let same = |delivery: &Self| Self {
            lengths: Lengths::default(),
            ..delivery.clone()
        };
        if self.delivered() != other.delivered() || same(self) != same(other) {
            return false;
        }
        let all = Edges::of(other, script).differences();
        let differences = Edges::of(self, script).differences();
        differences.iter().all(|at| all.binary_search(at).is_ok())
    }

    /// The same cuts in the unedited stream. Messages that the edit had removed are whole.
    fn unedited(&self, script: &Script) -> Option<Self> {
        let edit = self.edit.as_ref()?;
        let Range { start, end } = edit.range();
        let back = |at: Offset| unshift(edit, at);
        let restored = script
            .message_edges()
            .filter(|edge| start <= *edge && *edge <= end);
        let mut edges: Vec<_> = self.lengths.edges().filter_map(back).collect();
        edges.extend(restored);
        edges.sort_unstable();
        let lengths = Lengths::cut_at(edges, back(self.delivered()).unwrap_or(end));
        let unedited = Self {
            edit: None,
            pause: self.pause.and_then(back),
            ..self.clone()
        };
        Some(unedited.recut(lengths).with_end(self.end))
    }

    /// With fewer differences from `whole`: without all of them, without each half, and so
    /// on down to each one.
    fn closer(&self, edges: Edges) -> impl Iterator<Item = Self> + '_ {
        let differences = match self.end {
            DeliveryEnd::ResetBeforeAccept => Vec::new(),
            _ => edges.differences(),
        };
        blocks(differences.len()).map(move |(start, end)| {
            let kept = [&differences[..start], &differences[end..]].concat();
            self.cut_at(symmetric_difference(&edges.whole, &kept))
        })
    }

    /// With fewer bytes, if the delivery has an end of its own: none, half, three quarters,
    /// and so on up to all but the last. What an edit adds stays whole or goes, unless it is
    /// without an end: a part of it could be another message, or a valid one.
    fn shorter(&self) -> impl Iterator<Item = Self> + '_ {
        let len = match self.end {
            DeliveryEnd::AsScripted => 0,
            _ => self.delivered().get(),
        };
        let ends = halvings(len).map(move |dropped| Offset::new(len - dropped));
        let ends = ends.filter(|end| !self.edit.as_ref().is_some_and(|it| divides(*end, it)));
        ends.map(|end| self.truncated(end))
    }

    /// Drops an edit behind the new end.
    fn truncated(&self, end: Offset) -> Self {
        let reached = |edit: &StreamEdit| edit.range().start < end;
        Self {
            edit: self.edit.clone().filter(reached),
            ..self.recut(self.lengths.truncated(end))
        }
    }

    fn simpler(&self, len: usize) -> impl Iterator<Item = Self> + '_ {
        let unpaused = self.pause.map(|_| Self {
            pause: None,
            ..self.clone()
        });
        let other_connections = simpler_connections(self.other_connections)
            .map(|other_connections| self.clone().with_other_connections(other_connections));
        let reading = [Reading::Eager, Reading::Slow].into_iter();
        let reading = reading
            .filter(|reading| *reading < self.reading)
            .map(|reading| self.clone().with_reading(reading));
        let ends = simpler_ends(self.end)
            .map(|end| self.clone().with_end(end))
            .filter(move |delivery| self.fits(len).is_err() || delivery.fits(len).is_ok());
        let simpler = other_connections.chain(reading).chain(ends);
        unpaused.into_iter().chain(simpler)
    }

    /// With one cut moved to the left: to one byte after the edge before it, halfway there,
    /// or by one byte.
    fn further_left(&self, edges: Edges) -> impl Iterator<Item = Self> + '_ {
        let own = edges.own.clone();
        (0..own.len())
            .filter(move |index| edges.whole.binary_search(&edges.own[*index]).is_err())
            .flat_map(move |index| {
                let before = index.checked_sub(1).map_or(Offset::START, |i| own[i]);
                let own = own.clone();
                left_of(own[index], before).map(move |to| {
                    let mut moved = own.clone();
                    let from = std::mem::replace(&mut moved[index], to);
                    Self {
                        pause: self.pause.map(|at| if at == from { to } else { at }),
                        ..self.cut_at(moved)
                    }
                })
            })
    }

    fn cut_at(&self, edges: impl IntoIterator<Item = Offset>) -> Self {
        self.recut(Lengths::cut_at(edges, self.delivered()))
    }
}

/// The edges of a delivery, and those of `whole` in the same bytes: ascending, without
/// both ends.
#[derive(Clone, Debug)]
struct Edges {
    own: Vec<Offset>,
    whole: Vec<Offset>,
}

impl Edges {
    fn of(delivery: &Delivery, script: &Script) -> Self {
        let openings = delivery.openings(script).map(|(_, at)| at);
        let mut whole: Vec<_> = openings.filter(|at| *at > Offset::START).collect();
        whole.dedup();
        Self {
            own: delivery.lengths.edges().collect(),
            whole,
        }
    }

    fn differences(&self) -> Vec<Offset> {
        symmetric_difference(&self.own, &self.whole)
    }
}

/// The items that are in only one of two ascending lists.
fn symmetric_difference(one: &[Offset], other: &[Offset]) -> Vec<Offset> {
    let mut all = [one, other].concat();
    all.sort_unstable();
    let groups = all.chunk_by(|a, b| a == b);
    groups
        .filter_map(|group| (group.len() == 1).then_some(group[0]))
        .collect()
}

/// The blocks to drop from a list of `len` items: all, each half, each quarter, and so on
/// down to each item.
pub(crate) fn blocks(len: usize) -> impl Iterator<Item = (usize, usize)> {
    halvings(len).flat_map(move |size| {
        let starts = (0..len).step_by(size);
        starts.map(move |start| (start, len.min(start + size)))
    })
}

/// `len`, half of it, a quarter, and so on down to 1; nothing for 0.
pub(super) fn halvings(len: usize) -> impl Iterator<Item = usize> {
    let half = |size: &usize| Some(size / 2).filter(|half| *half > 0);
    std::iter::successors(Some(len).filter(|len| *len > 0), half)
}

fn left_of(cut: Offset, before: Offset) -> impl Iterator<Item = Offset> {
    let gap = cut.get() - before.get();
    let mut places = vec![before.plus(1), before.plus(gap / 2), cut.minus(1)];
    places.retain(|place| before < *place && *place < cut);
    places.dedup();
    places.into_iter()
}

fn simpler_connections(
    other_connections: OtherConnections,
) -> impl Iterator<Item = OtherConnections> {
    let fewer = match other_connections {
        OtherConnections::Churned(times) => {
            NonZeroU16::new(times.get() / 2).map(OtherConnections::Churned)
        }
        _ => None,
    };
    let alone = (other_connections != OtherConnections::Alone).then_some(OtherConnections::Alone);
    alone.into_iter().chain(fewer)
}

fn simpler_ends(end: DeliveryEnd) -> impl Iterator<Item = DeliveryEnd> {
    const SIMPLE: [DeliveryEnd; 5] = [
        DeliveryEnd::AsScripted,
        DeliveryEnd::Half,
        DeliveryEnd::Fin,
        DeliveryEnd::FinAtOnce,
        DeliveryEnd::Reset,
    ];
    let simpler = move |other: &DeliveryEnd| end != DeliveryEnd::Hold && *other < end;
    SIMPLE.into_iter().filter(simpler)
}

/// Whether a stream that ends here has only a part of what an edit adds once.
fn divides(end: Offset, edit: &StreamEdit) -> bool {
    let added = edit.replacement();
    let start = edit.range().start;
    added.times() == 1 && start < end && end < start.plus(added.len())
}

/// Converts an offset of the edited stream to one of the stream; `None` inside the
/// replacement.
fn unshift(edit: &StreamEdit, at: Offset) -> Option<Offset> {
    let added = edit.replacement().len();
    if at >= edit.range().start.plus(added) {
        Some(at.minus(added).plus(edit.removed()))
    } else if at <= edit.range().start {
        Some(at)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn script() -> Script {
        sample::script(&[("02", "ab", 0), ("03", "cde", 0)])
    }

    fn delivery(notation: &str) -> Delivery {
        notation.parse().expect("a delivery")
    }

    /// The result of shrinking while `fails` is true.
    fn smallest(notation: &str, fails: impl Fn(&Delivery) -> bool) -> String {
        let script = script();
        let mut least = delivery(notation);
        loop {
            let next = least.smaller(&script).find(&fails);
            let Some(next) = next else {
                return least.to_string();
            };
            least = next;
        }
    }

    #[test]
    fn whole_has_nothing_smaller() {
        assert_eq!(delivery("4,5").smaller(&script()).count(), 0);
    }

    #[test]
    fn what_always_fails_shrinks_to_the_baseline_or_to_nothing() {
        assert_eq!(smallest("1x9", |_| true), "4,5");
        assert_eq!(smallest("9 slow stalled", |_| true), "4,5");
        assert_eq!(smallest("1x7 rst", |_| true), "0 half");
        assert_eq!(smallest("1x7 hold", |_| true), "0 hold");
        assert_eq!(smallest("@0..2=2d3032 5,5 churn=1000", |_| true), "4,5");
    }

    #[test]
    fn only_the_cut_that_matters_is_kept() {
        let late = |delivery: &Delivery| {
            let mut edges = delivery.lengths.edges();
            edges.any(|at| at.get() != 4 && at.get() >= 6)
        };
        assert_eq!(smallest("1x9", late), "4,2,3");
        assert_eq!(smallest("1x8 fin", late), "4,2,1 half");
    }

    #[test]
    fn a_pause_stays_if_it_is_what_fails() {
        let paused = |delivery: &Delivery| delivery.pause().is_some();
        assert_eq!(smallest("1x9 pause@6", paused), "4,1,4 pause@5");
        assert_eq!(smallest("4,2,3 pause@6", |_| true), "4,5");
    }

    #[test]
    fn only_the_join_that_matters_is_kept() {
        let joined = |delivery: &Delivery| !delivery.lengths.edges().any(|at| at.get() == 4);
        let long = |delivery: &Delivery| joined(delivery) && delivery.delivered().get() == 9;
        assert_eq!(smallest("2,4,3", long), "9");
    }

    #[test]
    fn an_edit_stays_whole_if_it_is_what_fails() {
        let edited = |delivery: &Delivery| delivery.edit().is_some();
        assert_eq!(
            smallest("@4..6=2d33 4,5 half", edited),
            "@4..6=2d33 4,2 half"
        );
    }

    #[test]
    fn a_message_that_the_edit_removed_comes_back_alone() {
        let delivery = delivery("@4..9= 4 half");
        let first = delivery
            .smaller(&script())
            .next()
            .expect("the unedited one");
        assert_eq!(first.to_string(), "4,5 half");
    }

    #[test]
    fn a_part_of_a_delivery_has_some_of_its_cuts_and_joins() {
        let script = script();
        let is_part = |part: &str, of: &str| delivery(part).is_part_of(&delivery(of), &script);
        for part in ["4,5", "1,3,5", "4,2,3", "1x4,5"] {
            assert!(is_part(part, "1x9"), "{part}");
        }
        assert!(is_part("2,2,5", "2,7"), "the join alone is left out");
        assert!(!is_part("9", "1x9"), "it joins what the other does not");
        assert!(!is_part("1,3,5", "2,2,5"), "another cut");
        assert!(!is_part("1,3 half", "1,3,5"), "another end");
        assert!(!is_part("1,3 half", "1,3,1 half"), "another length");
    }

    #[test]
    fn what_is_sent_before_accept_stays_one_write() {
        for smaller in delivery("9 rst@accept").smaller(&script()) {
            let early = smaller.end() == DeliveryEnd::ResetBeforeAccept;
            assert!(!early || smaller.chunk_count() <= 1, "{smaller}");
        }
    }

    #[test]
    fn every_candidate_is_smaller_and_fits() {
        let script = script();
        for notation in [
            "1x9",
            "9",
            "3,3,3 slow",
            "2,5 fin+",
            "7 rst@accept",
            "@1..4=00 7 half",
            "@1..4=00 2,5 half pause@2",
            "1,8 pause@1",
        ] {
            let delivery = delivery(notation);
            delivery.fits(script.len()).expect("the sample fits");
            for smaller in delivery.smaller(&script) {
                assert!(
                    smaller.weight(&script) < delivery.weight(&script),
                    "{smaller}"
                );
                smaller.fits(script.len()).expect("a candidate fits");
            }
        }
    }
}
