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
    /// For each message of the part: its number in the whole script, ascending.
    pub messages: &'a [usize],
}

/// Where the messages of both scripts lie.
struct Places<'a> {
    scripts: ScriptPart<'a>,
    /// Where each message of the whole script starts, and where the last one ends.
    whole: Vec<usize>,
    part: Vec<usize>,
}

impl ScriptPart<'_> {
    /// The same cuts, the same edit and the same end in the part. A cut inside a payload that
    /// is too short for it is before its last byte. `None` if the edit is not of a message that
    /// is left as it is, or if the result is no delivery of the part.
    #[must_use]
    pub fn carry_over(&self, delivery: &Delivery) -> Option<Delivery> {
        let places = Places {
            scripts: *self,
            whole: starts(self.whole),
            part: starts(self.part),
        };
        let edit = match &delivery.edit {
            Some(edit) => Some(places.edit(edit)?),
            None => None,
        };
        let place = |at: Offset| match (&delivery.edit, &edit) {
            (Some(old), Some(new)) => places.edited(at, old, new),
            _ => places.of(at),
        };
        let end = place(delivery.delivered());
        // In a message that is left out: the end of those before it.
        let end = end.or_else(|| place(places.start_before(delivery.delivered())))?;
        let edges: Vec<_> = delivery.edges().filter_map(place).collect();
        let lengths = Lengths::cut_at(edges, end);
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
}

impl Places<'_> {
    /// The number of the message of the whole script that an offset is in. An offset between
    /// two messages is in the second one.
    fn message_at(&self, at: Offset) -> usize {
        self.whole.partition_point(|start| *start <= at.get()) - 1
    }

    fn start_before(&self, at: Offset) -> Offset {
        Offset::new(self.whole[self.message_at(at)])
    }

    /// The place of an offset of the whole stream; `None` inside a message that is left out.
    fn of(&self, at: Offset) -> Option<Offset> {
        let number = self.message_at(at);
        let inside = at.get() - self.whole[number];
        // Where it is left, or how many messages are left before it.
        let kept = self.scripts.messages.binary_search(&number);
        let before = kept.unwrap_or_else(|before| before);
        match (inside, kept) {
            (0, _) => Some(Offset::new(self.part[before])),
            (_, Ok(kept)) => {
                let inside = self.inside(number, kept, inside)?;
                Some(Offset::new(self.part[kept] + inside))
            }
            (_, Err(_)) => None,
        }
    }

    /// The place of an offset inside a message.
    fn inside(&self, number: usize, kept: usize, at: usize) -> Option<usize> {
        let regions = &self.scripts.whole.messages[number].regions;
        let place = regions.iter().position(|it| at < it.range.end)?;
        let old = &regions[place].range;
        let new = &self.scripts.part.messages[kept].regions.get(place)?.range;
        let from_start = at - old.start;
        Some(new.start + from_start.min(new.len().saturating_sub(1)))
    }

    fn edit(&self, edit: &StreamEdit) -> Option<StreamEdit> {
        let range = edit.range();
        let number = self.message_at(range.start);
        let kept = self.scripts.messages.binary_search(&number).ok()?;
        let (whole, part) = (self.scripts.whole, self.scripts.part);
        let is_inside = range.end.get() <= *self.whole.get(number + 1)?;
        if !is_inside || whole.messages[number].bytes != part.messages[kept].bytes {
            return None;
        }
        let moved = |at: Offset| Offset::new(at.get() - self.whole[number] + self.part[kept]);
        let range = moved(range.start)..moved(range.end);
        StreamEdit::new(range, edit.replacement().clone()).ok()
    }

    /// The place of an offset of the edited stream.
    fn edited(&self, at: Offset, old: &StreamEdit, new: &StreamEdit) -> Option<Offset> {
        let added = old.replacement().len();
        let start = old.range().start;
        if at <= start {
            self.of(at)
        } else if at < start.plus(added) {
            Some(new.range().start.plus(at.get() - start.get()))
        } else {
            let place = self.of(at.minus(added).plus(old.removed()))?;
            Some(place.plus(added).minus(old.removed()))
        }
    }
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
    fn a_cut_inside_a_header_that_is_shorter_stays_in_it() {
        let whole = sample::script(&[("10", "0123456789", 0)]);
        let part = sample::script(&[("9", "012345678", 0)]);
        let both = ScriptPart {
            whole: &whole,
            part: &part,
            messages: &[0],
        };
        let carried = |delivery: &str| {
            let carried = both.carry_over(&delivery.parse().expect("a delivery"));
            carried.map(|it| it.to_string())
        };
        assert_eq!(
            carried("1,11").as_deref(),
            Some("10"),
            "no byte before it is left"
        );
        assert_eq!(carried("2,10").as_deref(), Some("1,9"));
        assert_eq!(carried("3 half").as_deref(), Some("2 half"));
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
