//! Where in a message the stream ended.

use thiserror::Error;

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
    #[error("the stream ends in the header, after {have} bytes")]
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
    #[error("the stream ends after the {body} bytes of the body, before the mark that closes it")]
    AfterBody {
        /// The bytes of the body, all of which came.
        body: usize,
    },
    /// Before the mark that ends a message.
    #[error("the stream ends after {have} bytes, before the {mark} that ends the message")]
    Unended {
        /// The bytes that came.
        have: usize,
        /// What the mark is called.
        mark: &'static str,
    },
}
