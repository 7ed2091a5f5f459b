//! What a framer makes of streams that are not cut: what all others are compared with.

use std::num::NonZeroUsize;

use super::{Message, Observation, Segmentation, Subject};

/// How many segmentations of an input of this length are received together.
pub(super) fn batch_of(len: usize) -> usize {
    const MOST: usize = 64;
    const MOST_BYTES: usize = 1 << 20;
    (MOST_BYTES / len.max(1)).clamp(1, MOST)
}

/// The uncut streams of one input, received when they are first asked for.
pub(super) struct References<'a, S: Subject> {
    subject: &'a S,
    input: &'a [u8],
    /// The streams that end with an EOF after this many bytes, those last asked for.
    ended: Vec<(usize, Observation<S::Message>)>,
    /// For each offset how many messages there are when the stream pauses there, once it was
    /// asked for.
    visible: Vec<Option<Visible>>,
}

/// How many messages a framer has yielded where a stream pauses, and 1; the largest number if
/// it did not get so far, because of an error. A list of it costs next to nothing until it is
/// filled: a fuzzer makes one for each input.
type Visible = NonZeroUsize;

const FAILED: Visible = Visible::MAX;

impl<'a, S: Subject> References<'a, S> {
    pub(super) fn new(subject: &'a S, input: &'a [u8]) -> Self {
        Self {
            subject,
            input,
            ended: Vec::new(),
            visible: vec![None; input.len() + 1],
        }
    }

    /// What the framer makes of these bytes in one chunk, with the same end.
    pub(super) fn uncut(&self, of: &Segmentation) -> Observation<S::Message> {
        self.subject.receive(self.input, &of.uncut())
    }

    /// The lengths of these segmentations for which [`ended`](Self::ended) would receive a
    /// stream. The streams of other lengths are forgotten.
    pub(super) fn lengths_to_receive(&mut self, some: &[Segmentation]) -> Vec<usize> {
        let mut lengths: Vec<_> = some.iter().map(Segmentation::len).collect();
        lengths.dedup();
        self.ended.retain(|(len, _)| lengths.contains(len));
        lengths.retain(|len| self.ended.iter().all(|(known, _)| known != len));
        lengths
    }

    /// Keeps the first `len` bytes in one chunk, then an EOF.
    pub(super) fn keep_ended(&mut self, len: usize, observed: Observation<S::Message>) {
        // Before its end it is the same as a stream that stays open.
        self.visible[len] = Some(visible(&observed, len));
        self.ended.push((len, observed));
    }

    /// The first `len` bytes in one chunk, then an EOF.
    pub(super) fn ended(&mut self, len: usize) -> &Observation<S::Message> {
        let index = self.ended.iter().position(|(known, _)| *known == len);
        let index = index.unwrap_or_else(|| {
            let observed = self.subject.receive(self.input, &Segmentation::whole(len));
            self.keep_ended(len, observed);
            self.ended.len() - 1
        });
        &self.ended[index].1
    }

    /// Receives the streams that pause at these offsets, several together.
    pub(super) fn receive_visible(&mut self, offsets: impl Iterator<Item = usize>) {
        let mut new: Vec<_> = offsets.filter(|at| self.visible[*at].is_none()).collect();
        new.sort_unstable();
        new.dedup();
        let mut left = &new[..];
        while !left.is_empty() {
            let some = &left[..left.len().min(batch_of(self.input.len()))];
            let open = some.iter().map(|len| Segmentation::whole(*len).left_open());
            let open: Vec<_> = open.collect();
            let observed = self.subject.receive_all(self.input, &open);
            // Those behind a crash are received again.
            left = &left[observed.len().max(1)..];
            for (at, open) in some.iter().zip(observed) {
                self.visible[*at] = Some(visible(&open, *at));
            }
        }
    }

    /// How many messages the framer yields for the first `len` bytes in one chunk, while the
    /// stream stays open: one of the offsets that were received. `None` if it does not get so
    /// far.
    pub(super) fn visible(&self, len: usize) -> Option<usize> {
        let visible = self.visible[len].filter(|visible| *visible != FAILED);
        visible.map(|visible| visible.get() - 1)
    }
}

fn visible<M: Message>(observed: &Observation<M>, offset: usize) -> Visible {
    let count = observed.visible_at(offset);
    count.map_or(FAILED, |count| Visible::MIN.saturating_add(count))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::framer::{Invariance, Outcome};

    /// A process whose framer yields no message.
    #[derive(Default)]
    struct Process {
        /// It crashes at a stream of this length.
        crashes_at: Option<usize>,
        /// How often it was asked.
        rounds: Cell<u64>,
    }

    impl Process {
        fn crashing_at(len: usize) -> Self {
            Self {
                crashes_at: Some(len),
                ..Self::default()
            }
        }

        fn crashes(&self, segmentation: &Segmentation) -> bool {
            self.crashes_at == Some(segmentation.len())
        }

        fn answer(&self, segmentation: &Segmentation) -> Observation<u8> {
            let outcome = if self.crashes(segmentation) {
                Outcome::Crashed("it ends".to_owned())
            } else {
                Outcome::Done
            };
            Observation {
                messages: Vec::new(),
                received: Vec::new(),
                outcome,
            }
        }
    }

    impl Subject for Process {
        type Message = u8;

        fn receive(&self, _: &[u8], segmentation: &Segmentation) -> Observation<u8> {
            self.rounds.set(self.rounds.get() + 1);
            self.answer(segmentation)
        }

        fn receive_all(&self, _: &[u8], all: &[Segmentation]) -> Vec<Observation<u8>> {
            self.rounds.set(self.rounds.get() + 1);
            let crash = all.iter().position(|it| self.crashes(it));
            let answered = crash.map_or(all.len(), |at| at + 1);
            all[..answered].iter().map(|it| self.answer(it)).collect()
        }
    }

    #[test]
    fn what_follows_a_crash_is_received_again() {
        let process = Process::crashing_at(3);
        let mut references = References::new(&process, b"hello");
        references.receive_visible([4, 3, 2, 4].into_iter());
        let visible = [2, 3, 4].map(|at| references.visible(at));
        assert_eq!(visible, [Some(0), None, Some(0)]);
        assert_eq!(process.rounds.get(), 2);
    }

    #[test]
    fn a_crash_at_an_uncut_stream_is_found() {
        let found = Invariance::new().check(&Process::crashing_at(3), "hello");
        let found = found.expect_err("it crashes");
        assert_eq!(found.segmentation, Segmentation::whole(3));
    }

    #[test]
    fn many_segmentations_are_received_together() {
        let process = Process::default();
        let tried = Invariance::quick().check(&process, [b'x'; 2000]);
        let tried = tried.expect("it is correct");
        assert!(tried > 20 * process.rounds.get(), "{tried}");
    }
}
