//! Malformed variants of a message, with what RFC 6455 says about each.

use super::super::malformed::{LARGE, MalformedVariants, Rule};
use super::super::{MalformedKind, Response};
use super::WebSocket;
use super::frame::{Frame, Head, HeadRead, MASK, MOST_IN_CONTROL, Masking, Opcode};

/// A code that stands for a close frame without a code, so that no close frame has it.
const NO_CODE: u16 = 1005;

/// Adds the malformed variants of a message.
pub(super) fn malform(websocket: &WebSocket, variants: &mut MalformedVariants) {
    let message = variants.valid().bytes.clone();
    let Ok(HeadRead::Whole(head)) = Head::read(&message, websocket.masking) else {
        return;
    };
    let malforming = Malforming {
        websocket,
        message: &message,
        head,
    };
    malforming.first_byte(variants);
    malforming.masking(variants);
    malforming.control_frames(variants);
    malforming.fragments(variants);
    if head.is_last {
        malforming.lengths(variants);
    }
    if head.opcode == Opcode::Text {
        let invalid = malforming.frame(Opcode::Text, b"\xc3\x28");
        variants.replace(MalformedKind::InvalidText, 0..message.len(), invalid);
    }
    variants.cite(rule);
}

/// A valid message and the head of its first frame.
struct Malforming<'m> {
    websocket: &'m WebSocket,
    message: &'m [u8],
    head: Head,
}

impl Malforming<'_> {
    fn frame(&self, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
        Frame::new(opcode, payload, self.websocket.masking).bytes()
    }

    fn fragment(&self, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
        let mut frame = Frame::new(opcode, payload, self.websocket.masking);
        frame.is_last = false;
        frame.bytes()
    }

    fn first_byte(&self, variants: &mut MalformedVariants) {
        let first = self.message[0];
        let with_opcode = |opcode| vec![first & 0xf0 | opcode];
        variants.replace(MalformedKind::ReservedBits, 0..1, vec![first | 0x40]);
        variants.replace(MalformedKind::UnknownType, 0..1, with_opcode(3));
        variants.replace(MalformedKind::UnknownControl, 0..1, vec![0x8b]);
    }

    fn masking(&self, variants: &mut MalformedVariants) {
        let first = self.first_frame_end();
        let (kind, masking) = match self.websocket.masking {
            Masking::Masked => (MalformedKind::Unmasked, Masking::Unmasked),
            Masking::Unmasked => (MalformedKind::Masked, Masking::Masked),
        };
        let payload = self.head.unmasked(&self.message[..first]);
        let mut frame = Frame::new(self.head.opcode, &payload, masking);
        frame.is_last = self.head.is_last;
        variants.replace(kind, 0..first, frame.bytes());
    }

    fn control_frames(&self, variants: &mut MalformedVariants) {
        let all = 0..self.message.len();
        let fragmented = self.fragment(Opcode::Ping, b"x");
        variants.replace(MalformedKind::FragmentedControl, all.clone(), fragmented);
        let long = self.frame(Opcode::Ping, &[b'x'; MOST_IN_CONTROL + 1]);
        variants.replace(MalformedKind::LongControl, all.clone(), long);
        let short = self.frame(Opcode::Close, b"\x03");
        variants.replace(MalformedKind::ShortClose, all.clone(), short);
        let code = self.frame(Opcode::Close, &NO_CODE.to_be_bytes());
        variants.replace(MalformedKind::CloseCode, all, code);
    }

    fn fragments(&self, variants: &mut MalformedVariants) {
        if self.head.opcode.is_control() {
            return;
        }
        let opcode = self.message[0] & 0xf0;
        variants.replace(MalformedKind::LoneContinuation, 0..1, vec![opcode]);
        let other = self.fragment(Opcode::Text, b"x");
        if self.websocket.max > 0 {
            variants.insert(MalformedKind::Interleaved, 0, other);
        }
    }

    fn lengths(&self, variants: &mut MalformedVariants) {
        let payload = self.head.payload;
        let length = 1..self.head.length - self.key();
        let bit = self.message[1] & MASK;
        let wide = |declared: u64| [&[bit | 127][..], &declared.to_be_bytes()].concat();
        variants.replace(MalformedKind::Negative, length.clone(), wide(1 << 63));
        let large = LARGE.max(self.websocket.max as u64 + 1);
        if !self.head.opcode.is_control() {
            variants.replace(MalformedKind::TooLarge, length.clone(), wide(large));
        }
        if payload <= u64::from(u16::MAX) {
            variants.replace(MalformedKind::Overlong, length, wide(payload));
        }
        // A close frame of one byte is refused for what it is.
        let is_close = self.head.opcode == Opcode::Close;
        let is_short_close = |declared: u64| is_close && declared == 1;
        let may_declare_more = payload < MOST_IN_CONTROL as u64
            && payload < self.websocket.max as u64
            && !is_short_close(payload + 1);
        if may_declare_more {
            variants.replace(MalformedKind::Longer, 1..2, vec![self.message[1] + 1]);
        }
        if 0 < payload && payload <= MOST_IN_CONTROL as u64 && !is_short_close(payload - 1) {
            variants.replace(MalformedKind::Shorter, 1..2, vec![self.message[1] - 1]);
        }
    }

    /// The bytes of the masking key.
    fn key(&self) -> usize {
        match self.websocket.masking {
            Masking::Masked => 4,
            Masking::Unmasked => 0,
        }
    }

    fn first_frame_end(&self) -> usize {
        self.head.length + usize::try_from(self.head.payload).expect("the message is in memory")
    }
}

