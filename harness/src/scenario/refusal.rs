//! Why a payload is not the message that the suite expects.

use wirecheck_report::notation::counted;

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error("the bytes differ")]
    Differs { expected: Vec<u8> },
    /// The parser's message.
    #[error("not JSON: {0}")]
    NotJson(String),
    #[error(
        "the JSON differs at {}: expected {}, found {}",
        shown_pointer(pointer),
        short(expected),
        short(actual)
    )]
    JsonDiffers {
        /// A JSON pointer to the first difference.
        pointer: String,
        /// As JSON, or [`Refusal::NOTHING`].
        expected: String,
        /// As JSON, or [`Refusal::NOTHING`].
        actual: String,
    },
    #[error("does not match `{0}`")]
    NoMatch(String),
    #[error("byte {at} is 0x{actual:02x}, expected 0x{expected:02x}")]
    ByteDiffers {
        /// From 0.
        at: usize,
        expected: u8,
        actual: u8,
    },
    #[error(
        "{}, expected {}{expected}",
        counted(*actual as u64, "byte"),
        if *more_is_allowed { "at least " } else { "" }
    )]
    OtherLength {
        expected: usize,
        actual: usize,
        more_is_allowed: bool,
    },
    /// Why it is none.
    #[error("not an HTTP message: {0}")]
    NotHttp(String),
    #[error(
        "the {part} is {}, expected {}",
        actual.as_deref().map_or_else(|| "missing".to_owned(), short),
        short(expected)
    )]
    WrongPart {
        /// Of an HTTP message: `status`, `field Host`.
        part: String,
        expected: String,
        /// `None` if the message does not have it.
        actual: Option<String>,
    },
    #[error("the body is wrong: {refusal}")]
    WrongBody {
        refusal: Box<Self>,
        /// As it came, without the framing of its chunks.
        body: Vec<u8>,
    },
    #[error("matches none of the {0} alternatives")]
    NoneOf(usize),
    #[error("matches none of the {0} messages that may come next")]
    NoneOfNext(usize),
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
    /// The suite's author must raise the limit or capture less.
    #[error(
        "with the captured values the pattern needs {}, more than `limits.pattern_states` = {most}",
        counted(*states as u64, "state")
    )]
    PatternTooLarge { states: usize, most: usize },
    #[error("the expression shows no end: {0}")]
    NoEnd(String),
    #[error("the expression matches the first {at} of {} already", counted(*len as u64, "byte"))]
    EndsBefore { at: usize, len: usize },
    /// The JSON pointer of the capture.
    #[error("nothing to capture at {}", shown_pointer(.0))]
    NothingToCapture(String),
}

impl Refusal {
    /// No value, which is no JSON.
    pub const NOTHING: &'static str = "nothing";
}

/// The most characters of a value in a sentence.
const SHORT: usize = 40;

fn short(value: &str) -> String {
    match value.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

fn shown_pointer(pointer: &str) -> String {
    if pointer.is_empty() {
        "the top".to_owned()
    } else {
        format!("`{pointer}`")
    }
}
