//! Segmentations drawn at random, for property tests.

use proptest::collection::vec;
use proptest::prelude::*;

use super::Segmentation;

/// Segmentations of `len` bytes that end with an EOF. They shrink to fewer cuts.
///
/// ```
/// use proptest::prelude::*;
/// use wirecheck::framer::segmentations;
///
/// proptest!(|(segmentation in segmentations(9))| {
///     let chunks: Vec<_> = segmentation.chunks(b"some text").collect();
///     prop_assert_eq!(chunks.concat(), b"some text");
/// });
/// ```
pub fn segmentations(len: usize) -> impl Strategy<Value = Segmentation> {
    let cuts = vec(1..len.max(2), 0..=len.min(64));
    cuts.prop_map(move |cuts| Segmentation::cut_at(len, cuts))
}
