//! What a framer makes of streams that are not cut: what all others are compared with.

use super::{Observation, Outcome, Segmentation, Subject};

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
    /// The stream that ends with an EOF after this many bytes, the last one asked for.
    ended: Option<(usize, Observation<S::Message>)>,
    /// For each offset how many messages there are when the stream pauses there, once it was
    /// asked for.
    visible: Vec<Option<Visible>>,
}

/// How many messages a framer has yielded where a stream pauses. `None` if it did not get so
/// far, because of an error.
type Visible = Option<usize>;

impl<'a, S: Subject> References<'a, S> {
    pub(super) fn new(subject: &'a S, input: &'a [u8]) -> Self {
        Self {
            subject,
            input,
            ended: None,
            visible: vec![None; input.len() + 1],
        }
    }

    /// What the framer makes of these bytes in one chunk, with the same end.
    pub(super) fn uncut(&self, of: &Segmentation) -> Observation<S::Message> {
        self.subject.receive(self.input, &of.with_cuts([]))
    }

    /// The first `len` bytes in one chunk, then an EOF.
    pub(super) fn ended(&mut self, len: usize) -> &Observation<S::Message> {
        if self.ended.as_ref().is_none_or(|(known, _)| *known != len) {
            let observed = self.uncut(&Segmentation::whole(len));
            self.ended = Some((len, observed));
        }
        let (_, observed) = self.ended.as_ref().expect("it was just set");
        observed
    }

    /// Receives the streams that pause at these offsets, several together.
    pub(super) fn receive_visible(&mut self, offsets: &[usize]) {
        let is_new = |at: &&usize| self.visible[**at].is_none();
        let new: Vec<_> = offsets.iter().filter(is_new).copied().collect();
        for some in new.chunks(batch_of(self.input.len())) {
            let open = some.iter().map(|len| Segmentation::whole(*len).left_open());
            let open: Vec<_> = open.collect();
            let mut observed = self.subject.receive_all(self.input, &open).into_iter();
            for at in some {
                let open = observed.next().filter(|open| open.outcome == Outcome::Done);
                self.visible[*at] = Some(open.map(|open| open.count_at(*at)));
            }
        }
    }

    /// How many messages the framer yields for the first `len` bytes in one chunk, while the
    /// stream stays open: one of the offsets that were received.
    pub(super) fn visible(&self, len: usize) -> Visible {
        self.visible[len].expect("the offset was received")
    }
}
