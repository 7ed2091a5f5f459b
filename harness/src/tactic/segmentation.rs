//! A drawn segmentation, and how it shrinks.
//!
//! It is kept as its departures from `whole`: edges that it joins over, and cuts
//! that it adds. Dropping departures therefore leads to `whole`, and never to a
//! chunk that the protocol forbids.

use std::sync::Arc;

use proptest::strategy::ValueTree;

use super::layout::Layout;
use super::lengths::Lengths;
use super::{Delivery, Offset};

/// One way in which a segmentation is not `whole`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Departure {
    /// Two messages share a chunk.
    Join(Offset),
    /// A chunk ends inside a message.
    Cut(Offset),
}

impl Departure {
    fn join(&self) -> Option<Offset> {
        match self {
            Self::Join(at) => Some(*at),
            Self::Cut(_) => None,
        }
    }

    fn cut(&self) -> Option<Offset> {
        match self {
            Self::Cut(at) => Some(*at),
            Self::Join(_) => None,
        }
    }
}

/// A drawn segmentation and those that are simpler.
///
/// First departures are dropped, all of them, then half of them, and so on down
/// to one; then the cuts that are left are moved to the left, one after the
/// other.
#[derive(Clone, Debug)]
pub struct SegmentationTree {
    layout: Arc<Layout>,
    /// The joins, then the cuts, both ascending.
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
    pub(super) fn new(layout: Arc<Layout>, departures: Vec<Departure>) -> Self {
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
        let Some(at) = self.departures[index].cut().filter(|at| low < *at) else {
            return false;
        };
        self.before = Some(self.departures.clone());
        let middle = low.plus((at.get() - low.get()) / 2);
        self.departures[index] = Departure::Cut(middle);
        true
    }

    /// Where the cut at `index` may go: past the one before it.
    fn lowest(&self, index: usize) -> Offset {
        let before = index.checked_sub(1).map(|before| self.departures[before]);
        let cut = before.as_ref().and_then(Departure::cut);
        cut.unwrap_or(Offset::START).plus(1)
    }

    fn start_move(&self, index: usize) -> Step {
        let low = self.lowest(index);
        Step::Move { index, low }
    }
}

impl ValueTree for SegmentationTree {
    type Value = Delivery;

    fn current(&self) -> Delivery {
        let joins: Vec<_> = self.departures.iter().filter_map(Departure::join).collect();
        let joined = |edge: &Offset| joins.binary_search(edge).is_ok();
        let edges = self.layout.edges.iter().copied();
        let mut edges: Vec<_> = edges.filter(|edge| !joined(edge)).collect();
        edges.extend(self.departures.iter().filter_map(Departure::cut));
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
                if let Some(at) = tried[*index].cut() {
                    *low = at.plus(1);
                }
            }
        }
        true
    }
}
