//! The offsets that the tactics try.
//!
//! Short streams are tried at every offset, because real defects showed at only one of
//! three hundred. Long streams are tried around region edges, inside characters, and at
//! offsets spread over the rest. The seed has no influence, so an id means the same offset
//! in every run.

use std::collections::BTreeSet;

use super::layout::StreamLayout;
use super::{Offset, Profile, Script};

/// Streams up to this long are tried at every offset.
const EVERY_OFFSET: usize = 4096;
/// Streams up to this long are cut at every pair of offsets.
const EVERY_PAIR: usize = 64;
/// Streams up to this long have a `hold` at every offset. A `hold` costs one chunk per
/// byte.
const EVERY_HOLD: usize = 64;

/// The number of offsets in a longer stream: around its edges, inside its characters, and
/// spread over it. The last is prime, so that the offsets are not all multiples of a
/// power of two.
const AROUND_EDGES: usize = 2048;
const IN_CHARACTERS: usize = 1024;
const SPREAD: usize = 1021;

/// The same for tactics that pair offsets or are expensive.
const FEW_AROUND_EDGES: usize = 64;
const FEW_SPREAD: usize = 31;

/// The most pauses. Each takes longer than a hundred other cases.
const PAUSES: usize = 32;

/// The offsets for each family of tactics: ascending, without duplicates, and bounded.
#[derive(Clone, Debug)]
pub(super) struct Points {
    /// For `cut`.
    pub(super) cuts: Vec<Offset>,
    /// For `cuts`, which pairs them.
    pub(super) pairs: Vec<Offset>,
    /// For `joined+cut`.
    pub(super) joined: Vec<Offset>,
    /// For `fin`, `half`, `rst` and `fin+`.
    pub(super) ends: Vec<Offset>,
    /// For `hold`.
    pub(super) holds: Vec<Offset>,
    /// For `pause`.
    pub(super) pauses: Vec<Offset>,
}

impl Points {
    pub(super) fn of(script: &Script, layout: &StreamLayout, profile: Profile) -> Self {
        let everywhere = everywhere(script, layout);
        let edges = at_edges(layout);
        let new_cut = |at: &Offset| layout.is_new_cut(*at);
        Self {
            pairs: paired(layout).into_iter().filter(new_cut).collect(),
            joined: around_joints(script, layout),
            holds: hold_lengths(layout),
            pauses: pauses(layout),
            cuts: everywhere.iter().copied().filter(new_cut).collect(),
            ends: match profile {
                Profile::Quick => edges.into_iter().collect(),
                _ => everywhere.union(&edges).copied().collect(),
            },
        }
    }
}

/// Every offset, or many of them; always both ends of the stream.
fn everywhere(script: &Script, layout: &StreamLayout) -> BTreeSet<Offset> {
    if layout.end.get() <= EVERY_OFFSET {
        return (0..=layout.end.get()).map(Offset::new).collect();
    }
    let mut points = around(layout, 2, AROUND_EDGES);
    points.extend(thinned(script.inside_characters(), IN_CHARACTERS));
    points.extend(spread(layout.end, SPREAD));
    points.extend([Offset::START, layout.end]);
    points
}

/// The edges of regions and their neighbours; always both ends of the stream.
fn at_edges(layout: &StreamLayout) -> BTreeSet<Offset> {
    let mut points = around(layout, 1, EVERY_OFFSET);
    points.extend([Offset::START, layout.end]);
    points
}

fn paired(layout: &StreamLayout) -> BTreeSet<Offset> {
    if layout.end.get() <= EVERY_PAIR {
        return (0..=layout.end.get()).map(Offset::new).collect();
    }
    few(layout)
}

/// A `hold` of at most one byte is the same as one write.
fn hold_lengths(layout: &StreamLayout) -> Vec<Offset> {
    let end = layout.end.get();
    if end <= EVERY_HOLD {
        return (2..=end).map(Offset::new).collect();
    }
    let mut points = few(layout);
    points.insert(layout.end);
    points.into_iter().filter(|at| at.get() >= 2).collect()
}

/// Inside messages: at the edges of their regions, and in the middle of each region. A reader
/// that gives up in a region has lost a part of it, and one that gives up between two has lost
/// a whole one.
fn pauses(layout: &StreamLayout) -> Vec<Offset> {
    let regions = layout.regions.windows(2);
    let middle = |pair: &[Offset]| pair[0].plus((pair[1].get() - pair[0].get()) / 2);
    let points: BTreeSet<_> = regions
        .flat_map(|pair| [pair[0], middle(pair)])
        .filter(|at| layout.is_new_cut(*at))
        .collect();
    thinned(points.iter().copied(), PAUSES).collect()
}

fn few(layout: &StreamLayout) -> BTreeSet<Offset> {
    let mut points = around(layout, 1, FEW_AROUND_EDGES);
    points.extend(spread(layout.end, FEW_SPREAD));
    points
}

/// In each message that may be joined to the one before it: around the edges of its
/// regions, and in its middle.
fn around_joints(script: &Script, layout: &StreamLayout) -> Vec<Offset> {
    let followers = script.spans().map(|(_, span)| span);
    let followers = followers.filter(|span| layout.is_edge(span.start));
    let mut points = BTreeSet::new();
    for span in followers.filter(|span| !layout.is_wall(span.start)) {
        let first = layout.regions.partition_point(|edge| *edge < span.start);
        let edges = layout.regions[first..].iter().copied();
        let edges = edges.take_while(|edge| *edge <= span.end);
        let near = edges.flat_map(|edge| neighbourhood(edge, 1));
        points.extend(near.filter(|at| *at < span.end));
        points.insert(span.start.plus((span.end.get() - span.start.get()) / 2));
    }
    points.retain(|at| layout.is_inside(*at) && !layout.is_wall(*at));
    thinned(points.iter().copied(), EVERY_OFFSET).collect()
}

