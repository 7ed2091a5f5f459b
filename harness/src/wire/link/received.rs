//! What the peer sent, and when it arrived.

use std::time::Duration;

/// After this many arrivals the last one is extended.
const ARRIVALS_MAX: usize = 1 << 16;

/// The bytes that were read from the peer, up to a limit, with their arrival times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    bytes: Vec<u8>,
    arrivals: Vec<Arrival>,
    limit: usize,
}

/// One read that returned bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The time since the start of the connection.
    pub at: Duration,
    /// How many bytes had been read after it. It returned those from the `end` of the
    /// previous arrival to this one.
    pub end: usize,
}

impl Received {
    pub(crate) fn with_limit(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            arrivals: Vec::new(),
            limit,
        }
    }

    /// The bytes, in order.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The reads, in order.
    #[must_use]
    pub fn arrivals(&self) -> &[Arrival] {
        &self.arrivals
    }

    /// How many more bytes are kept.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.limit - self.bytes.len()
    }

    /// How many bytes were read.
    pub(super) fn total(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Adds the bytes of one read. The caller reads at most [`Received::remaining`].
    pub(crate) fn push(&mut self, bytes: &[u8], at: Duration) {
        self.bytes.extend_from_slice(bytes);
        let end = self.bytes.len();
        let is_full = self.arrivals.len() == ARRIVALS_MAX;
        match self.arrivals.last_mut() {
            Some(last) if is_full => last.end = end,
            _ => self.arrivals.push(Arrival { at, end }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_arrival_has_its_time_and_its_bytes() {
        let mut received = Received::with_limit(10);
        received.push(b"ab", Duration::from_millis(1));
        received.push(b"c", Duration::from_millis(2));
        assert_eq!(received.bytes(), b"abc");
        assert_eq!(received.remaining(), 7);
        let ends: Vec<_> = received
            .arrivals()
            .iter()
            .map(|arrival| arrival.end)
            .collect();
        assert_eq!(ends, [2, 3]);
    }

    #[test]
    fn the_number_of_arrivals_is_limited() {
        let mut received = Received::with_limit(ARRIVALS_MAX + 2);
        for _ in 0..ARRIVALS_MAX + 2 {
            received.push(b"x", Duration::ZERO);
        }
        assert_eq!(received.arrivals().len(), ARRIVALS_MAX);
        let last = received.arrivals().last().expect("bytes arrived");
        assert_eq!(last.end, ARRIVALS_MAX + 2);
    }
}
