//! What the peer said, and when.

use std::time::Duration;

/// More arrivals than this are not told apart.
const ARRIVALS_MAX: usize = 1 << 16;

/// All bytes that came from the peer, up to a bound, with their arrival times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    bytes: Vec<u8>,
    arrivals: Vec<Arrival>,
    bound: usize,
}

/// One read of ours that brought something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// When, from the start of the connection.
    pub at: Duration,
    /// How many bytes there were with this read: it brought those from the
    /// previous arrival's `end` to this.
    pub end: usize,
}

impl Received {
    pub(super) fn bounded(bound: usize) -> Self {
        Self {
            bytes: Vec::new(),
            arrivals: Vec::new(),
            bound,
        }
    }

    /// The bytes, in order.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// When they came, in order.
    #[must_use]
    pub fn arrivals(&self) -> &[Arrival] {
        &self.arrivals
    }

    /// How many bytes may still be kept.
    #[must_use]
    pub fn room(&self) -> usize {
        self.bound - self.bytes.len()
    }

    /// How many bytes came.
    pub(super) fn total(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Takes what one read brought; the caller has asked for no more than there is
    /// room for.
    pub(super) fn push(&mut self, bytes: &[u8], at: Duration) {
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
    fn arrivals_tell_which_bytes_came_when() {
        let mut received = Received::bounded(10);
        received.push(b"ab", Duration::from_millis(1));
        received.push(b"c", Duration::from_millis(2));
        assert_eq!(received.bytes(), b"abc");
        assert_eq!(received.room(), 7);
        let ends: Vec<_> = received
            .arrivals()
            .iter()
            .map(|arrival| arrival.end)
            .collect();
        assert_eq!(ends, [2, 3]);
    }

    #[test]
    fn endless_small_arrivals_do_not_fill_the_memory() {
        let mut received = Received::bounded(ARRIVALS_MAX + 2);
        for _ in 0..ARRIVALS_MAX + 2 {
            received.push(b"x", Duration::ZERO);
        }
        assert_eq!(received.arrivals().len(), ARRIVALS_MAX);
        let last = received.arrivals().last().expect("there are many");
        assert_eq!(last.end, ARRIVALS_MAX + 2);
    }
}
