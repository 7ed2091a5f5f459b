//! The named parts of an encoded message.

use std::ops::Range;

/// What some bytes of a message are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegionKind {
    /// The length or the type of the message.
    Header,
    /// The content.
    Payload,
    /// The end of the message or of a part of it.
    Delimiter,
    /// The first line of an HTTP message.
    StartLine,
    /// The name of an HTTP field, its colon, and the blanks behind it.
    FieldName,
    /// The value of an HTTP field.
    FieldValue,
    /// The size of a chunk, with its extensions.
    ChunkSize,
    /// A field behind the last chunk.
    Trailer,
    /// The first byte of a frame of WebSocket: FIN and the opcode.
    FirstByte,
    /// The mask bit and the length of 7 bits of a frame.
    Length,
    /// The length of 16 or 64 bits of a frame.
    ExtendedLength,
    /// The masking key of a frame.
    MaskingKey,
}

/// What a kind of region is in every framing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionRole {
    /// It says what the message is, or where it ends.
    Header,
    Payload,
    Delimiter,
}

impl RegionKind {
    #[must_use]
    pub fn role(self) -> RegionRole {
        match self {
            Self::Payload => RegionRole::Payload,
            Self::Delimiter => RegionRole::Delimiter,
            Self::Header
            | Self::StartLine
            | Self::FieldName
            | Self::FieldValue
            | Self::ChunkSize
            | Self::Trailer
            | Self::FirstByte
            | Self::Length
            | Self::ExtendedLength
            | Self::MaskingKey => RegionRole::Header,
        }
    }

    /// Its name in texts and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Delimiter => "delimiter",
            Self::StartLine => "start line",
            Self::FieldName => "field name",
            Self::FieldValue => "field value",
            Self::ChunkSize => "chunk size",
            Self::Trailer => "trailer",
            Self::FirstByte => "first byte",
            Self::Length => "length",
            Self::ExtendedLength => "extended length",
            Self::MaskingKey => "masking key",
        }
    }
}

/// A range of a message's bytes, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub kind: RegionKind,
    /// Offsets from the start of the message.
    pub range: Range<usize>,
}

/// A message as it is sent.
///
/// The regions are in order and not empty, and cover all bytes without gaps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Encoded {
    pub bytes: Vec<u8>,
    pub regions: Vec<Region>,
}

impl Encoded {
    /// Bytes that bypass the framing: one payload region.
    #[must_use]
    pub fn raw(bytes: &[u8]) -> Self {
        let mut encoded = Self::default();
        encoded.push(RegionKind::Payload, bytes);
        encoded
    }

    /// Appends `bytes` as one region, unless it is empty.
    pub(crate) fn push(&mut self, kind: RegionKind, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.regions.push(Region {
            kind,
            range: start..self.bytes.len(),
        });
    }
}
