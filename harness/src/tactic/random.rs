//! Segmentations drawn at random, that shrink towards the baseline.
//!
//! A segmentation is drawn as its departures from `whole`: edges that it joins
//! over, and cuts that it adds. Dropping departures therefore leads to `whole`,
//! and never to a chunk that the protocol forbids.

use std::fmt;
use std::sync::Arc;

use proptest::prelude::RngExt as _;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::layout::{Layout, Pipelining};
use super::lengths::Lengths;
use super::{Delivery, Offset, Options, Script};

/// The most cuts that are drawn.
const MOST_CUTS: usize = 1024;

/// What the random deliveries of a run are drawn from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Seed(pub u64);

/// What tells one scenario's draws from another's under the same seed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Salt(pub u64);

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A proptest strategy: deliveries of a whole script, cut and joined at random.
#[derive(Clone, Debug)]
pub struct Segmentations {
    layout: Arc<Layout>,
}

impl Segmentations {
    /// Segmentations of a script.
    #[must_use]
    pub fn new(script: &Script, pipelining: Pipelining) -> Self {
        Self::over(Arc::new(Layout::of(script, pipelining)))
    }

    pub(super) fn over(layout: Arc<Layout>) -> Self {
        Self { layout }
    }

    /// The nth that the seed gives a scenario, whatever else is drawn.
    pub(super) fn nth(&self, draw: usize, options: &Options) -> Delivery {
        let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &key(draw, options));
        self.draw(&mut rng).current()
    }

    /// Draws one.
    pub fn draw(&self, rng: &mut TestRng) -> SegmentationTree {
        let joins = self.draw_joins(rng).into_iter().map(Departure::Join);
        let cuts = self.draw_cuts(rng).into_iter().map(Departure::Cut);
        SegmentationTree::new(Arc::clone(&self.layout), joins.chain(cuts).collect())
    }

    /// None of the edges that may be joined over, all of them, or some.
    fn draw_joins(&self, rng: &mut TestRng) -> Vec<Offset> {
        let joints = self.layout.joints();
        match rng.random_range(0..3) {
            0 => Vec::new(),
            1 => joints.collect(),
            _ => joints.filter(|_| rng.random()).collect(),
        }
    }

    /// A few cuts, many, a run of single bytes, or some close to an edge.
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

/// The generator's key: no two draws of a run share one.
fn key(draw: usize, options: &Options) -> [u8; 32] {
    let words = [options.seed.0, options.salt.0, draw as u64, KEY_VERSION];
    let mut key = [0; 32];
    for (place, word) in key.chunks_exact_mut(8).zip(words) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    key
}

/// Changes when the way of drawing does, so that nobody takes an old seed's
/// deliveries for new ones.
const KEY_VERSION: u64 = 1;

impl Strategy for Segmentations {
    type Tree = SegmentationTree;
    type Value = Delivery;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        Ok(self.draw(runner.rng()))
    }
}

/// One way in which a segmentation is not `whole`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Departure {
    /// Two messages share a chunk.
    Join(Offset),
    /// A chunk ends inside a message.
    Cut(Offset),
}

/// A drawn segmentation and those that are simpler.
///
/// First departures are dropped, all of them, then half of them, and so on down
/// to one; then the cuts that are left are moved to the left, one after the
/// other.
#[derive(Clone, Debug)]
pub struct SegmentationTree {
    layout: Arc<Layout>,
    departures: Vec<Departure>,
    before: Option<Vec<Departure>>,
    step: Step,
}

/// What is tried next.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// To drop `block` departures, from the `at`th on.
    Drop { block: usize, at: usize },
    /// To move the `index`th departure, if it is a cut, to `low` or after.
    Move { index: usize, low: Offset },
}

impl SegmentationTree {
    fn new(layout: Arc<Layout>, departures: Vec<Departure>) -> Self {
        let block = departures.len();
        Self {
            layout,
            departures,
            before: None,
            step: Step::Drop { block, at: 0 },
        }
    }

