//! Framings that cannot be.

use thiserror::Error;

/// Settings that make no framing: the suite author's to mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FramingError {
    /// A delimiter without bytes.
    #[error("an empty delimiter ends nothing: give at least one byte")]
    EmptyDelimiter,
    /// Messages of no bytes.
    #[error("messages of 0 bytes leave no trace in a stream: give a size of at least 1")]
    ZeroSize,
    /// A column that no number fits, or wider than any 64-bit number.
    #[error("a length column of {width} characters cannot be used: give a width from 1 to 20")]
    Width {
        /// The width asked for.
        width: usize,
    },
    /// Zeros after the digits would be digits.
    #[error("zeros after the digits change the number: pad with spaces, or align the digits right")]
    ZerosOnTheRight,
}
