//! Random segmentations from a seed.
//!
//! They contain no chunk that the protocol forbids.

use std::fmt;
use std::sync::Arc;

use proptest::prelude::RngExt as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

use super::layout::StreamLayout;
use super::lengths::Lengths;
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
        self.draw(&mut rng)
    }

    fn draw(&self, rng: &mut TestRng) -> Delivery {
        let joins = self.draw_joins(rng);
        let kept = self.layout.edges.iter().copied();
        let mut edges: Vec<_> = kept.filter(|edge| !joins.contains(edge)).collect();
        edges.extend(self.draw_cuts(rng));
        edges.sort_unstable();
        Delivery::of(Lengths::cut_at(edges, self.layout.end))
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

    const MESSAGES: [(&str, &str, usize); 3] = [
        ("0012", "hello, world", 0),
        ("0003", "abc", 0),
        ("0001", "x", 1),
    ];

    fn segmentations() -> Segmentations {
        let layout = StreamLayout::of(&sample::script(&MESSAGES), Pipelining::Forbidden);
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
    fn smallest(mut delivery: Delivery, fails: impl Fn(&Delivery) -> bool) -> String {
        let script = sample::script(&MESSAGES);
        while let Some(smaller) = delivery.clone().smaller(&script).find(&fails) {
            delivery = smaller;
        }
        delivery.to_string()
    }

    fn each_draw(check: impl Fn(Delivery)) {
        let all = segmentations();
        for draw in 0..200 {
            check(all.nth(draw, &PlanOptions::default()));
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
        each_draw(|drawn| assert_eq!(smallest(drawn, |_| true), "16,7,5"));
    }

    #[test]
    fn what_fails_by_one_cut_shrinks_to_one_cut() {
        let late = |delivery: &Delivery| {
            let mut edges = delivery.edges();
            edges.any(|at| ![16, 23].contains(&at.get()) && at.get() >= 6)
        };
        each_draw(|drawn| {
            if late(&drawn) {
                let smallest = smallest(drawn, late);
                let leftmost = ["6,10,7,5", "16,1,6,5", "16,7,1,4"];
                assert!(leftmost.contains(&smallest.as_str()), "{smallest}");
            }
        });
    }

    #[test]
    fn what_fails_by_joining_keeps_the_join_alone() {
        let joins = |delivery: &Delivery| !delivery.edges().any(|at| at.get() == 16);
        each_draw(|drawn| {
            if joins(&drawn) {
                assert_eq!(smallest(drawn, joins), "23,5");
            }
        });
    }

    #[test]
    fn no_draw_crosses_a_turn_without_pipelining() {
        each_draw(|drawn| assert!(drawn.edges().any(|at| at.get() == 23), "{drawn}"));
    }
}
