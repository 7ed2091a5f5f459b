//! Framing parameters that cannot work.

use thiserror::Error;

/// Framing parameters that cannot work. The suite's author must fix them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FramingError {
    #[error("the delimiter is empty: give at least one byte")]
    EmptyDelimiter,
    #[error("messages cannot have 0 bytes: give a size of at least 1")]
    ZeroSize,
    /// A column for no number, or wider than any 64-bit number.
    #[error("a length column cannot have {width} characters: give a width from 1 to 20")]
    Width { width: usize },
    #[error("zeros after the digits change the number: pad with spaces, or align the digits right")]
    ZerosOnTheRight,
}
