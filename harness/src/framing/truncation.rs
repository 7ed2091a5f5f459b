//! Where in a message the stream ended.

use thiserror::Error;
use wirecheck_report::notation::counted;

/// The stream ended inside a message: the sender's fault, or what a case meant
/// to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Truncation {
    /// In a header whose size is known.
    #[error("the stream ends in the header, after {have} of its {of} bytes")]
    Header {
        /// The bytes that came.
        have: usize,
        /// The bytes that a header has.
        of: usize,
    },
    /// In a header that ends where it says so.
    #[error("the stream ends in the header, after {}", counted(*have as u64, "byte"))]
    OpenHeader {
        /// The bytes that came.
        have: usize,
    },
    /// In the body.
    #[error("the stream ends in the body, after {have} of its {of} bytes")]
    Body {
        /// The bytes of the body that came.
        have: usize,
        /// The bytes that were announced.
        of: usize,
    },
    /// After the body, where something must still follow.
    #[error("the stream ends after the {} of the body, before the mark that closes it", counted(*body as u64, "byte"))]
    AfterBody {
        /// The bytes of the body, all of which came.
        body: usize,
    },
    /// Before the mark that ends a message.
    #[error("the stream ends after {}, before the {mark} that ends the message", counted(*have as u64, "byte"))]
    Unended {
        /// The bytes that came.
        have: usize,
        /// What the mark is called.
        mark: &'static str,
    },
}