    fn drop_block(&mut self, at: usize, block: usize) {
        self.before = Some(self.departures.clone());
        let end = self.departures.len().min(at + block);
        self.departures.drain(at..end);
    }

    /// Halves the distance to `low`; false if there is none, or no cut.
    fn move_left(&mut self, index: usize, low: Offset) -> bool {
        match self.departures[index] {
            Departure::Cut(at) if low < at => {
                self.before = Some(self.departures.clone());
                let middle = low.plus((at.get() - low.get()) / 2);
                self.departures[index] = Departure::Cut(middle);
                true
            }
            _ => false,
        }
    }

    /// Where the cut at `index` may go: past the one before it.
    fn lowest(&self, index: usize) -> Offset {
        let before = index.checked_sub(1).map(|before| self.departures[before]);
        match before {
            Some(Departure::Cut(at)) => at.plus(1),
            _ => Offset::new(1),
        }
    }

    fn start_move(&self, index: usize) -> Step {
        let low = self.lowest(index);
        Step::Move { index, low }
    }
}

impl ValueTree for SegmentationTree {
    type Value = Delivery;

    fn current(&self) -> Delivery {
        let joined = |edge: &Offset| self.departures.contains(&Departure::Join(*edge));
        let edges = self.layout.edges.iter().copied();
        let mut edges: Vec<_> = edges.filter(|edge| !joined(edge)).collect();
        edges.extend(
            self.departures
                .iter()
                .filter_map(|departure| match departure {
                    Departure::Cut(at) => Some(*at),
                    Departure::Join(_) => None,
                }),
        );
        edges.sort_unstable();
        Delivery::of(Lengths::cut_at(edges, self.layout.end))
    }

    fn simplify(&mut self) -> bool {
        loop {
            match self.step {
                Step::Drop { block: 0, .. } => self.step = self.start_move(0),
                Step::Drop { block, at } if at >= self.departures.len() => {
                    self.step = Step::Drop {
                        block: block / 2,
                        at: 0,
                    };
                }
                Step::Drop { block, at } => {
                    self.drop_block(at, block);
                    return true;
                }
                Step::Move { index, .. } if index >= self.departures.len() => return false,
                Step::Move { index, low } => {
                    if self.move_left(index, low) {
                        return true;
                    }
                    self.step = self.start_move(index + 1);
                }
            }
        }
    }

    fn complicate(&mut self) -> bool {
        let Some(before) = self.before.take() else {
            return false;
        };
        let tried = std::mem::replace(&mut self.departures, before);
        match &mut self.step {
            Step::Drop { block, at } => *at += *block,
            Step::Move { index, low } => {
                if let Departure::Cut(at) = tried[*index] {
                    *low = at.plus(1);
                }
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Seed, sample};
    use super::*;

    fn sample() -> Script {
        let messages = [
            ("0012", "hello, world", 0),
            ("0003", "abc", 0),
            ("0001", "x", 1),
        ];
        sample::script(&messages)
    }

    fn draw(draw: usize, seed: u64) -> String {
        let options = Options {
            seed: Seed(seed),
            ..Options::default()
        };
        let all = Segmentations::new(&sample(), Pipelining::Forbidden);
        all.nth(draw, &options).to_string()
    }

    /// What shrinking ends in, if what `fails` says fails.
    fn simplest(tree: &mut SegmentationTree, fails: impl Fn(&Delivery) -> bool) -> Delivery {
        while tree.simplify() {
            if !fails(&tree.current()) && !tree.complicate() {
                break;
            }
        }
        tree.current()
    }

    fn each_draw(check: impl Fn(SegmentationTree)) {
        let all = Segmentations::new(&sample(), Pipelining::Forbidden);
        for draw in 0..200 {
            let key = key(draw, &Options::default());
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
    fn no_draw_crosses_a_wall() {
        each_draw(|tree| {
            let delivery = tree.current();
            assert!(
                delivery.lengths.edges().any(|at| at.get() == 23),
                "{delivery}"
            );
        });
    }
}
