//! The most memory that the peer's processes ever had in use.

use std::collections::BTreeMap;

/// The most memory that each of some processes ever had in use, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeakMemory {
    of_processes: BTreeMap<u32, u64>,
}

impl PeakMemory {
    /// From the ids of processes and their peaks.
    #[must_use]
    pub fn new(of_processes: impl IntoIterator<Item = (u32, u64)>) -> Self {
        let of_processes = of_processes.into_iter().collect();
        Self { of_processes }
    }

    /// By how much the memory of the process grew that grew most. A new process began with
    /// as much as the largest of the others: it may be a copy of that one.
    #[must_use]
    pub fn growth_since(&self, earlier: &Self) -> u64 {
        let largest = earlier.of_processes.values().max().copied();
        let growth = self.of_processes.iter().map(|(id, peak)| {
            let before = earlier.of_processes.get(id).copied().or(largest);
            peak.saturating_sub(before.unwrap_or(*peak))
        });
        growth.max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_that_grew_most_counts() {
        let before = PeakMemory::new([(1, 100), (2, 50)]);
        assert_eq!(
            PeakMemory::new([(1, 110), (2, 90)]).growth_since(&before),
            40
        );
        assert_eq!(PeakMemory::new([(1, 100)]).growth_since(&before), 0);
    }

    #[test]
    fn a_new_process_may_be_a_copy_of_another() {
        let before = PeakMemory::new([(1, 100)]);
        let forked = PeakMemory::new([(1, 100), (7, 105)]);
        assert_eq!(forked.growth_since(&before), 5);
        assert_eq!(forked.growth_since(&PeakMemory::default()), 0);
    }
}
