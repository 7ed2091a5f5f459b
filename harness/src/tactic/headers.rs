//! Malformed messages: from edits of messages to edits of the stream.

use std::collections::BTreeMap;
use std::ops::Range;

use super::delivery::{EditError, StreamEdit};
use super::{EditName, MalformedHeader, Offset, OutMessage, Script};
use crate::framing::RepeatedBytes;

/// An edit that makes one message of a script malformed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderEdit {
    /// What is wrong; part of a case id, so it must not change.
    pub name: EditName,
    /// The index of the message, from 0.
    pub message: usize,
    /// The bytes of the message that are replaced.
    pub range: Range<usize>,
    /// The bytes that are sent instead.
    pub replacement: RepeatedBytes,
}

/// Why an edit is impossible. The code that made the edits is at fault, never the suite's
/// author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderEditError {
    #[error("`{edit}` changes message {}, which has no bytes", edit.message)]
    NoMessage { edit: MalformedHeader },
    #[error("`{edit}` ends at {end}, but its message ends at {len}")]
    Outside {
        edit: MalformedHeader,
        end: usize,
        len: usize,
    },
    #[error("`{edit}` is given twice")]
    Twice { edit: MalformedHeader },
    #[error("`{edit}`: {source}")]
    Impossible {
        edit: MalformedHeader,
        source: EditError,
    },
}

/// An edit of the stream, and the malformed message in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlacedEdit {
    pub(super) edit: StreamEdit,
    /// The start of the message.
    pub(super) start: Offset,
    /// The end of the changed message.
    pub(super) end: Offset,
}

/// Converts edits of messages to edits of the stream.
pub(super) fn placed(
    script: &Script,
    edits: &[HeaderEdit],
) -> Result<BTreeMap<MalformedHeader, PlacedEdit>, HeaderEditError> {
    let spans: BTreeMap<_, _> = script.spans().collect();
    let mut placed = BTreeMap::new();
    for edit in edits {
        let key = MalformedHeader {
            name: edit.name.clone(),
            message: edit.message,
        };
        let Some(span) = spans.get(&edit.message) else {
            return Err(HeaderEditError::NoMessage { edit: key });
        };
        let Some(placed_edit) = place(edit, &script.messages[edit.message], span, &key)? else {
            continue;
        };
        if placed.insert(key.clone(), placed_edit).is_some() {
            return Err(HeaderEditError::Twice { edit: key });
        }
    }
    Ok(placed)
}

/// `None` if the edit changes nothing, as "leading zeros" where there are some already:
/// that message is valid.
fn place(
    edit: &HeaderEdit,
    message: &OutMessage,
    span: &Range<Offset>,
    key: &MalformedHeader,
) -> Result<Option<PlacedEdit>, HeaderEditError> {
    if edit.range.end > message.bytes.len() {
        return Err(HeaderEditError::Outside {
            edit: key.clone(),
            end: edit.range.end,
            len: message.bytes.len(),
        });
    }
    let replaced = message.bytes.get(edit.range.clone());
    if let Some(replaced) = replaced
        && replaced.len() == edit.replacement.len()
        && replaced == edit.replacement.to_vec()
    {
        return Ok(None);
    }
    let range = span.start.plus(edit.range.start)..span.start.plus(edit.range.end);
    let made = StreamEdit::new(range, edit.replacement.clone());
    let edit = made.map_err(|source| HeaderEditError::Impossible {
        edit: key.clone(),
        source,
    })?;
    let added = edit.replacement().len();
    Ok(Some(PlacedEdit {
        start: span.start,
        end: span.end.minus(edit.removed()).plus(added),
        edit,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn edit(name: &str, message: usize, range: Range<usize>, replacement: &str) -> HeaderEdit {
        HeaderEdit {
            name: name.parse().expect("a name"),
            message,
            range,
            replacement: replacement.into(),
        }
    }

    fn place_all(edits: &[HeaderEdit]) -> Result<Vec<(String, PlacedEdit)>, HeaderEditError> {
        let script = sample::script(&[("02", "ab", 0), ("03", "cde", 0)]);
        let placed = placed(&script, edits)?;
        Ok(placed
            .into_iter()
            .map(|(k, v)| (k.to_string(), v))
            .collect())
    }

    #[test]
    fn an_edit_of_a_message_becomes_one_of_the_stream() {
        let placed = place_all(&[edit("negative", 1, 0..2, "-03")]).expect("an edit");
        let [(id, placed_edit)] = placed.as_slice() else {
            panic!("one edit was given: {placed:?}");
        };
        assert_eq!(id, "negative@1");
        assert_eq!(placed_edit.edit.range(), Offset::new(4)..Offset::new(6));
        assert_eq!((placed_edit.start.get(), placed_edit.end.get()), (4, 10));
    }

    #[test]
    fn an_edit_that_changes_nothing_makes_no_case() {
        let placed = place_all(&[edit("leading-zeros", 0, 0..2, "02")]);
        assert_eq!(placed, Ok(vec![]));
    }

    #[test]
    fn an_error_names_the_impossible_edit() {
        let error = |edits: &[HeaderEdit]| place_all(edits).expect_err("wrong").to_string();
        let hex = edit("hex", 0, 0..2, "0x");
        let backwards = Range { start: 2, end: 1 };
        assert_eq!(error(&[hex.clone(), hex]), "`hex` is given twice");
        assert_eq!(
            error(&[edit("hex", 1, 3..9, "")]),
            "`hex@1` ends at 9, but its message ends at 5"
        );
        assert_eq!(
            error(&[edit("hex", 2, 0..1, "")]),
            "`hex@2` changes message 2, which has no bytes"
        );
        assert!(
            error(&[edit("hex", 0, backwards, "")]).ends_with("the edit ends before it starts")
        );
    }
}
