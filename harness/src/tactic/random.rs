//! Random segmentations from a seed.
//!
//! They contain no chunk that the protocol forbids. `segmentation` shrinks them.

use std::fmt;
use std::sync::Arc;

use proptest::prelude::RngExt as _;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

use super::layout::StreamLayout;
use super::segmentation::{Difference, SegmentationTree};
use super::{Delivery, Offset, PlanOptions};

const MOST_CUTS: usize = 1024;

/// The seed for the random deliveries of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Seed(pub u64);

/// Makes the draws of two scenarios differ under the same seed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Salt(pub u64);

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Draws deliveries of a whole script, cut and joined at random.
#[derive(Clone, Debug)]
pub(super) struct Segmentations {
    layout: Arc<StreamLayout>,
}

impl Segmentations {
    pub(super) fn over(layout: Arc<StreamLayout>) -> Self {
        Self { layout }
    }

    /// The delivery with this number. It does not depend on what else is drawn.
    pub(super) fn nth(&self, draw: usize, options: &PlanOptions) -> Delivery {
        let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &key(draw, options));
        self.draw(&mut rng).current()
    }

    fn draw(&self, rng: &mut TestRng) -> SegmentationTree {
        let joins = self.draw_joins(rng).into_iter().map(Difference::Join);
        let cuts = self.draw_cuts(rng).into_iter().map(Difference::Cut);
        SegmentationTree::new(Arc::clone(&self.layout), joins.chain(cuts).collect())
    }

    /// None, all or some of the edges that may be joined.
    fn draw_joins(&self, rng: &mut TestRng) -> Vec<Offset> {
        let joints = self.layout.joints();
        match rng.random_range(0..3) {
            0 => Vec::new(),
            1 => joints.collect(),
            _ => joints.filter(|_| rng.random()).collect(),
        }
    }

    /// A few cuts, many, a run of single bytes, or some near edges.
    fn draw_cuts(&self, rng: &mut TestRng) -> Vec<Offset> {
        let last = self.layout.end.get().saturating_sub(1);
        if last == 0 {
            return Vec::new();
        }
        let mut cuts: Vec<_> = match rng.random_range(0..4) {
            0 => scattered(rng, last, 4),
            1 => scattered(rng, last, last.min(MOST_CUTS)),
            2 => burst(rng, last),
            _ => self.near_edges(rng),
        };
        cuts.sort_unstable();
        cuts.dedup();
        cuts.retain(|at| self.layout.is_new_cut(*at));
        cuts
    }

    fn near_edges(&self, rng: &mut TestRng) -> Vec<Offset> {
        let edges = &self.layout.regions;
        let count = rng.random_range(1..=4);
        let near = |_| {
            let edge = edges[rng.random_range(0..edges.len())];
            edge.minus(2).plus(rng.random_range(0..=4))
        };
        (0..count).map(near).collect()
    }
}

fn scattered(rng: &mut TestRng, last: usize, most: usize) -> Vec<Offset> {
    let count = rng.random_range(1..=most);
    let anywhere = |_| Offset::new(rng.random_range(1..=last));
    (0..count).map(anywhere).collect()
}

fn burst(rng: &mut TestRng, last: usize) -> Vec<Offset> {
    let first = rng.random_range(1..=last);
    let count = rng.random_range(1..=64);
    (first..=last).take(count).map(Offset::new).collect()
}

/// The key of the generator, different for each draw of a run.
fn key(draw: usize, options: &PlanOptions) -> [u8; 32] {
    let words = [options.seed.0, options.salt.0, draw as u64, KEY_VERSION];
    let mut key = [0; 32];
    for (place, word) in key.chunks_exact_mut(8).zip(words) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    key
}

/// Increase it when the method of drawing changes: then a seed gives other deliveries.
const KEY_VERSION: u64 = 1;

#[cfg(test)]
mod tests {
    use super::super::{Pipelining, Seed, sample};
    use super::*;

    fn segmentations() -> Segmentations {
        let messages = [
            ("0012", "hello, world", 0),
            ("0003", "abc", 0),
            ("0001", "x", 1),
        ];
        let layout = StreamLayout::of(&sample::script(&messages), Pipelining::Forbidden);
        Segmentations::over(Arc::new(layout))
    }

    fn draw(draw: usize, seed: u64) -> String {
        let options = PlanOptions {
            seed: Seed(seed),
            ..PlanOptions::default()
        };
        segmentations().nth(draw, &options).to_string()
    }

    /// The result of shrinking while `fails` is true.
    fn simplest(tree: &mut SegmentationTree, fails: impl Fn(&Delivery) -> bool) -> Delivery {
        while tree.simplify() {
            if !fails(&tree.current()) && !tree.complicate() {
                break;
            }
        }
        tree.current()
    }

    fn each_draw(check: impl Fn(SegmentationTree)) {
        let all = segmentations();
        for draw in 0..200 {
            let key = key(draw, &PlanOptions::default());
            check(all.draw(&mut TestRng::from_seed(RngAlgorithm::ChaCha, &key)));
        }
    }

    #[test]
    fn the_same_seed_draws_the_same() {
        assert_eq!(draw(3, 7), draw(3, 7));
        let drawn: std::collections::BTreeSet<_> = (0..64).map(|nth| draw(nth, 7)).collect();
        assert!(drawn.len() > 40, "{drawn:?}");
        let other: std::collections::BTreeSet<_> = (0..64).map(|nth| draw(nth, 8)).collect();
        assert_ne!(drawn, other);
    }

    #[test]
    fn what_always_fails_shrinks_to_whole() {
        each_draw(|mut tree| {
            assert_eq!(simplest(&mut tree, |_| true).to_string(), "16,7,5");
        });
    }

    #[test]
    fn what_fails_by_one_cut_shrinks_to_the_leftmost_such_cut() {
        let late = |delivery: &Delivery| {
            let edges = delivery.lengths.edges();
            edges
                .filter(|at| ![16, 23].contains(&at.get()))
                .any(|at| at.get() >= 6)
        };
        each_draw(|mut tree| {
            if late(&tree.current()) {
                assert_eq!(simplest(&mut tree, late).to_string(), "6,10,7,5");
            }
        });
    }

    #[test]
    fn what_fails_by_joining_keeps_the_join_alone() {
        let joins = |delivery: &Delivery| !delivery.lengths.edges().any(|at| at.get() == 16);
        each_draw(|mut tree| {
            if joins(&tree.current()) {
                assert_eq!(simplest(&mut tree, joins).to_string(), "23,5");
            }
        });
    }

    #[test]
    fn no_draw_crosses_a_turn_without_pipelining() {
        each_draw(|tree| {
            let delivery = tree.current();
            assert!(
                delivery.lengths.edges().any(|at| at.get() == 23),
                "{delivery}"
            );
        });
    }
}
