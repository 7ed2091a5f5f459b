//! Puts the frames of a stream together.

use std::ops::Range;

use super::super::codec::Machine;
use super::super::decoder::reserve_within;
use super::super::message_layout::accepted;
use super::super::want::{Want, Whole};
use super::super::{Malformation, Truncation};
use super::WebSocket;
use super::frame::{Head, HeadRead, LONGEST_HEAD, MOST_IN_CONTROL, Opcode};
use super::message::{LONGEST_WORD, as_payload, before_content};

const MOST_OF_CONTROL: usize = MOST_IN_CONTROL + LONGEST_WORD;

#[derive(Debug)]
pub(super) struct FrameReader {
    limits: WebSocket,
    /// The message whose last fragment has not come.
    unfinished: Option<Unfinished>,
    /// The payload of the current message, or of the last one.
    message: Vec<u8>,
    /// The payload of the last control frame.
    control: Vec<u8>,
    last: LastFrame,
}

/// What the frames of a message have had so far.
#[derive(Clone, Copy, Debug)]
struct Unfinished {
    opcode: Opcode,
    /// Bytes of its frames.
    taken: usize,
}

/// Which payload the last frame completed.
#[derive(Clone, Copy, Debug)]
enum LastFrame {
    OfMessage,
    Control,
}

impl FrameReader {
    pub(super) fn new(limits: WebSocket) -> Self {
        Self {
            limits,
            unfinished: None,
            message: Vec::new(),
            control: Vec::new(),
            last: LastFrame::OfMessage,
        }
    }

    fn next(&mut self, so_far: &[u8]) -> Result<Want, Malformation> {
        let head = match Head::read(so_far, self.limits.masking)? {
            HeadRead::Whole(head) => head,
            HeadRead::Part(length) => return Ok(Want::bytes(length - so_far.len())),
        };
        self.check_order(&head)?;
        let payload = accepted(head.payload, self.room(&head))?;
        match head.length + payload - so_far.len() {
            0 => self.take(&head, so_far).map(Want::Whole),
            missing => Ok(Want::bytes(missing)),
        }
    }

    /// How many bytes the frame may add.
    fn room(&self, head: &Head) -> usize {
        match self.unfinished {
            Some(it) if head.opcode == Opcode::Continuation => {
                let before = self.message.len() - before_content(it.opcode).len();
                self.limits.max.saturating_sub(before)
            }
            _ if head.opcode.is_control() => MOST_IN_CONTROL,
            _ => self.limits.max,
        }
    }

    fn check_order(&self, head: &Head) -> Result<(), Malformation> {
        match (head.opcode, self.unfinished) {
            (Opcode::Continuation, None) => Err(Malformation::LoneContinuation),
            (Opcode::Text | Opcode::Binary, Some(_)) => Err(Malformation::InterruptedMessage),
            _ => Ok(()),
        }
    }

    /// Takes a whole frame.
    fn take(&mut self, head: &Head, frame: &[u8]) -> Result<Whole, Malformation> {
        let content = head.unmasked(frame);
        if head.opcode.is_control() {
            let payload = as_payload(head.opcode, &content)?;
            self.control.clear();
            reserve_within(&mut self.control, payload.len(), MOST_OF_CONTROL);
            self.control.extend_from_slice(&payload);
            self.last = LastFrame::Control;
            return Ok(Whole::Assembled);
        }
        let before = self.unfinished.take().unwrap_or(Unfinished {
            opcode: head.opcode,
            taken: 0,
        });
        if before.taken == 0 {
            self.message.clear();
            self.append(before_content(head.opcode));
        }
        self.append(&content);
        if !head.is_last {
            let taken = before.taken + frame.len();
            self.unfinished = Some(Unfinished { taken, ..before });
            return Ok(Whole::Nothing);
        }
        if before.opcode == Opcode::Text && str::from_utf8(&self.message).is_err() {
            return Err(Malformation::InvalidText);
        }
        self.last = LastFrame::OfMessage;
        Ok(Whole::Assembled)
    }

    fn append(&mut self, bytes: &[u8]) {
        let most = self.most_of_message();
        reserve_within(&mut self.message, bytes.len(), most);
        self.message.extend_from_slice(bytes);
    }

    fn most_of_message(&self) -> usize {
        self.limits.max.saturating_add(LONGEST_WORD)
    }

    fn longest_payload(&self) -> usize {
        self.limits.max.max(MOST_IN_CONTROL)
    }
}

impl Machine for FrameReader {
    fn want(&mut self, so_far: &[u8]) -> Want {
        self.next(so_far).into()
    }

    fn ended(&self, so_far: &[u8]) -> Result<Range<usize>, Truncation> {
        let have = so_far.len();
        Err(match Head::read(so_far, self.limits.masking) {
            Ok(HeadRead::Whole(head)) => Truncation::Body {
                have: have - head.length,
                of: usize::try_from(head.payload).unwrap_or(usize::MAX),
            },
            Ok(HeadRead::Part(of)) => Truncation::Header { have, of },
            Err(_) => Truncation::OpenHeader { have },
        })
    }

    fn longest(&self) -> usize {
        self.longest_payload().saturating_add(LONGEST_HEAD)
    }

    fn state_bytes(&self) -> usize {
        self.message.capacity() + self.control.capacity()
    }

    fn max_state_bytes(&self) -> usize {
        self.most_of_message().saturating_add(MOST_OF_CONTROL)
    }

    fn assembled(&self) -> &[u8] {
        match self.last {
            LastFrame::OfMessage => &self.message,
            LastFrame::Control => &self.control,
        }
    }

    fn unfinished(&self) -> usize {
        self.unfinished.map_or(0, |it| it.taken)
    }
}
