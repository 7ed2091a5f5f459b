//! Why a payload is not the message that the suite expects.

/// Why a payload is not the message that was expected.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Other bytes.
    #[error("other bytes than expected")]
    Differs {
        /// What was expected.
        expected: Vec<u8>,
    },
    /// Not JSON at all.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// JSON that differs at some place.
    #[error("at {}: expected {expected}, found {actual}", shown_pointer(pointer))]
    JsonDiffers {
        /// Where, as a JSON pointer.
        pointer: String,
        /// What was expected there, as JSON.
        expected: String,
        /// What stands there, as JSON; `nothing`, if nothing does.
        actual: String,
    },
    /// The expression does not match.
    #[error("does not match `{0}`")]
    NoMatch(String),
    /// None of the alternatives.
    #[error("none of the {0} messages that would do")]
    NoneOf(usize),
    /// Something that should be kept is not there.
    #[error("there is nothing at {} to capture", shown_pointer(.0))]
    NothingToCapture(String),
}

fn shown_pointer(pointer: &str) -> String {
    if pointer.is_empty() {
        "the top".to_owned()
    } else {
        format!("`{pointer}`")
    }
}
