//! The loop that takes messages from a stream, for every framing.
//!
//! In: pieces of a stream as they arrived. Out: one message per call. A message that is
//! whole in one piece is returned without a copy. Of any other message the decoder
//! buffers the bytes that have arrived, never more than the framing's bound: a declared
//! length allocates nothing.

use std::ops::Range;

use super::codec::Machine;
use super::want::{Need, Want, Whole};
use super::{Malformation, Truncation};

/// The result of decoding a piece of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decoded<'a> {
    /// The piece is used up, and no message is whole.
    NeedMore,
    /// The payload of a message; the rest of the piece follows it.
    Message(&'a [u8]),
    /// The next bytes are not a message; the decoder cannot continue.
    Malformed(Malformation),
}

/// Where the stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd<'a> {
    /// Between messages.
    Clean,
    /// The end of the stream is the end of this message.
    Message(&'a [u8]),
    /// Inside a message.
    Truncated(Truncation),
    /// After bytes that are not a message.
    Malformed(Malformation),
}

impl StreamEnd<'_> {
    /// How far a truncated message got.
    pub fn truncation(&self) -> Option<Truncation> {
        match self {
            Self::Truncated(place) => Some(*place),
            Self::Clean | Self::Message(_) | Self::Malformed(_) => None,
        }
    }
}

/// Decodes one stream into messages.
#[derive(Debug)]
pub struct Decoder {
    machine: Box<dyn Machine>,
    /// What the machine needs at the start of every message.
    first: Need,
    need: Need,
    state: DecoderState,
    /// The bytes of the current message from earlier pieces.
    buffer: Vec<u8>,
    /// The most bytes that one message can have.
    longest: usize,
}

#[derive(Clone, Copy, Debug)]
enum DecoderState {
    Between,
    Within,
    Malformed(Malformation),
}

/// Where the first bytes of the current message are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MessageStart {
    /// In the buffer, which is extended.
    Buffer,
    /// At the front of the input, which is read in place.
    Input,
}

/// The result of reading on to the end of a message or of the piece. It borrows only the
/// piece.
enum Attempt<'i> {
    NeedMore,
    Skipped,
    InPlace(&'i [u8]),
    Buffered(Range<usize>),
    Assembled,
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

    /// Takes the bytes of the current message from the front of `input`.
    ///
    /// After a message, `input` is the bytes that follow it. After a malformed message,
    /// every call returns the same error and takes nothing.
    pub fn decode<'a, 'i: 'a>(&'a mut self, input: &mut &'i [u8]) -> Decoded<'a> {
        loop {
            match self.step(input) {
                Attempt::NeedMore => return Decoded::NeedMore,
                Attempt::Skipped => {}
                Attempt::InPlace(payload) => return Decoded::Message(payload),
                Attempt::Buffered(range) => return Decoded::Message(&self.buffer[range]),
                Attempt::Assembled => return Decoded::Message(self.machine.assembled()),
                Attempt::Malformed(why) => return Decoded::Malformed(why),
            }
        }
    }

    /// What it means if the stream ends here.
    pub fn finish(&self) -> StreamEnd<'_> {
        match self.state {
            DecoderState::Between => match self.machine.unfinished() {
                0 => StreamEnd::Clean,
                have => StreamEnd::Truncated(Truncation::Unended {
                    have,
                    mark: "last fragment",
                }),
            },
            DecoderState::Malformed(why) => StreamEnd::Malformed(why),
            DecoderState::Within => match self.machine.ended(&self.buffer) {
                Ok(payload) => StreamEnd::Message(&self.buffer[payload]),
                Err(place) => StreamEnd::Truncated(place),
            },
        }
    }

    /// The bytes taken of a message that is not whole yet; 0 between messages.
    pub fn pending(&self) -> usize {
        match self.state {
            DecoderState::Within => self.machine.unfinished() + self.buffer.len(),
            DecoderState::Between => self.machine.unfinished(),
            DecoderState::Malformed(_) => 0,
        }
    }

    /// The bytes that the decoder has allocated; never more than its bound.
    pub fn allocated(&self) -> usize {
        self.buffer.capacity() + self.machine.state_bytes()
    }

    /// The most bytes that it ever allocates.
    pub fn bound(&self) -> usize {
        self.longest.saturating_add(self.machine.max_state_bytes())
    }

    fn step<'i>(&mut self, input: &mut &'i [u8]) -> Attempt<'i> {
        match self.state {
            DecoderState::Malformed(why) => Attempt::Malformed(why),
            _ if input.is_empty() => Attempt::NeedMore,
            DecoderState::Within => self.advance(input, MessageStart::Buffer),
            DecoderState::Between => {
                self.machine.reset();
                self.buffer.clear();
                self.need = self.first;
                self.advance(input, MessageStart::Input)
            }
        }
    }

    /// Gives the machine what it wants until the message or the input ends.
    #[inline]
    fn advance<'i>(&mut self, input: &mut &'i [u8], start: MessageStart) -> Attempt<'i> {
        let mut used = 0;
        loop {
            let (count, satisfied) = self.need.take(&input[used..]);
            if start == MessageStart::Buffer {
                self.buffer(&input[used..used + count]);
            }
            used += count;
            if !satisfied {
                return self.pause(input, start);
            }
            let so_far = match start {
                MessageStart::Buffer => &self.buffer,
                MessageStart::Input => &input[..used],
            };
            match self.machine.want(so_far) {
                Want::More(need) => self.need = need,
                Want::Whole(whole) => return self.hand_over(whole, split_off(input, used), start),
                Want::Malformed(why) => {
                    split_off(input, used);
                    self.state = DecoderState::Malformed(why);
                    return Attempt::Malformed(why);
                }
            }
        }
    }

    fn pause<'i>(&mut self, input: &mut &'i [u8], start: MessageStart) -> Attempt<'i> {
        let all = split_off(input, input.len());
        if start == MessageStart::Input {
            self.buffer(all);
        }
        self.state = DecoderState::Within;
        Attempt::NeedMore
    }

    fn hand_over<'i>(
        &mut self,
        whole: Whole,
        latest: &'i [u8],
        start: MessageStart,
    ) -> Attempt<'i> {
        self.state = DecoderState::Between;
        match whole {
            Whole::Nothing => Attempt::Skipped,
            Whole::Assembled => Attempt::Assembled,
            Whole::Payload(range) if start == MessageStart::Buffer => Attempt::Buffered(range),
            Whole::Payload(range) => Attempt::InPlace(&latest[range]),
            Whole::AllBut(hole) => {
                if start == MessageStart::Input {
                    self.buffer(latest);
                }
                self.buffer.copy_within(..hole.start, hole.len());
                Attempt::Buffered(hole.len()..self.buffer.len())
            }
        }
    }

    #[inline]
    fn buffer(&mut self, bytes: &[u8]) {
        reserve_within(&mut self.buffer, bytes.len(), self.longest);
        self.buffer.extend_from_slice(bytes);
    }
}

/// Takes `count` bytes from the front of `input`.
fn split_off<'i>(input: &mut &'i [u8], count: usize) -> &'i [u8] {
    let (front, rest) = input.split_at(count);
    *input = rest;
    front
}

/// Reserves space for `more` items. The capacity doubles, but does not exceed `most`.
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
    let capacity = (items.capacity() * 2).clamp(needed, most.max(needed));
    items.reserve_exact(capacity - items.len());
}
