//! Pauses after each chunk, for where nothing can be proven.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long to pause after a chunk so that a peer has *probably* read it.
///
/// From outside one sees only how long the peer takes to answer, which is at least as long
/// as it takes to read. The pause is twice the longest such delay, within limits. It never
/// becomes shorter. Clones share what they have learned.
#[derive(Clone, Debug, Default)]
pub struct Pacer {
    longest: Arc<AtomicU64>,
}

impl Pacer {
    /// The shortest pause.
    pub const LEAST: Duration = Duration::from_millis(2);
    /// The longest pause. A peer that computes for a second has read long before it answers.
    pub const MOST: Duration = Duration::from_millis(50);

    /// The pause after a chunk.
    #[must_use]
    pub fn gap(&self) -> Duration {
        let longest = Duration::from_nanos(self.longest.load(Ordering::Relaxed));
        longest.saturating_mul(2).clamp(Self::LEAST, Self::MOST)
    }

    /// Records how long the peer took to send something after a write.
    pub fn learn(&self, delay: Duration) {
        let nanos = u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
        self.longest.fetch_max(nanos, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_grows_with_the_peers_delay_and_never_becomes_shorter() {
        let pacer = Pacer::default();
        assert_eq!(pacer.gap(), Pacer::LEAST);
        pacer.learn(Duration::from_millis(8));
        pacer.learn(Duration::from_millis(1));
        assert_eq!(pacer.gap(), Duration::from_millis(16));
    }

    #[test]
    fn a_pause_is_limited() {
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
