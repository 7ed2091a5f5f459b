//! A delivery of an exchange as a delivery of a part of it.

use super::delivery::StreamEdit;
use super::lengths::Lengths;
use super::{Delivery, Offset, Script};

/// Two scripts, and which messages they have in common.
#[derive(Clone, Copy, Debug)]
pub struct ScriptPart<'a> {
    pub whole: &'a Script,
    /// What is left of it: each message is the same, or has a shorter payload.
    pub part: &'a Script,
    /// For each message of the part: its number in the whole script.
    pub messages: &'a [usize],
}

impl ScriptPart<'_> {
    /// The same cuts, the same edit and the same end in the part. A cut inside a payload that
    /// is too short for it is before its last byte. `None` if the edit is not of a message that
    /// is left as it is, or if the result is no delivery of the part.
    #[must_use]
    pub fn carry_over(&self, delivery: &Delivery) -> Option<Delivery> {
        let edit = match &delivery.edit {
            Some(edit) => Some(self.edit(edit)?),
            None => None,
        };
        let place = |at: Offset| match (&delivery.edit, &edit) {
            (Some(old), Some(new)) => self.edited_place(at, old, new),
            _ => self.place(at),
        };
        let end = delivery.delivered();
        // In a message that is left out: the end of those before it.
        let end = (0..=end.get()).rev().find_map(|at| place(Offset::new(at)));
        let edges: Vec<_> = delivery.edges().filter_map(place).collect();
        let lengths = Lengths::cut_at(edges, end?);
        let pause = delivery.pause.and_then(place);
        let carried = Delivery {
            edit,
            pause,
            ..delivery.clone()
        };
        let carried = carried.recut(lengths);
        let is_delivery = carried.fits(self.part.len()).is_ok();
        let keeps_pause = carried.pause.is_some() == delivery.pause.is_some();
        (is_delivery && keeps_pause).then_some(carried)
    }

    /// The place of an offset of the whole stream; `None` inside a message that is left out.
    fn place(&self, at: Offset) -> Option<Offset> {
        let starts = starts(self.part);
        let mut kept_before = 0;
        for (number, start) in starts_of(self.whole) {
            let end = start + self.whole.messages[number].bytes.len();
            let place = self.messages.iter().position(|it| *it == number);
            if at.get() <= start {
                break;
            }
            match place {
                Some(kept) if at.get() < end => {
                    let inside = self.inside(number, kept, at.get() - start)?;
                    return Some(Offset::new(starts[kept] + inside));
                }
                Some(kept) => kept_before = kept + 1,
                None if at.get() < end => return None,
                None => {}
            }
        }
        Some(Offset::new(starts[kept_before]))
    }

    /// The place of an offset inside a message.
    fn inside(&self, number: usize, kept: usize, at: usize) -> Option<usize> {
        let regions = &self.whole.messages[number].regions;
        let place = regions.iter().position(|it| at < it.range.end)?;
        let (old, new) = (
            &regions[place].range,
            self.part.messages[kept].regions.get(place)?,
        );
        let new = &new.range;
        let from_start = at - old.start;
        Some(new.start + from_start.min(new.len().saturating_sub(1)))
    }

    fn edit(&self, edit: &StreamEdit) -> Option<StreamEdit> {
        let range = edit.range();
        let mut messages = starts_of(self.whole);
        let (number, start) = messages.find(|(number, start)| {
            let end = start + self.whole.messages[*number].bytes.len();
            *start <= range.start.get() && range.end.get() <= end
        })?;
        let kept = self.messages.iter().position(|it| *it == number)?;
        if self.whole.messages[number].bytes != self.part.messages[kept].bytes {
            return None;
        }
        let moved = |at: Offset| Offset::new(at.get() - start + starts(self.part)[kept]);
        let range = moved(range.start)..moved(range.end);
        StreamEdit::new(range, edit.replacement().clone()).ok()
    }

    /// The place of an offset of the edited stream.
    fn edited_place(&self, at: Offset, old: &StreamEdit, new: &StreamEdit) -> Option<Offset> {
        let added = old.replacement().len();
        let start = old.range().start;
        if at <= start {
            self.place(at)
        } else if at < start.plus(added) {
            Some(new.range().start.plus(at.get() - start.get()))
        } else {
            let place = self.place(at.minus(added).plus(old.removed()))?;
            Some(place.plus(added).minus(old.removed()))
        }
    }
}

/// The number and the start of each message.
fn starts_of(script: &Script) -> impl Iterator<Item = (usize, usize)> {
    starts(script)
        .into_iter()
        .take(script.messages.len())
        .enumerate()
}

/// Where each message starts, and where the last one ends.
fn starts(script: &Script) -> Vec<usize> {
    let lengths = script.messages.iter().map(|it| it.bytes.len());
    let ends = lengths.scan(0, |end, len| {
        *end += len;
        Some(*end)
    });
    std::iter::once(0).chain(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn carried(delivery: &str, messages: &[usize], part: &Script) -> Option<String> {
        let whole = sample::script(&[("2", "ab", 0), ("5", "cdefg", 1), ("1", "h", 2)]);
        let delivery = delivery.parse().expect("a delivery");
        let both = ScriptPart {
            whole: &whole,
            part,
            messages,
        };
        both.carry_over(&delivery).map(|it| it.to_string())
    }

    #[test]
    fn cuts_stay_in_the_messages_that_are_left() {
        let second = sample::script(&[("5", "cdefg", 0)]);
        let carried = |delivery| carried(delivery, &[1], &second);
        assert_eq!(carried("3,1,5,2").as_deref(), Some("1,5"));
        assert_eq!(carried("3,6,2").as_deref(), Some("6"));
        assert_eq!(carried("1x11").as_deref(), Some("1x6"));
        assert_eq!(carried("3,3 fin").as_deref(), Some("3 fin"));
        assert_eq!(
            carried("3,6,1 fin").as_deref(),
            Some("6 fin"),
            "a message later"
        );
        assert_eq!(carried("3,3,5 pause@6").as_deref(), Some("3x2 pause@3"));
        assert_eq!(carried("1,10 pause@1"), None, "the pause is left out");
    }

    #[test]
    fn a_cut_stays_inside_a_payload_that_is_shorter() {
        let short = sample::script(&[("2", "ab", 0), ("2", "cd", 1), ("1", "h", 2)]);
        let carried = |delivery| carried(delivery, &[0, 1, 2], &short);
        assert_eq!(carried("3,4,4").as_deref(), Some("3,2,3"));
        assert_eq!(carried("3,2,6").as_deref(), Some("3,2,3"));
        assert_eq!(carried("3,1,5,2").as_deref(), Some("3,1,2x2"));
    }

    #[test]
    fn an_edit_stays_with_its_message() {
        let second = sample::script(&[("5", "cdefg", 0)]);
        let others = sample::script(&[("2", "ab", 0), ("1", "h", 1)]);
        let edited = "@3..4=2d35 3,7,2 half";
        assert_eq!(
            carried(edited, &[1], &second).as_deref(),
            Some("@0..1=2d35 7 half")
        );
        assert_eq!(carried(edited, &[0, 2], &others), None);
    }
}
