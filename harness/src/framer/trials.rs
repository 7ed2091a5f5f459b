//! Which segmentations of an input are tried, those with the fewest cuts first.

use std::collections::BTreeSet;

use proptest::prelude::RngExt as _;
use proptest::test_runner::{RngAlgorithm, TestRng};

use super::Segmentation;

/// About how many bytes a framer gets in the trials of one kind. A long input is cut at fewer
/// offsets.
const MOST_BYTES: usize = 16 << 20;
/// How often a long input is cut for one trial, except into single bytes. A framer that copies
/// its buffer for each chunk takes quadratic time.
const MOST_CUTS: usize = 128;
/// Up to this length a prefix is also cut into single bytes.
const SHORT: usize = 512;
/// Up to this length the whole input is cut into single bytes.
const MOST_SINGLE_BYTES: usize = 16 << 10;
/// How far around the end of a message offsets are tried.
const NEAR: usize = 4;
const CHUNK_SIZES: [usize; 12] = [2, 3, 4, 5, 7, 8, 16, 64, 512, 1024, 1448, 4096];

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// The longest input of which all segmentations are tried.
    pub(super) exhaustive: usize,
    /// How many offsets of a longer input are cut, one at a time.
    pub(super) offsets: usize,
    /// How many offsets near the ends of messages are cut together with each other.
    pub(super) paired: usize,
    /// How many random segmentations are tried.
    pub(super) random: usize,
    /// How many prefixes are tried.
    pub(super) prefixes: usize,
    pub(super) seed: u64,
}

impl Effort {
    pub(super) const THOROUGH: Self = Self {
        exhaustive: 12,
        offsets: 4096,
        paired: 48,
        random: 256,
        prefixes: 512,
        seed: 0,
    };
    /// For one of many inputs.
    pub(super) const QUICK: Self = Self {
        exhaustive: 8,
        offsets: 256,
        paired: 12,
        random: 32,
        prefixes: 32,
        seed: 0,
    };

    /// The same, but less of what would give a framer too many bytes.
    fn for_length(self, len: usize) -> Self {
        let most = MOST_BYTES / len.max(1);
        Self {
            offsets: self.offsets.min(most.max(32)),
            paired: self.paired.min((most / 32).max(8)),
            random: self.random.min((most / 4).max(8)),
            prefixes: self.prefixes.min((most / 4).max(8)),
            ..self
        }
    }
}

/// The segmentations of one input.
pub(super) struct Trials {
    effort: Effort,
    len: usize,
    /// Offsets near which a framer may go wrong, ascending.
    near: Vec<usize>,
}

/// The segmentation that shows best where messages end.
pub(super) fn finest(len: usize) -> Segmentation {
    let size = len.div_ceil(MOST_SINGLE_BYTES).max(1);
    Segmentation::cut_at(len, (size..len).step_by(size))
}

impl Trials {
    /// `ends` are the offsets at which messages end.
    pub(super) fn new(effort: Effort, len: usize, ends: impl Iterator<Item = usize>) -> Self {
        let around = |end: usize| end.saturating_sub(NEAR)..=end + NEAR;
        let near: BTreeSet<_> = std::iter::once(0).chain(ends).flat_map(around).collect();
        let inside = near.into_iter().filter(|at| 0 < *at && *at < len);
        Self {
            effort: effort.for_length(len),
            len,
            near: inside.collect(),
        }
    }

