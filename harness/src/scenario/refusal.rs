//! Why a payload is not the message that the suite expects.

use wirecheck_report::notation::counted;

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error("the bytes differ")]
    Differs { expected: Vec<u8> },
    /// The parser's message.
    #[error("not JSON: {0}")]
    NotJson(String),
    #[error("at {}: expected {expected}, found {actual}", shown_pointer(pointer))]
    JsonDiffers {
        /// A JSON pointer to the first difference.
        pointer: String,
        /// As JSON.
        expected: String,
        /// As JSON, or `nothing`.
        actual: String,
    },
    #[error("does not match `{0}`")]
    NoMatch(String),
    #[error("matches none of the {0} alternatives")]
    NoneOf(usize),
    /// The suite's author must raise the limit or use the value less often.
    #[error(
        "{what} {}, more than `limits.stream_bytes` = {most}",
        counted(*size as u64, "byte")
    )]
    TooLarge {
        what: &'static str,
        size: usize,
        most: usize,
    },
    /// The JSON pointer of the capture.
    #[error("nothing to capture at {}", shown_pointer(.0))]
    NothingToCapture(String),
}

fn shown_pointer(pointer: &str) -> String {
    if pointer.is_empty() {
        "the top".to_owned()
    } else {
        format!("`{pointer}`")
    }
}
