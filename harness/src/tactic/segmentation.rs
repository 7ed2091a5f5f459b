//! Shrinking of a random segmentation.
//!
//! A segmentation is stored as its differences from `whole`: edges that it joins, and cuts
//! that it adds. So dropping differences leads to `whole`, and never to a chunk that the
//! protocol forbids.

use std::sync::Arc;

use proptest::strategy::ValueTree;

use super::layout::StreamLayout;
use super::lengths::Lengths;
use super::{Delivery, Offset};

/// A difference between a segmentation and `whole`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Difference {
    /// Two messages share a chunk.
    Join(Offset),
    /// A chunk ends inside a message.
    Cut(Offset),
}

impl Difference {
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

/// A random segmentation and the simpler ones.
///
/// First it drops differences: all of them, then half of them, and so on down to one. Then
/// it moves the remaining cuts to the left, one after the other.
#[derive(Clone, Debug)]
pub(super) struct SegmentationTree {
    layout: Arc<StreamLayout>,
    /// The joins, then the cuts, both ascending.
    differences: Vec<Difference>,
    before: Option<Vec<Difference>>,
    step: ShrinkStep,
}

/// What is tried next.
#[derive(Clone, Copy, Debug)]
enum ShrinkStep {
    /// Drop `block` differences from index `at`.
    Drop { block: usize, at: usize },
    /// Move the difference at `index`, if it is a cut, to `low` or later.
    Move { index: usize, low: Offset },
}

impl SegmentationTree {
    pub(super) fn new(layout: Arc<StreamLayout>, differences: Vec<Difference>) -> Self {
        let block = differences.len();
        Self {
            layout,
            differences,
            before: None,
            step: ShrinkStep::Drop { block, at: 0 },
        }
    }

    fn drop_block(&mut self, at: usize, block: usize) {
        self.before = Some(self.differences.clone());
        let end = self.differences.len().min(at + block);
        self.differences.drain(at..end);
    }

    /// Halves the distance to `low`; false if that is 0, or if it is not a cut.
    fn move_left(&mut self, index: usize, low: Offset) -> bool {
        let Some(at) = self.differences[index].cut().filter(|at| low < *at) else {
            return false;
        };
        self.before = Some(self.differences.clone());
        let middle = low.plus((at.get() - low.get()) / 2);
        self.differences[index] = Difference::Cut(middle);
        true
    }

    /// The lowest offset of the cut at `index`: after the cut before it.
    fn lowest(&self, index: usize) -> Offset {
        let before = index.checked_sub(1).map(|before| self.differences[before]);
        let cut = before.as_ref().and_then(Difference::cut);
        cut.unwrap_or(Offset::START).plus(1)
    }

    fn start_move(&self, index: usize) -> ShrinkStep {
        let low = self.lowest(index);
        ShrinkStep::Move { index, low }
    }
}

impl ValueTree for SegmentationTree {
    type Value = Delivery;

    fn current(&self) -> Delivery {
        let joins: Vec<_> = self
            .differences
            .iter()
            .filter_map(Difference::join)
            .collect();
        let joined = |edge: &Offset| joins.binary_search(edge).is_ok();
        let edges = self.layout.edges.iter().copied();
        let mut edges: Vec<_> = edges.filter(|edge| !joined(edge)).collect();
        edges.extend(self.differences.iter().filter_map(Difference::cut));
        edges.sort_unstable();
        Delivery::of(Lengths::cut_at(edges, self.layout.end))
    }

    fn simplify(&mut self) -> bool {
        loop {
            match self.step {
                ShrinkStep::Drop { block: 0, .. } => self.step = self.start_move(0),
                ShrinkStep::Drop { block, at } if at >= self.differences.len() => {
                    self.step = ShrinkStep::Drop {
                        block: block / 2,
                        at: 0,
                    };
                }
                ShrinkStep::Drop { block, at } => {
                    self.drop_block(at, block);
                    return true;
                }
                ShrinkStep::Move { index, .. } if index >= self.differences.len() => return false,
                ShrinkStep::Move { index, low } => {
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
        let tried = std::mem::replace(&mut self.differences, before);
        match &mut self.step {
            ShrinkStep::Drop { block, at } => *at += *block,
            ShrinkStep::Move { index, low } => {
                if let Some(at) = tried[*index].cut() {
                    *low = at.plus(1);
                }
            }
        }
        true
    }
}