fn rule(kind: MalformedKind) -> Rule {
    let response = match kind {
        // It binds the sender; the meaning of the length is clear.
        MalformedKind::Overlong => Response::RefuseOrRead,
        MalformedKind::Longer => Response::Wait,
        MalformedKind::Shorter => Response::ReadOther,
        _ => Response::Refuse,
    };
    Rule {
        response,
        text: text(kind),
    }
}

fn text(kind: MalformedKind) -> &'static str {
    match kind {
        MalformedKind::Unmasked => {
            "RFC 6455, 5.1: \"The server MUST close the connection upon receiving a frame that is \
             not masked.\""
        }
        MalformedKind::Masked => {
            "RFC 6455, 5.1: \"A client MUST close a connection if it detects a masked frame.\""
        }
        MalformedKind::ReservedBits => {
            "RFC 6455, 5.2: \"If a nonzero value is received and none of the negotiated extensions \
             defines the meaning of such a nonzero value, the receiving endpoint MUST _Fail the \
             WebSocket Connection_.\""
        }
        MalformedKind::UnknownType | MalformedKind::UnknownControl => {
            "RFC 6455, 5.2: \"If an unknown opcode is received, the receiving endpoint MUST _Fail \
             the WebSocket Connection_.\""
        }
        MalformedKind::FragmentedControl | MalformedKind::LongControl => {
            "RFC 6455, 5.5: \"All control frames MUST have a payload length of 125 bytes or less \
             and MUST NOT be fragmented.\""
        }
        MalformedKind::ShortClose => {
            "RFC 6455, 5.5.1: \"If there is a body, the first two bytes of the body MUST be a \
             2-byte unsigned integer\""
        }
        MalformedKind::CloseCode => {
            "RFC 6455, 7.4.1: \"1005 is a reserved value and MUST NOT be set as a status code in a \
             Close control frame by an endpoint.\""
        }
        MalformedKind::LoneContinuation => {
            "RFC 6455, 5.4: \"A fragmented message consists of a single frame with the FIN bit \
             clear and an opcode other than 0, followed by\" continuation frames"
        }
        MalformedKind::Interleaved => {
            "RFC 6455, 5.4: \"The fragments of one message MUST NOT be interleaved between the \
             fragments of another message\""
        }
        MalformedKind::InvalidText => {
            "RFC 6455, 8.1: \"When an endpoint is to interpret a byte stream as UTF-8 but finds \
             that the byte stream is not, in fact, a valid UTF-8 stream, that endpoint MUST _Fail \
             the WebSocket Connection_.\""
        }
        MalformedKind::Negative => "RFC 6455, 5.2: \"the most significant bit MUST be 0\"",
        MalformedKind::TooLarge => {
            "RFC 6455, 10.4: \"Implementations that have [...] limitations regarding the frame size \
             [...] MUST protect themselves against exceeding those limits.\""
        }
        MalformedKind::Overlong => {
            "RFC 6455, 5.2: \"the minimal number of bytes MUST be used to encode the length\""
        }
        _ => "RFC 6455, 5.2: \"The length of the 'Payload data', in bytes\"",
    }
}
