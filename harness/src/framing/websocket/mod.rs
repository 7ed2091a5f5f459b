//! Messages of WebSocket (RFC 6455).
//!
//! In: a payload. A text is written as it is. Any other message starts with the byte `0xff`, which
//! no text in UTF-8 has, and a word: `\xffbinary …`, `\xffping …`, `\xffpong …`, `\xffclose 1000 …`;
//! and `\xfffragments hel\xfflo` is the text `hello` in two frames. Out: frames with their regions.
//!
//! - `message`: a payload, and the message that it stands for;
//! - `frame`: the head of a frame;
//! - `reader`: puts frames together; a control frame between two fragments is a message of its own;
//! - `malformed`: the malformed variants of a message, with the sentences of the RFC.
//!
//! No extension is negotiated, so that all reserved bits are 0.

mod frame;
mod malformed;
mod message;
mod reader;

use super::codec::{Codec, Machine};
use super::malformed::MalformedVariants;
use super::{DEFAULT_MAX, EncodeError, Encoded};
use frame::{Frame, Opcode};
use message::Message;
use reader::FrameReader;

pub use frame::Masking;

/// Messages of WebSocket, as one side sends them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebSocket {
    /// A client masks its frames, a server does not.
    pub masking: Masking,
    /// The longest message, put together from its fragments.
    pub max: usize,
}

impl Default for WebSocket {
    fn default() -> Self {
        Self {
            masking: Masking::Masked,
            max: DEFAULT_MAX,
        }
    }
}

impl Codec for WebSocket {
    fn encode(&self, payload: &[u8]) -> Result<Encoded, EncodeError> {
        let message = Message::parse(payload)?;
        let content = message.content();
        let most = if message.opcode.is_control() {
            frame::MOST_IN_CONTROL
        } else {
            self.max
        };
        EncodeError::check_max(&content, most)?;
        let mut encoded = Encoded::default();
        let last = message.fragments.len() - 1;
        for (index, fragment) in message.fragments.iter().enumerate() {
            let opcode = match index {
                0 => message.opcode,
                _ => Opcode::Continuation,
            };
            let mut frame = Frame::new(opcode, fragment, self.masking);
            frame.is_last = index == last;
            frame.push_to(&mut encoded);
        }
        Ok(encoded)
    }

    fn canonical(&self, payload: &[u8]) -> Option<Vec<u8>> {
        self.encode(payload).ok()?;
        Some(Message::parse(payload).ok()?.canonical())
    }

    fn malform(&self, variants: &mut MalformedVariants) {
        malformed::malform(self, variants);
    }

    fn machine(&self) -> Box<dyn Machine> {
        Box::new(FrameReader::new(self.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framing::{Decoded, Decoder, Framing, MalformedKind, RegionKind};

    fn of_client() -> WebSocket {
        WebSocket::default()
    }

    fn of_server() -> WebSocket {
        WebSocket {
            masking: Masking::Unmasked,
            ..WebSocket::default()
        }
    }

    fn read(stream: &[u8]) -> Vec<Vec<u8>> {
        let mut decoder = Decoder::new(of_server().machine());
        let mut rest = stream;
        let mut messages = Vec::new();
        while let Decoded::Message(payload) = decoder.decode(&mut rest) {
            messages.push(payload.to_vec());
        }
        assert!(rest.is_empty(), "{:?}", decoder.finish());
        messages
    }

    /// The frames of RFC 6455, 5.7.
    #[test]
    fn the_frames_of_the_rfc_are_written() {
        let written = |payload: &[u8]| of_server().encode(payload).expect("a message").bytes;
        assert_eq!(written(b"Hello"), b"\x81\x05Hello");
        assert_eq!(
            written(b"\xfffragments Hel\xfflo"),
            b"\x01\x03Hel\x80\x02lo"
        );
        assert_eq!(written(b"\xffping Hello"), b"\x89\x05Hello");
        let long = [&b"\xffbinary "[..], &[7; 256]].concat();
        assert_eq!(written(&long)[..4], *b"\x82\x7e\x01\x00");
        let longer = [&b"\xffbinary "[..], &[7; 65_536]].concat();
        assert_eq!(written(&longer)[..10], *b"\x82\x7f\0\0\0\0\0\x01\0\0");
        assert_eq!(written(b"\xffclose 1000 bye"), b"\x88\x05\x03\xe8bye");
        assert_eq!(written(b"\xffclose"), b"\x88\x00");
    }

    #[test]
    fn a_frame_of_a_client_is_masked() {
        let encoded = of_client().encode(b"hello").expect("a message");
        assert_eq!(encoded.bytes, b"\x81\x85\x01\x02\x03\x01igomn");
        let kinds: Vec<_> = encoded.regions.iter().map(|it| it.kind).collect();
        assert_eq!(
            kinds,
            [
                RegionKind::FirstByte,
                RegionKind::Length,
                RegionKind::MaskingKey,
                RegionKind::Payload
            ]
        );
    }

    #[test]
    fn a_control_frame_between_two_fragments_comes_first() {
        let messages = read(b"\x01\x03Hel\x89\x01x\x80\x02lo\x8a\x00\x88\x02\x03\xe8");
        let expected: [&[u8]; 4] = [b"\xffping x", b"Hello", b"\xffpong ", b"\xffclose 1000"];
        assert_eq!(messages, expected);
    }

    /// Such a frame may be refused before its payload comes.
    #[test]
    fn no_variant_with_another_length_is_a_close_frame_of_one_byte() {
        let kinds = |payload: &[u8]| {
            let variants = Framing::WebSocket(of_client()).malformed(payload);
            let kinds = variants.into_iter().map(|it| it.kind);
            kinds.collect::<Vec<_>>()
        };
        let (empty, code) = (kinds(b"\xffclose"), kinds(b"\xffclose 1000"));
        assert!(!empty.contains(&MalformedKind::Longer), "{empty:?}");
        assert!(!code.contains(&MalformedKind::Shorter), "{code:?}");
        assert!(code.contains(&MalformedKind::Longer), "{code:?}");
    }

    #[test]
    fn what_is_no_message_is_not_sent() {
        let refused = |payload: &[u8]| {
            let refused = of_client().encode(payload).expect_err("no message");
            refused.to_string()
        };
        for (payload, why) in [
            (&b"a\xe9"[..], "byte 1"),
            (b"\xffhello x", "0xff"),
            (b"\xffclose 1005", "1005"),
            (b"\xffclose 1000 \xfe", "UTF-8"),
            (&[&b"\xffping "[..], &[7; 126]].concat(), "126 bytes"),
        ] {
            let text = refused(payload);
            assert!(text.contains(why), "{text}");
        }
    }
}
