//! The one loop that takes messages from a stream, whatever the framing.
//!
//! In come stretches of a stream as they arrived; out go messages, one a call.
//! A message that lies whole in one stretch is handed over where it lies; of
//! any other the decoder keeps what has come, and never more than the framing's
//! bound: a declared length is waited for, not made room for.

use std::ops::Range;

use super::codec::Machine;
use super::want::{Need, Want, Whole};
use super::{Malformation, Truncation};

/// What a stretch of the stream gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoded<'a> {
    /// The stretch is used up and a message is not yet whole.
    NeedMore,
    /// A message's payload. What is left of the stretch comes after it.
    Message(&'a [u8]),
    /// The stream's next bytes are no message; there is no way on from here.
    Malformed(Malformation),
}

/// What it means that the stream ends here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd<'a> {
    /// Between messages.
    Clean,
    /// The end of the stream is the end of this message.
    Message(&'a [u8]),
    /// In the middle of a message.
    Truncated(Truncation),
    /// After bytes that were no message.
    Malformed(Malformation),
}

impl StreamEnd<'_> {
    /// How far the message got that the stream's end cut short, if it did.
    pub fn truncation(&self) -> Option<Truncation> {
        match self {
            Self::Truncated(place) => Some(*place),
            Self::Clean | Self::Message(_) | Self::Malformed(_) => None,
        }
    }
}

/// Takes one stream apart into messages.
#[derive(Debug)]
pub struct Decoder {
    machine: Box<dyn Machine>,
    /// What every message begins with.
    first: Need,
    need: Need,
    state: DecoderState,
    /// The current message's bytes from earlier stretches.
    buffer: Vec<u8>,
    /// The most bytes that one message has.
    longest: usize,
}

#[derive(Clone, Copy, Debug)]
enum DecoderState {
    Between,
    Within,
    Malformed(Malformation),
}

/// What one message's worth of the stream gave; borrows the stream alone.
enum Attempt<'i> {
    NeedMore,
    Skipped,
    InPlace(&'i [u8]),
    Buffered(Range<usize>),
    Malformed(Malformation),
}

impl Decoder {
    pub(super) fn new(mut machine: Box<dyn Machine>) -> Self {
        let first = machine.want(&[]).need();
        let first = first.expect("no framing has a message without bytes");
        Self {
            first,
            need: first,
            state: DecoderState::Between,
            buffer: Vec::new(),
            longest: machine.longest(),
            machine,
        }
    }

    /// Takes from the front of `input` what belongs to the current message.
    ///
    /// After a message the rest of `input` is exactly what trails it. Once the
    /// stream was malformed every call says so again and takes nothing.
    pub fn decode<'a, 'i: 'a>(&'a mut self, input: &mut &'i [u8]) -> Decoded<'a> {
        loop {
            match self.step(input) {
                Attempt::NeedMore => return Decoded::NeedMore,
                Attempt::Skipped => {}
                Attempt::InPlace(payload) => return Decoded::Message(payload),
                Attempt::Buffered(range) => return Decoded::Message(&self.buffer[range]),
                Attempt::Malformed(why) => return Decoded::Malformed(why),
            }
        }
    }

    /// Whether the stream may end here.
    pub fn finish(&self) -> StreamEnd<'_> {
        match self.state {
            DecoderState::Between => StreamEnd::Clean,
            DecoderState::Malformed(why) => StreamEnd::Malformed(why),
            DecoderState::Within => match self.machine.ended(&self.buffer) {
                Ok(payload) => StreamEnd::Message(&self.buffer[payload]),
                Err(place) => StreamEnd::Truncated(place),
            },
        }
    }

    /// How many bytes of a message that is not yet whole have been taken; 0
    /// between messages.
    pub fn pending(&self) -> usize {
        match self.state {
            DecoderState::Within => self.buffer.len(),
            DecoderState::Between | DecoderState::Malformed(_) => 0,
        }
    }

    /// How many bytes the decoder has set aside; never more than its bound.
    pub fn allocated(&self) -> usize {
        self.buffer.capacity() + self.machine.notes()
    }

    /// The most bytes it will ever set aside.
    pub fn bound(&self) -> usize {
        self.longest.saturating_add(self.machine.most_notes())
    }

    fn step<'i>(&mut self, input: &mut &'i [u8]) -> Attempt<'i> {
        match self.state {
            DecoderState::Malformed(why) => Attempt::Malformed(why),
            _ if input.is_empty() => Attempt::NeedMore,
            DecoderState::Within => self.advance(input, true),
            DecoderState::Between => {
                self.machine.reset();
                self.buffer.clear();
                self.need = self.first;
                self.advance(input, false)
            }
        }
    }

    /// Gives the machine what it wants until the message or the input ends.
    ///
    /// `held` says where the message's first bytes are: in the buffer, which is
    /// then added to, or at the front of the input, which is then read in place.
    #[inline]
    fn advance<'i>(&mut self, input: &mut &'i [u8], held: bool) -> Attempt<'i> {
        let mut used = 0;
        loop {
            let (count, satisfied) = self.need.take(&input[used..]);
            if held {
                self.hold(&input[used..used + count]);
            }
            used += count;
            if !satisfied {
                return self.pause(input, held);
            }
            let so_far = if held { &self.buffer } else { &input[..used] };
            match self.machine.want(so_far) {
                Want::More(need) => self.need = need,
                Want::Whole(whole) => return self.hand_over(whole, split_off(input, used), held),
                Want::Malformed(why) => {
                    split_off(input, used);
                    self.state = DecoderState::Malformed(why);
                    return Attempt::Malformed(why);
                }
            }
        }
    }

    fn pause<'i>(&mut self, input: &mut &'i [u8], held: bool) -> Attempt<'i> {
        let all = split_off(input, input.len());
        if !held {
            self.hold(all);
        }
        self.state = DecoderState::Within;
        Attempt::NeedMore
    }

    fn hand_over<'i>(&mut self, whole: Whole, latest: &'i [u8], held: bool) -> Attempt<'i> {
        self.state = DecoderState::Between;
        match whole {
            Whole::Nothing => Attempt::Skipped,
            Whole::Payload(range) if held => Attempt::Buffered(range),
            Whole::Payload(range) => Attempt::InPlace(&latest[range]),
            Whole::AllBut(hole) => {
                if !held {
                    self.hold(latest);
                }
                self.buffer.copy_within(..hole.start, hole.len());
                Attempt::Buffered(hole.len()..self.buffer.len())
            }
        }
    }

    #[inline]
    fn hold(&mut self, bytes: &[u8]) {
        reserve_within(&mut self.buffer, bytes.len(), self.longest);
        self.buffer.extend_from_slice(bytes);
    }
}

/// The front of `input`, which becomes what follows.
fn split_off<'i>(input: &mut &'i [u8], count: usize) -> &'i [u8] {
    let (front, rest) = input.split_at(count);
    *input = rest;
    front
}

/// Makes room for `more` items: twice the room there was, but not beyond `most`.
#[inline]
pub(super) fn reserve_within<T>(items: &mut Vec<T>, more: usize, most: usize) {
    if items.capacity() - items.len() < more {
        grow(items, more, most);
    }
}

#[cold]
fn grow<T>(items: &mut Vec<T>, more: usize, most: usize) {
    let needed = items.len() + more;
    debug_assert!(needed <= most, "a machine wanted more than its bound");
    let room = (items.capacity() * 2).clamp(needed, most.max(needed));
    items.reserve_exact(room - items.len());
}
