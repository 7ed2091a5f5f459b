//! Pauses, for where nothing can be proven.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long to pause after a chunk so that a peer has *probably* read it.
///
/// All that shows from outside is how long the peer takes to answer, which is
/// never less than it takes to read. The pause is twice the longest such delay,
/// within bounds; it never shrinks. Clones share what they have learned.
#[derive(Clone, Debug, Default)]
pub struct Pacer {
    longest: Arc<AtomicU64>,
}

impl Pacer {
    /// The shortest pause.
    pub const LEAST: Duration = Duration::from_millis(2);
    /// The longest pause: a peer that computes for a second does not read for one.
    pub const MOST: Duration = Duration::from_millis(50);

    /// The pause to keep after a chunk.
    #[must_use]
    pub fn gap(&self) -> Duration {
        let longest = Duration::from_nanos(self.longest.load(Ordering::Relaxed));
        longest.saturating_mul(2).clamp(Self::LEAST, Self::MOST)
    }

    /// Takes note of how long the peer took to say something after it was written
    /// to.
    pub fn learn(&self, delay: Duration) {
        let nanos = u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
        self.longest.fetch_max(nanos, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_grows_with_the_peers_delay_and_never_shrinks() {
        let pacer = Pacer::default();
        assert_eq!(pacer.gap(), Pacer::LEAST);
        pacer.learn(Duration::from_millis(8));
        pacer.learn(Duration::from_millis(1));
        assert_eq!(pacer.gap(), Duration::from_millis(16));
    }

    #[test]
    fn a_pause_is_bounded() {
        let pacer = Pacer::default();
        pacer.learn(Duration::MAX);
        assert_eq!(pacer.gap(), Pacer::MOST);
    }

    #[test]
    fn clones_share_what_they_learn() {
        let pacer = Pacer::default();
        pacer.clone().learn(Duration::from_millis(10));
        assert_eq!(pacer.gap(), Duration::from_millis(20));
    }
}