/// At most `most` offsets that are up to `reach` away from an edge of a region.
fn around(layout: &StreamLayout, reach: usize, most: usize) -> BTreeSet<Offset> {
    let edges = layout.regions.iter();
    let points: BTreeSet<_> = edges
        .flat_map(|edge| neighbourhood(*edge, reach))
        .filter(|at| *at <= layout.end)
        .collect();
    thinned(points.iter().copied(), most).collect()
}

fn neighbourhood(edge: Offset, reach: usize) -> impl Iterator<Item = Offset> {
    (0..=reach).flat_map(move |away| [edge.minus(away), edge.plus(away)])
}

/// `count` offsets at equal distances.
fn spread(end: Offset, count: usize) -> impl Iterator<Item = Offset> {
    (1..=count).map(move |index| Offset::new(scaled(end.get(), index, count + 1)))
}

/// At most `most` of the points, at equal distances.
fn thinned(
    points: impl Iterator<Item = Offset> + Clone,
    most: usize,
) -> impl Iterator<Item = Offset> {
    let count = points.clone().count().max(1);
    let most = most.min(count);
    let kept = move |index: usize| scaled(most, index, count) < scaled(most, index + 1, count);
    let indexed = points.enumerate();
    indexed.filter_map(move |(index, point)| kept(index).then_some(point))
}

/// `whole * part / parts`, where `part <= parts`.
fn scaled(whole: usize, part: usize, parts: usize) -> usize {
    let scaled = whole as u128 * part as u128 / parts as u128;
    usize::try_from(scaled).expect("a part is no larger than the whole")
}

#[cfg(test)]
mod tests {
    use super::super::{Pipelining, sample};
    use super::*;

    fn points(messages: &[(&str, &str, usize)], profile: Profile) -> Points {
        let script = sample::script(messages);
        let layout = StreamLayout::of(&script, Pipelining::Forbidden);
        Points::of(&script, &layout, profile)
    }

    fn numbers(offsets: &[Offset]) -> Vec<usize> {
        offsets.iter().copied().map(Offset::get).collect()
    }

    #[test]
    fn a_short_stream_is_cut_wherever_whole_does_not_cut_it() {
        let points = points(&[("1", "a", 0), ("2", "bc", 1)], Profile::Standard);
        assert_eq!(numbers(&points.cuts), [1, 3, 4]);
        assert_eq!(numbers(&points.ends), [0, 1, 2, 3, 4, 5]);
        assert_eq!(numbers(&points.holds), [2, 3, 4, 5]);
    }

    #[test]
    fn quick_ends_at_edges_only() {
        let points = points(&[("12345678", "abcdefgh", 0)], Profile::Quick);
        assert_eq!(numbers(&points.ends), [0, 1, 7, 8, 9, 15, 16]);
    }

    #[test]
    fn a_pause_is_inside_a_message_at_an_edge_of_a_region_or_in_its_middle() {
        let points = points(&[("12", "abcd", 0), ("1", "x", 1)], Profile::Thorough);
        assert_eq!(numbers(&points.pauses), [1, 2, 4, 7]);
        let points = self::points(&vec![("12", "abcd", 0); 100], Profile::Thorough);
        assert_eq!(points.pauses.len(), PAUSES);
    }

    #[test]
    fn a_message_and_a_half_is_cut_around_its_header_and_in_its_middle() {
        let points = points(
            &[("12", "abcdef", 0), ("12", "abcdef", 0), ("12", "x", 1)],
            Profile::Quick,
        );
        assert_eq!(numbers(&points.joined), [7, 8, 9, 10, 11, 12, 15]);
    }

    #[test]
    fn a_long_stream_is_cut_at_its_edges_and_in_its_characters() {
        let body = format!("{}é{}", "x".repeat(9000), "x".repeat(9000));
        let points = points(&[("h", &body, 0), ("h", &body, 1)], Profile::Standard);
        let second = 1 + body.len();
        for at in [1, 2, 3, 9002, second - 2, second + 1, second + 3] {
            assert!(points.cuts.contains(&Offset::new(at)), "{at}");
        }
        assert!(points.cuts.len() <= AROUND_EDGES + IN_CHARACTERS + SPREAD);
        assert!(points.cuts.iter().any(|at| at.get() % 2 == 1));
    }

    #[test]
    fn the_number_of_points_is_bounded() {
        let many = vec![("hh", "ééé", 0); 5_000];
        let points = points(&many, Profile::Thorough);
        assert!(points.cuts.len() <= AROUND_EDGES + IN_CHARACTERS + SPREAD);
        assert!(points.pairs.len() <= FEW_AROUND_EDGES + FEW_SPREAD);
        assert!(points.joined.len() <= EVERY_OFFSET);
        assert!(points.holds.len() <= FEW_AROUND_EDGES + FEW_SPREAD + 1);
    }

    #[test]
    fn thinning_keeps_as_many_as_were_asked_for() {
        for (count, most) in [(0, 5), (3, 5), (5, 5), (100, 7)] {
            let points = (0..count).map(Offset::new);
            assert_eq!(thinned(points, most).count(), most.min(count));
        }
    }
}
