//! A failure, as the user sees it.

use std::fmt;

use super::{End, Message, Observation, Outcome, Segmentation};

/// How many messages are shown of each stream.
const MOST_SHOWN: usize = 6;
/// How many bytes are shown on each side of a cut.
const NEAR_A_CUT: usize = 24;
/// How many bytes are shown of any other text.
const LONGEST_SHOWN: usize = 72;

/// One input that a framer reads differently when it is cut. Prints as a few lines that say
/// how.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Difference<M> {
    /// The whole input.
    pub input: Vec<u8>,
    /// How it was received: the fewest cuts that show the difference.
    pub segmentation: Segmentation,
    /// What the framer makes of the same bytes in one chunk.
    pub uncut: Observation<M>,
    /// What the framer makes of them in these chunks.
    pub observed: Observation<M>,
}

/// The lines for a stream that is read wrongly however it is cut.
pub(crate) fn shown_as_wrong<M: Message>(
    input: &[u8],
    expected: &[M],
    actual: &Observation<M>,
) -> String {
    let from = first_difference(expected, &actual.messages);
    format!(
        "  input     {}\n  expected  {}\n  actual    {}",
        shown(input),
        listed(expected, from),
        observed(actual, End::Eof, from)
    )
}

impl<M: Message> Difference<M> {
    fn title(&self) -> String {
        match (&self.observed.outcome, self.segmentation.end()) {
            (Outcome::Panicked(text), _) => format!("the framer panics: {text}"),
            (Outcome::Crashed(text), _) => text.clone(),
            _ if self.segmentation.cuts().is_empty() => {
                "the framer reads the same chunks in different ways".to_owned()
            }
            (_, End::Eof) => "what the framer reads depends on how the stream is cut".to_owned(),
            (_, End::Open) => {
                let (cut, uncut) = (self.observed.messages.len(), self.uncut.messages.len());
                let kind = if cut < uncut { "later" } else { "earlier" };
                format!("a message comes {kind} when the stream is cut")
            }
        }
    }
}

impl<M: Message> fmt::Display for Difference<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.segmentation.to_string();
        let width = name.len().max("input".len());
        let part = match self.segmentation.len() {
            len if len == self.input.len() => String::new(),
            len => format!(" (the first {len} bytes)"),
        };
        let end = self.segmentation.end();
        let from = first_difference(&self.uncut.messages, &self.observed.messages);
        writeln!(f, "{}", self.title())?;
        writeln!(f, "  {:width$}  {}", "input", shown(&self.input))?;
        writeln!(f, "  {name:width$}  {}{part}", chunks(self))?;
        writeln!(f, "messages")?;
        writeln!(
            f,
            "  {:width$}  {}",
            "whole",
            observed(&self.uncut, end, from)
        )?;
        write!(
            f,
            "  {name:width$}  {}",
            observed(&self.observed, end, from)
        )
    }
}

fn chunks<M>(difference: &Difference<M>) -> String {
    let segmentation = &difference.segmentation;
    let chunks: Vec<_> = segmentation.chunks(&difference.input).collect();
    let last = chunks.len().saturating_sub(1);
    let text = |(index, chunk): (usize, &&[u8])| match index {
        _ if last == 0 => shown(chunk),
        0 => end_of(chunk),
        _ if index == last => start_of(chunk),
        _ => both_ends_of(chunk),
    };
    let shown: Vec<_> = chunks
        .iter()
        .enumerate()
        .take(MOST_SHOWN)
        .map(text)
        .collect();
    let more = if chunks.len() > MOST_SHOWN {
        " | …"
    } else {
        ""
    };
    let end = match segmentation.end() {
        End::Eof => "",
        End::Open => " | (more may follow)",
    };
    format!("{}{more}{end}", shown.join(" | "))
}

/// The bytes before a cut.
fn end_of(chunk: &[u8]) -> String {
    match chunk.len().checked_sub(NEAR_A_CUT) {
        Some(skipped @ 1..) => format!("…\"{}\"", chunk[skipped..].escape_ascii()),
        _ => shown(chunk),
    }
}

/// The bytes after a cut.
fn start_of(chunk: &[u8]) -> String {
    match chunk.get(..NEAR_A_CUT) {
        Some(start) if start.len() < chunk.len() => format!("\"{}\"…", start.escape_ascii()),
        _ => shown(chunk),
    }
}

/// The bytes between two cuts.
fn both_ends_of(chunk: &[u8]) -> String {
    if chunk.len() <= 2 * NEAR_A_CUT {
        return shown(chunk);
    }
    let (start, end) = (&chunk[..NEAR_A_CUT], &chunk[chunk.len() - NEAR_A_CUT..]);
    format!("\"{}\"…\"{}\"", start.escape_ascii(), end.escape_ascii())
}

/// The index of the first message that is not the same in both.
fn first_difference<M: PartialEq>(one: &[M], other: &[M]) -> usize {
    one.iter()
        .zip(other)
        .take_while(|(one, other)| one == other)
        .count()
}

fn observed<M: Message>(observation: &Observation<M>, end: End, from: usize) -> String {
    let messages = listed(&observation.messages, from);
    match (&observation.outcome, end) {
        (Outcome::Done, End::Eof) => messages,
        (Outcome::Done, End::Open) => format!("{messages}, then it waits"),
        (Outcome::Failed(error) | Outcome::FailedAtEnd(error), _) => {
            format!("{messages}, then the error {}", cut_off(error))
        }
        (Outcome::Panicked(text), _) => format!("{messages}, then the panic: {}", cut_off(text)),
        (Outcome::Crashed(text), _) => format!("no answer: {}", cut_off(text)),
    }
}

/// Some messages, from the one before `from` on.
fn listed<M: Message>(messages: &[M], from: usize) -> String {
    if messages.is_empty() {
        return "no message".to_owned();
    }
    let skipped = from.saturating_sub(1).min(messages.len() - 1);
    let shown = messages[skipped..].iter().take(MOST_SHOWN);
    let mut texts: Vec<_> = shown.map(message).collect();
    if skipped > 0 {
        texts.insert(0, format!("… {skipped} before"));
    }
    let rest = messages.len().saturating_sub(skipped + MOST_SHOWN);
    if rest > 0 {
        texts.push(format!("… {rest} more"));
    }
    texts.join(", ")
}

fn message<M: Message>(message: &M) -> String {
    match message.as_bytes() {
        Some(bytes) => shown(bytes),
        None => cut_off(&format!("{message:?}")),
    }
}

/// Bytes as a text in quotes, in part if they are long.
fn shown(bytes: &[u8]) -> String {
    let start = &bytes[..bytes.len().min(LONGEST_SHOWN)];
    let text = start.escape_ascii();
    match bytes.len() {
        len if len > LONGEST_SHOWN => format!("\"{text}\"… ({len} bytes)"),
        _ => format!("\"{text}\""),
    }
}

fn cut_off(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
