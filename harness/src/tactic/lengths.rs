//! The lengths of a delivery's chunks, stored as runs: ten thousand single bytes are one
//! pair of numbers.

use super::Offset;

/// Chunk lengths in order. None is 0, and their sum fits in a `usize`.
///
/// Adjacent runs have different lengths, so equal chunk lengths are equal values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Lengths {
    runs: Vec<ChunkRun>,
    total: usize,
}

/// `times` chunks of one length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ChunkRun {
    pub(super) length: usize,
    pub(super) times: usize,
}

/// Why chunk lengths are invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LengthError {
    #[error("a chunk needs at least one byte")]
    Empty,
    #[error("the chunks together are longer than any stream")]
    TooLong,
}

impl Lengths {
    /// All bytes up to `end`, cut at the ascending `edges` before it.
    pub(super) fn cut_at(edges: impl IntoIterator<Item = Offset>, end: Offset) -> Self {
        let mut lengths = Self::default();
        lengths.extend_to(edges, end);
        lengths
    }

    /// One byte at a time up to `end`.
    pub(super) fn single_bytes(end: Offset) -> Self {
        let mut lengths = Self::default();
        lengths.add(1, end.get());
        lengths
    }

    /// Adds chunks up to `end`, cut at the ascending `edges` in between.
    pub(super) fn extend_to(&mut self, edges: impl IntoIterator<Item = Offset>, end: Offset) {
        for edge in edges {
            self.add(edge.min(end).get().saturating_sub(self.total), 1);
        }
        self.add(end.get().saturating_sub(self.total), 1);
    }

    pub(super) fn try_add(&mut self, length: usize, times: usize) -> Result<(), LengthError> {
        if length == 0 || times == 0 {
            return Err(LengthError::Empty);
        }
        let added = length.checked_mul(times).ok_or(LengthError::TooLong)?;
        self.total
            .checked_add(added)
            .ok_or(LengthError::TooLong)
            .map(|_| self.add(length, times))
    }

    /// Adds chunks whose sum cannot overflow; ignores empty ones.
    fn add(&mut self, length: usize, times: usize) {
        if length == 0 || times == 0 {
            return;
        }
        self.total += length * times;
        match self.runs.last_mut() {
            Some(last) if last.length == length => last.times += times,
            _ => self.runs.push(ChunkRun { length, times }),
        }
    }

    /// The same chunks, cut off at `end`.
    pub(super) fn truncated(&self, end: Offset) -> Self {
        let mut kept = Self::default();
        for run in &self.runs {
            let left = end.get() - kept.total;
            let times = run.times.min(left / run.length);
            kept.add(run.length, times);
            if times < run.times {
                kept.add(end.get() - kept.total, 1);
                break;
            }
        }
        kept
    }

    /// The sum of the lengths.
    pub(super) fn total(&self) -> usize {
        self.total
    }

    pub(super) fn count(&self) -> usize {
        self.runs.iter().map(|run| run.times).sum()
    }

    pub(super) fn runs(&self) -> &[ChunkRun] {
        &self.runs
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + Clone + '_ {
        self.runs
            .iter()
            .flat_map(|run| std::iter::repeat_n(run.length, run.times))
    }

    /// Whether one chunk ends here and the next starts. There may be more chunks than can be counted
    /// one by one.
    pub(super) fn has_edge(&self, at: Offset) -> bool {
        let at = at.get();
        let mut start = 0;
        for run in &self.runs {
            let end = start + run.length * run.times;
            if at <= end {
                return at > start && at < self.total && (at - start).is_multiple_of(run.length);
            }
            start = end;
        }
        false
    }

    /// Where one chunk ends and the next starts.
    pub(super) fn edges(&self) -> impl Iterator<Item = Offset> + Clone + '_ {
        self.iter()
            .scan(0, |end, length| {
                *end += length;
                Some(Offset::new(*end))
            })
            .take_while(|edge| edge.get() < self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offsets(of: &[usize]) -> impl Iterator<Item = Offset> + '_ {
        of.iter().copied().map(Offset::new)
    }

    fn cut_at(edges: &[usize], end: usize) -> Vec<usize> {
        Lengths::cut_at(offsets(edges), Offset::new(end))
            .iter()
            .collect()
    }

    #[test]
    fn edges_outside_or_twice_make_no_chunk() {
        assert_eq!(cut_at(&[0, 3, 3, 7, 12, 15], 12), [3, 4, 5]);
        assert_eq!(cut_at(&[], 0), [] as [usize; 0]);
    }

    #[test]
    fn an_edge_is_found_without_counting_to_it() {
        let mut lengths = Lengths::default();
        for (length, times) in [(3, 2), (1, 2), (4, 1)] {
            lengths.add(length, times);
        }
        let edges: Vec<_> = lengths.edges().collect();
        for at in (0..=lengths.total() + 1).map(Offset::new) {
            assert_eq!(lengths.has_edge(at), edges.contains(&at), "{at}");
        }
        let many = Lengths::single_bytes(Offset::new(usize::MAX));
        assert!(many.has_edge(Offset::new(usize::MAX - 1)));
    }

    #[test]
    fn equal_neighbours_are_one_run() {
        let lengths = Lengths::cut_at(offsets(&[2, 4, 6]), Offset::new(8));
        assert_eq!(
            lengths.runs(),
            [ChunkRun {
                length: 2,
                times: 4
            }]
        );
    }

    #[test]
    fn a_truncated_list_ends_inside_a_run() {
        let lengths = Lengths::cut_at(offsets(&[3, 6, 9]), Offset::new(14));
        for end in 0..=14 {
            let kept = lengths.truncated(Offset::new(end));
            assert_eq!(kept.total(), end);
            let edges: Vec<_> = lengths.edges().filter(|edge| edge.get() < end).collect();
            assert!(kept.edges().eq(edges), "{end}");
        }
    }

    #[test]
    fn no_sum_overflows() {
        let mut lengths = Lengths::default();
        assert_eq!(lengths.try_add(usize::MAX, 2), Err(LengthError::TooLong));
        lengths.try_add(usize::MAX, 1).expect("it just fits");
        assert_eq!(lengths.try_add(1, 1), Err(LengthError::TooLong));
        assert_eq!(lengths.try_add(0, 1), Err(LengthError::Empty));
    }
}
