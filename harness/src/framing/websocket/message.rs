//! A payload, and the message of WebSocket that it stands for.

use super::super::{EncodeError, Malformation};
use super::frame::Opcode;

/// Starts a payload that is no text, and separates fragments. No text in UTF-8 has it.
const MARK: u8 = 0xff;

/// The longest thing that stands before the content: `\xffclose 65535 `.
pub(super) const LONGEST_WORD: usize = 16;

/// What a payload says.
pub(super) struct Message<'p> {
    pub(super) opcode: Opcode,
    /// At least one.
    pub(super) fragments: Vec<Vec<u8>>,
    payload: &'p [u8],
}

impl<'p> Message<'p> {
    pub(super) fn parse(payload: &'p [u8]) -> Result<Self, EncodeError> {
        let message = |opcode, content: &[u8]| Self {
            opcode,
            fragments: vec![content.to_vec()],
            payload,
        };
        let Some(marked) = payload.strip_prefix(&[MARK]) else {
            check_text(payload)?;
            return Ok(message(Opcode::Text, payload));
        };
        let (word, content) = match marked.iter().position(|byte| *byte == b' ') {
            Some(at) => (&marked[..at], &marked[at + 1..]),
            None => (marked, &[][..]),
        };
        match word {
            b"binary" => Ok(message(Opcode::Binary, content)),
            b"ping" => Ok(message(Opcode::Ping, content)),
            b"pong" => Ok(message(Opcode::Pong, content)),
            b"close" => Ok(message(Opcode::Close, &close_body(content)?)),
            b"fragments" => {
                let parts = content.split(|byte| *byte == MARK);
                let fragments: Vec<_> = parts.map(<[u8]>::to_vec).collect();
                check_text(&fragments.concat())?;
                Ok(Self {
                    opcode: Opcode::Text,
                    fragments,
                    payload,
                })
            }
            _ => Err(EncodeError::UnknownWord { at: 1 }),
        }
    }

    /// All fragments, one after the other.
    pub(super) fn content(&self) -> Vec<u8> {
        self.fragments.concat()
    }

    /// The payload that a reader gets.
    pub(super) fn canonical(&self) -> Vec<u8> {
        match self.opcode {
            Opcode::Text | Opcode::Continuation => self.content(),
            Opcode::Close => {
                let read = as_payload(Opcode::Close, &self.content());
                read.unwrap_or_else(|_| self.payload.to_vec())
            }
            opcode => [word(opcode), &self.content()].concat(),
        }
    }
}

fn check_text(text: &[u8]) -> Result<(), EncodeError> {
    match str::from_utf8(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(EncodeError::NotUtf8 {
            at: error.valid_up_to(),
        }),
    }
}

fn close_body(content: &[u8]) -> Result<Vec<u8>, EncodeError> {
    if content.is_empty() {
        return Ok(Vec::new());
    }
    let (digits, reason) = match content.iter().position(|byte| *byte == b' ') {
        Some(at) => (&content[..at], &content[at + 1..]),
        None => (content, &[][..]),
    };
    let code = str::from_utf8(digits).ok().and_then(|it| it.parse().ok());
    let code: u16 = code.ok_or(EncodeError::UnknownWord { at: 1 })?;
    if !may_be_sent(code) {
        return Err(EncodeError::CloseCode { code });
    }
    check_text(reason)?;
    Ok([&code.to_be_bytes(), reason].concat())
}

/// Whether a close frame may have this code: those of RFC 6455, 7.4.1, those that were registered
/// later, and those of libraries and applications.
fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

fn word(opcode: Opcode) -> &'static [u8] {
    match opcode {
        Opcode::Text | Opcode::Continuation => b"",
        Opcode::Binary => b"\xffbinary ",
        Opcode::Close => b"\xffclose",
        Opcode::Ping => b"\xffping ",
        Opcode::Pong => b"\xffpong ",
    }
}

/// What comes before the content of a message of this kind.
pub(super) fn before_content(opcode: Opcode) -> &'static [u8] {
    word(opcode)
}

/// The payload of a message with this content.
pub(super) fn as_payload(opcode: Opcode, content: &[u8]) -> Result<Vec<u8>, Malformation> {
    if opcode != Opcode::Close {
        return Ok([word(opcode), content].concat());
    }
    let [high, low, reason @ ..] = content else {
        let is_empty = content.is_empty();
        let payload = is_empty.then(|| word(opcode).to_vec());
        return payload.ok_or(Malformation::ShortClose);
    };
    let code = u16::from_be_bytes([*high, *low]);
    if !may_be_sent(code) {
        return Err(Malformation::CloseCode { code });
    }
    if str::from_utf8(reason).is_err() {
        return Err(Malformation::InvalidText);
    }
    let mut payload = [word(opcode), format!(" {code}").as_bytes()].concat();
    if !reason.is_empty() {
        payload.push(b' ');
        payload.extend_from_slice(reason);
    }
    Ok(payload)
}
