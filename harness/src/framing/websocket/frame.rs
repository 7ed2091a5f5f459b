//! The head of a frame.
//!
//! First byte: FIN, three reserved bits, the opcode. Second byte: the mask bit, and a length of 7
//! bits, or 126 or 127 where 16 or 64 bits with the length follow. Then the masking key, and the
//! payload (RFC 6455, 5.2).

use super::super::{Encoded, Malformation, RegionKind};

/// The longest payload of a control frame.
pub(super) const MOST_IN_CONTROL: usize = 125;

/// The most bytes before the payload: two, a length of eight, the masking key.
pub(super) const LONGEST_HEAD: usize = 2 + 8 + KEY.len();

const FIN: u8 = 0x80;
const RESERVED: u8 = 0x70;
pub(super) const MASK: u8 = 0x80;

/// The masking key of all frames that wirecheck sends. It changes each byte and keeps the beginning
/// of a character one: so a cut inside a character is known as one, also in masked text.
const KEY: [u8; 4] = [1, 2, 3, 1];

/// Whether a frame is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Masking {
    /// Frames of a client.
    Masked,
    /// Frames of a server.
    Unmasked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Opcode {
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Continuation => 0,
            Self::Text => 1,
            Self::Binary => 2,
            Self::Close => 8,
            Self::Ping => 9,
            Self::Pong => 10,
        }
    }

    fn of(number: u8) -> Option<Self> {
        let all = [
            Self::Continuation,
            Self::Text,
            Self::Binary,
            Self::Close,
            Self::Ping,
            Self::Pong,
        ];
        all.into_iter().find(|it| it.number() == number)
    }

    pub(super) fn is_control(self) -> bool {
        self.number() >= 8
    }
}

/// A frame to send.
pub(super) struct Frame<'p> {
    pub(super) opcode: Opcode,
    pub(super) is_last: bool,
    pub(super) payload: &'p [u8],
    pub(super) masking: Masking,
}

impl<'p> Frame<'p> {
    /// The only frame of a message.
    pub(super) fn new(opcode: Opcode, payload: &'p [u8], masking: Masking) -> Self {
        Self {
            opcode,
            is_last: true,
            payload,
            masking,
        }
    }

    pub(super) fn push_to(&self, encoded: &mut Encoded) {
        let fin = if self.is_last { FIN } else { 0 };
        let (length, extended) = length(self.payload.len() as u64);
        encoded.push(RegionKind::FirstByte, &[fin | self.opcode.number()]);
        match self.masking {
            Masking::Unmasked => {
                encoded.push(RegionKind::Length, &[length]);
                encoded.push(RegionKind::ExtendedLength, &extended);
                encoded.push(RegionKind::Payload, self.payload);
            }
            Masking::Masked => {
                encoded.push(RegionKind::Length, &[MASK | length]);
                encoded.push(RegionKind::ExtendedLength, &extended);
                encoded.push(RegionKind::MaskingKey, &KEY);
                let mut masked = self.payload.to_vec();
                mask(&mut masked, KEY);
                encoded.push(RegionKind::Payload, &masked);
            }
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut encoded = Encoded::default();
        self.push_to(&mut encoded);
        encoded.bytes
    }
}

/// The length of 7 bits, and the bytes of the extended one.
fn length(length: u64) -> (u8, Vec<u8>) {
    match length {
        0..126 => (length as u8, Vec::new()),
        126..65_536 => (126, (length as u16).to_be_bytes().to_vec()),
        _ => (127, length.to_be_bytes().to_vec()),
    }
}

/// Masks, or takes the mask off: it is the same.
pub(super) fn mask(bytes: &mut [u8], key: [u8; 4]) {
    for (byte, key) in bytes.iter_mut().zip(key.into_iter().cycle()) {
        *byte ^= key;
    }
}

/// The head of a frame that was received.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) opcode: Opcode,
    pub(super) is_last: bool,
    /// The bytes before the payload.
    pub(super) length: usize,
    pub(super) payload: u64,
    key: Option<[u8; 4]>,
}

/// What the first bytes of a frame show.
pub(super) enum HeadRead {
    Whole(Head),
    /// The head has this many bytes.
    Part(usize),
}

impl Head {
    /// Reads the head of a frame of a sender with this masking.
    pub(super) fn read(so_far: &[u8], masking: Masking) -> Result<HeadRead, Malformation> {
        let [first, second, after @ ..] = so_far else {
            return Ok(HeadRead::Part(2));
        };
        let (is_last, opcode) = first_byte(*first)?;
        let short = second & !MASK;
        check_second_byte(*second, masking)?;
        if opcode.is_control() {
            check_control(is_last, short)?;
        }
        let extended = match short {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let key = match masking {
            Masking::Masked => KEY.len(),
            Masking::Unmasked => 0,
        };
        let length = 2 + extended + key;
        if so_far.len() < length {
            return Ok(HeadRead::Part(length));
        }
        let payload = match extended {
            0 => u64::from(short),
            _ => extended_length(&after[..extended])?,
        };
        let key = after[extended..extended + key].try_into().ok();
        Ok(HeadRead::Whole(Self {
            opcode,
            is_last,
            length,
            payload,
            key,
        }))
    }

    /// The payload without its mask.
    pub(super) fn unmasked(&self, frame: &[u8]) -> Vec<u8> {
        let mut payload = frame[self.length..].to_vec();
        if let Some(key) = self.key {
            mask(&mut payload, key);
        }
        payload
    }
}

fn first_byte(byte: u8) -> Result<(bool, Opcode), Malformation> {
    if byte & RESERVED != 0 {
        return Err(Malformation::ReservedBits { byte });
    }
    let number = byte & 0x0f;
    let opcode = Opcode::of(number).ok_or(Malformation::UnknownOpcode { opcode: number })?;
    Ok((byte & FIN != 0, opcode))
}

fn check_second_byte(byte: u8, masking: Masking) -> Result<(), Malformation> {
    match masking {
        Masking::Masked if byte & MASK == 0 => Err(Malformation::UnmaskedFrame),
        Masking::Unmasked if byte & MASK != 0 => Err(Malformation::MaskedFrame),
        Masking::Masked | Masking::Unmasked => Ok(()),
    }
}

fn check_control(is_last: bool, length: u8) -> Result<(), Malformation> {
    if !is_last {
        return Err(Malformation::FragmentedControl);
    }
    if usize::from(length) > MOST_IN_CONTROL {
        return Err(Malformation::LongControl);
    }
    Ok(())
}

fn extended_length(bytes: &[u8]) -> Result<u64, Malformation> {
    let push = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    let declared = bytes.iter().fold(0, push);
    if declared > i64::MAX as u64 {
        return Err(Malformation::NegativeLength);
    }
    if length(declared).1.len() < bytes.len() {
        return Err(Malformation::OverlongLength { declared });
    }
    Ok(declared)
}
