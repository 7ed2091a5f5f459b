//! The Redis serialisation protocol, versions 2 and 3.
//!
//! In: an encoded value, or a command in words. Out: the bytes of a value, unchanged.
//!
//! - `value`: the types, and the regions of a whole value;
//! - `reader`: reads values one at a time, with a stack instead of recursion;
//! - `words`: commands as people type them.
//!
//! Streamed values (`$?`, `*?`) and attributes (`|`) are not supported.

mod reader;
mod value;
mod words;

use super::codec::{Codec, Machine};
use super::decimal;
use super::decoder::{Decoded, Decoder};
use super::malformed::MalformedVariants;
use super::{DEFAULT_MAX, EncodeError, Encoded, MalformedKind};
use reader::ValueReader;
use value::Type;

/// The Redis serialisation protocol.
///
/// A payload that starts with a type byte of RESP2 or RESP3 (one of `+-:$*_#,(!=%~>`) is
/// one encoded value. The `\r\n` at the end of a one-line value may be left out. Any other
/// payload is a command: words with spaces between them, sent as an array of bulk
/// strings. A word in double quotes may contain spaces, `\"` and `\\`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resp {
    /// How deep arrays may nest.
    pub max_depth: usize,
    /// The longest encoded value.
    pub max: usize,
}

impl Default for Resp {
    fn default() -> Self {
        Self {
            max_depth: 32,
            max: DEFAULT_MAX,
        }
    }
}

/// More digits than any length has.
const LENGTH_DIGITS: usize = 20;

impl Resp {
    /// Checks that `bytes` are exactly one value.
    fn check_value(&self, bytes: &[u8]) -> Result<(), EncodeError> {
        let mut decoder = Decoder::new(self.machine());
        let mut rest = bytes;
        match decoder.decode(&mut rest) {
            Decoded::Message(value) if rest.is_empty() => {
                debug_assert_eq!(value, bytes);
                Ok(())
            }
            Decoded::Message(value) => Err(EncodeError::AfterValue { at: value.len() }),
            Decoded::Malformed(why) => Err(EncodeError::NotAValue { why }),
            Decoded::NeedMore => {
                let why = decoder.finish().truncation();
                let why = why.expect("a value that needs more is cut short");
                Err(EncodeError::PartOfAValue { why })
            }
        }
    }
}

impl Codec for Resp {
    fn encode(&self, payload: &[u8]) -> Result<Encoded, EncodeError> {
        let bytes = match payload.first().and_then(|byte| Type::of(*byte)) {
            Some(kind) => value::completed(kind, payload),
            None => words::command(payload)?,
        };
        EncodeError::check_max(&bytes, self.max)?;
        self.check_value(&bytes)?;
        Ok(value::with_regions(&bytes))
    }

    fn canonical(&self, payload: &[u8]) -> Option<Vec<u8>> {
        Some(self.encode(payload).ok()?.bytes)
    }

    /// Changes the length of the bulk string at the end, or else that of the array at the
    /// start.
    fn malform(&self, variants: &mut MalformedVariants) {
        variants.replace(MalformedKind::UnknownType, 0..1, "@");
        let bytes = &variants.valid().bytes;
        let Some(length) = value::changed_length(bytes) else {
            return;
        };
        let (end, spare) = (bytes.len(), self.max - bytes.len());
        let most = length.number + spare.saturating_sub(1) / length.unit;
        let start = length.digits.start;
        variants.never_end(start, b"1", LENGTH_DIGITS);
        variants.insert(MalformedKind::Spaces, start, " ");
        decimal::malform(variants, length.digits, length.number, most);
        if length.ends_the_value {
            variants.replace(MalformedKind::WrongTerminator, end - 2..end, "xx");
        }
    }

    fn machine(&self) -> Box<dyn Machine> {
        Box::new(ValueReader::new(self.clone()))
    }
}
