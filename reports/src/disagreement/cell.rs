//! What one peer answered, in few words.

use super::DisagreementKind;
use super::pair::Peer;
use crate::notation::counted;
use crate::record::{NotCompared, ObservedAnswer, ObservedAnswers, ObservedEnd};

/// The most characters of a content that are shown, where the content makes the difference.
const CONTENT: usize = 32;
/// The most characters of other bytes: what follows may differ with each message.
const BYTES: usize = 16;

/// What one peer answered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AnswerCell {
    pub(crate) kind: CellKind,
    /// In words. Empty if the peer was not asked.
    text: String,
    /// How many cases failed of how many.
    failed: (u64, u64),
}

/// How an answer compares with the one to the uncut messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CellKind {
    /// The same.
    AsUncut,
    /// Another one, or none.
    Other,
    /// It should be the same.
    Fails,
    /// It is not compared with those of other peers.
    NotCompared,
    /// The peer was not asked.
    Missing,
}

impl CellKind {
    /// What cells of this kind with different texts have in common.
    const fn word(self) -> &'static str {
        match self {
            Self::AsUncut => "as uncut",
            Self::NotCompared => "not compared",
            Self::Other | Self::Fails | Self::Missing => "",
        }
    }
}

impl AnswerCell {
    fn new(kind: CellKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
            failed: (0, 0),
        }
    }

    pub(super) fn of(peer: Option<&Peer<'_>>, disagreement: DisagreementKind) -> Self {
        let Some(peer) = peer else {
            return Self::missing();
        };
        let with_contents = disagreement == DisagreementKind::Content;
        let text = text(peer.answers, with_contents.then_some(CONTENT));
        match peer.answers.not_compared {
            Some(NotCompared::Varies) => Self::varies(),
            Some(NotCompared::HeadAlone) => {
                Self::new(CellKind::NotCompared, format!("{text}, by the head alone"))
            }
            None if peer.is_as_uncut() => Self::new(CellKind::AsUncut, text),
            None => Self::new(CellKind::Other, text),
        }
    }

    pub(super) fn missing() -> Self {
        Self::new(CellKind::Missing, "")
    }

    pub(super) fn unchanged() -> Self {
        Self::new(CellKind::AsUncut, CellKind::AsUncut.word())
    }

    pub(super) fn varies() -> Self {
        Self::new(CellKind::NotCompared, "varies")
    }

    pub(super) fn fails(failed: u64, of: u64) -> Self {
        Self {
            failed: (failed, of),
            ..Self::new(CellKind::Fails, "")
        }
    }

    /// Adds another cell that is alike.
    pub(super) fn add(&mut self, other: &Self) {
        self.failed.0 += other.failed.0;
        self.failed.1 += other.failed.1;
        if self.text != other.text {
            self.text = self.kind.word().to_owned();
        }
    }

    /// Whether both mean the same for a disagreement: what a peer answers to valid messages
    /// depends on its application, and counts do not matter.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.kind == other.kind && (self.kind != CellKind::Other || self.text == other.text)
    }

    pub(crate) fn text(&self) -> String {
        match (self.kind, self.failed) {
            (CellKind::Fails, (failed, of)) => format!("{failed} of {} fail", counted(of, "case")),
            _ => self.text.clone(),
        }
    }
}

/// The answers and how the connection ended.
fn text(observed: &ObservedAnswers, contents: Option<usize>) -> String {
    let mut parts = answers(&observed.answers, contents);
    let is_silent = parts.is_empty();
    let end = match observed.end {
        ObservedEnd::Open => Some("stays open"),
        ObservedEnd::Died => Some("the process ends"),
        ObservedEnd::Closed | ObservedEnd::Reset if is_silent => Some("closes"),
        ObservedEnd::Closed | ObservedEnd::Reset | ObservedEnd::NotSeen => None,
    };
    if is_silent {
        parts.push("no answer".to_owned());
    }
    parts.extend(end.map(str::to_owned));
    parts.extend(observed.exit.clone());
    parts.join(", ")
}

/// Consecutive answers that are as expected, and have no status, are counted.
fn answers(answers: &[ObservedAnswer], contents: Option<usize>) -> Vec<String> {
    let mut texts = Vec::new();
    let mut as_uncut = 0;
    let counted = |many: u64| match many {
        1 => "as uncut".to_owned(),
        many => format!("{many} as uncut"),
    };
    for answer in answers {
        if answer.expected && answer.status.is_none() {
            as_uncut += 1;
            continue;
        }
        if as_uncut > 0 {
            texts.push(counted(std::mem::take(&mut as_uncut)));
        }
        texts.push(text_of(answer, contents));
    }
    if as_uncut > 0 {
        texts.push(counted(as_uncut));
    }
    texts
}

fn text_of(answer: &ObservedAnswer, contents: Option<usize>) -> String {
    let shown = |most| {
        let content = answer.content.as_deref()?;
        Some(format!("`{}`", beginning(content, most)))
    };
    match answer.status {
        Some(status) => {
            let content = contents.and_then(shown).unwrap_or_default();
            format!("{status} {content}").trim_end().to_owned()
        }
        None => shown(BYTES).unwrap_or_else(|| "another answer".to_owned()),
    }
}

fn beginning(content: &str, most: usize) -> String {
    match content.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &content[..end]),
        None => content.to_owned(),
    }
}
