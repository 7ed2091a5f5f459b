//! Streams that end inside a message.

use thiserror::Error;
use wirecheck_report::notation::counted;

/// Where in a message the stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Truncation {
    /// In a header whose size is known.
    #[error("the stream ends in the header, after {have} of its {of} bytes")]
    Header {
        /// The bytes received.
        have: usize,
        /// The bytes of a whole header.
        of: usize,
    },
    /// In a header of unknown size.
    #[error("the stream ends in the header, after {}", counted(*have as u64, "byte"))]
    OpenHeader {
        /// The bytes received.
        have: usize,
    },
    /// In the body.
    #[error("the stream ends in the body, after {have} of its {of} bytes")]
    Body {
        /// The bytes of the body received.
        have: usize,
        /// The declared length.
        of: usize,
    },
    /// After the body, where an end marker is missing.
    #[error("the stream ends after the {} of the body, before the end marker", counted(*body as u64, "byte"))]
    AfterBody {
        /// The length of the body.
        body: usize,
    },
    /// Before the bytes that end the message.
    #[error("the stream ends after {}, before the {mark} that ends the message", counted(*have as u64, "byte"))]
    Unended {
        /// The bytes received.
        have: usize,
        /// What ends the message: "delimiter", "line ending".
        mark: &'static str,
    },
}