    /// The whole input, then the input as it ends too early.
    pub(super) fn all(&self) -> impl Iterator<Item = Segmentation> + '_ {
        let prefixes = self.prefixes().into_iter().rev();
        let of_prefixes = prefixes.flat_map(|len| self.of_prefix(len));
        self.of_all_bytes().chain(of_prefixes)
    }

    fn of_all_bytes(&self) -> Box<dyn Iterator<Item = Segmentation> + '_> {
        if self.len <= self.effort.exhaustive {
            return Box::new(every(self.len));
        }
        let single = self.sampled(self.effort.offsets).into_iter();
        let random = (0..self.effort.random).map(|draw| self.drawn(draw));
        let cuts = single
            .map(|at| vec![at])
            .chain(self.pairs())
            .chain(self.equal_chunks())
            .chain(random);
        let some = cuts.map(|cuts| Segmentation::cut_at(self.len, cuts));
        Box::new(some.chain((self.len <= MOST_SINGLE_BYTES).then(|| Segmentation::bytes(self.len))))
    }

    fn of_prefix(&self, len: usize) -> Box<dyn Iterator<Item = Segmentation> + '_> {
        if self.len <= self.effort.exhaustive {
            return Box::new(every(len));
        }
        let cuts = [len / 2, len.saturating_sub(2), len.saturating_sub(1)];
        let cuts = cuts.map(|at| Segmentation::cut_at(len, [at])).into_iter();
        Box::new(cuts.chain((len <= SHORT).then(|| Segmentation::bytes(len))))
    }

    fn prefixes(&self) -> Vec<usize> {
        let mut prefixes = self.sampled(self.effort.prefixes);
        if self.len > 0 {
            prefixes.insert(0, 0);
        }
        prefixes
    }

    /// All offsets inside the input, or about `most`: those near the ends of messages, and as
    /// many between.
    fn sampled(&self, most: usize) -> Vec<usize> {
        if self.len <= most {
            return (1..self.len).collect();
        }
        let half = most.div_ceil(2);
        let spread = (1..half).map(|step| self.len * step / half);
        let all: BTreeSet<_> = spread.chain(spread_over(&self.near, half)).collect();
        all.into_iter().collect()
    }

    /// Two cuts near the ends of messages.
    fn pairs(&self) -> impl Iterator<Item = Vec<usize>> + '_ {
        let at: Vec<_> = spread_over(&self.near, self.effort.paired).collect();
        (0..at.len()).flat_map(move |first| {
            let at = at.clone();
            (first + 1..at.len()).map(move |second| vec![at[first], at[second]])
        })
    }

    fn equal_chunks(&self) -> impl Iterator<Item = Vec<usize>> + '_ {
        let few = |size: &&usize| **size < self.len && self.len / **size <= MOST_CUTS.max(SHORT);
        let sizes = CHUNK_SIZES.iter().rev().filter(few);
        sizes.map(|size| (*size..self.len).step_by(*size).collect())
    }

    fn drawn(&self, draw: usize) -> Vec<usize> {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.effort.seed.to_le_bytes());
        key[8..16].copy_from_slice(&(draw as u64).to_le_bytes());
        let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &key);
        // Few cuts as often as many.
        let most = self.len.min(MOST_CUTS);
        let bits = rng.random_range(1..=usize::BITS - most.leading_zeros());
        let cuts = rng.random_range(1..=(1 << bits).min(most));
        (0..cuts).map(|_| rng.random_range(1..self.len)).collect()
    }
}

/// All segmentations of `len` bytes, by the number of cuts.
fn every(len: usize) -> impl Iterator<Item = Segmentation> {
    let places = len.saturating_sub(1);
    (0..=places as u32).flat_map(move |cuts| {
        let sets = (0_u32..1 << places).filter(move |set| set.count_ones() == cuts);
        sets.map(move |set| {
            let is_cut = |at: &usize| set >> (at - 1) & 1 == 1;
            Segmentation::cut_at(len, (1..len).filter(is_cut))
        })
    })
}

/// At most `most` of the items, spread evenly.
fn spread_over(items: &[usize], most: usize) -> impl Iterator<Item = usize> + '_ {
    let step = items.len().div_ceil(most).max(1);
    items.iter().copied().step_by(step)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const EFFORT: Effort = Effort {
        exhaustive: 5,
        random: 20,
        ..Effort::THOROUGH
    };

    fn trials(len: usize) -> Vec<Segmentation> {
        let ends = [len / 2, len].into_iter();
        Trials::new(EFFORT, len, ends).all().collect()
    }

    #[test]
    fn all_segmentations_of_a_short_input_are_tried_once() {
        let all: HashSet<_> = trials(5).into_iter().collect();
        // 2^4 of five bytes, 2^3 of four, 4, 2, 1, and the empty stream.
        assert_eq!(all.len(), 16 + 8 + 4 + 2 + 1 + 1);
        assert_eq!(trials(5).len(), all.len());
    }

    #[test]
    fn the_fewest_cuts_of_the_whole_input_come_first() {
        let cuts: Vec<_> = trials(5)[..16].iter().map(|it| it.cuts().len()).collect();
        assert!(cuts.is_sorted(), "{cuts:?}");
        let longer = trials(100);
        assert!(longer[..99].iter().all(|it| it.cuts().len() == 1));
    }

    #[test]
    fn a_long_input_is_cut_at_every_offset_up_to_a_bound() {
        let single = |len: usize| {
            let all = trials(len).into_iter();
            let single = all.filter(|it| it.len() == len && it.cuts().len() == 1);
            single.collect::<HashSet<_>>().len()
        };
        assert_eq!(single(4096), 4095);
        assert!(single(100_000) < 2000);
    }

    #[test]
    fn an_empty_and_a_one_byte_input_are_tried() {
        assert_eq!(trials(0), [Segmentation::whole(0)]);
        assert_eq!(trials(1), [Segmentation::whole(1), Segmentation::whole(0)]);
    }

    #[test]
    fn the_same_seed_draws_the_same() {
        assert_eq!(trials(300), trials(300));
    }
}
