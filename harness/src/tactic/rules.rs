//! From a tactic and the edges of a script to a delivery.

use std::num::NonZeroU16;

use super::headers::PlacedEdit;
use super::layout::StreamLayout;
use super::lengths::Lengths;
use super::{Delivery, DeliveryEnd, Neighbours, Offset, OtherConnections, Plan, Reading, Tactic};

/// The longest stream for `all-cuts`.
const ALL_CUTS: usize = 16;

/// The most single bytes. The rest of a longer stream is sent in whole messages: two
/// million writes would show nothing new.
const ONE_BY_ONE: usize = 16 * 1024;

/// The most single bytes of a `hold`: its last ones. The bytes before them are sent in whole
/// messages, as there is a `hold` for many an offset of a stream.
const HELD_ONE_BY_ONE: usize = 64;

/// The longest chunk of a malformed message: what the peer does with a part of a very long one
/// may show enough.
const PORTION: usize = 2 << 20;

/// The number of connections that `churn` opens and closes.
const CHURN: NonZeroU16 = NonZeroU16::new(1000).expect("not zero");

/// The delivery of a tactic that is possible in the plan.
pub(super) fn delivery(plan: &Plan, tactic: &Tactic) -> Delivery {
    let layout = &*plan.layout;
    let end = layout.end;
    match tactic {
        Tactic::Whole => whole(layout, end),
        Tactic::Bytes => bytes(layout, end),
        Tactic::Cut(at) => cut(&layout.edges, &[*at], end),
        Tactic::Cuts(first, second) => cut(&layout.edges, &[*first, *second], end),
        Tactic::Joined => joined(layout, end),
        Tactic::JoinedCut(at) => cut(&layout.walls, &[*at], end),
        Tactic::Random(draw) => plan.segmentations.nth(*draw, &plan.options),
        Tactic::Fin(at) => whole(layout, *at).with_end(DeliveryEnd::Fin),
        Tactic::Half(at) => whole(layout, *at).with_end(DeliveryEnd::Half),
        Tactic::Rst(at) => whole(layout, *at).with_end(DeliveryEnd::Reset),
        Tactic::FinAtOnce(at) => joined(layout, *at).with_end(DeliveryEnd::FinAtOnce),
        Tactic::Hold(at) => last_bytes(layout, *at).with_end(DeliveryEnd::Hold),
        Tactic::Pause(at) => whole(layout, end).with_pause(*at),
        Tactic::RstAtAccept => unanswered(layout).with_end(DeliveryEnd::ResetBeforeAccept),
        Tactic::SlowRead => whole(layout, end).with_reading(Reading::Slow),
        Tactic::Neighbours(Neighbours::Stalled) => {
            whole(layout, end).with_other_connections(OtherConnections::Stalled)
        }
        Tactic::Neighbours(Neighbours::Interleaved) => {
            bytes(layout, end).with_other_connections(OtherConnections::Interleaved)
        }
        Tactic::Header(header) => malformed(layout, &plan.headers[header]),
        Tactic::Churn => {
            whole(layout, end).with_other_connections(OtherConnections::Churned(CHURN))
        }
        Tactic::Content(variation) => whole(layout, end).with_content(*variation),
        Tactic::AllCuts(mask) => cut(&[], &masked(*mask), end),
    }
}

/// The same bytes and the same end, in as few writes as allowed.
pub(super) fn at_once(plan: &Plan, delivery: &Delivery) -> Delivery {
    let walls = plan.layout.walls.iter();
    let walls = walls.filter_map(|wall| delivery.shift(*wall));
    delivery.recut(Lengths::cut_at(walls, delivery.delivered()))
}

/// Each message in one write.
fn whole(layout: &StreamLayout, end: Offset) -> Delivery {
    cut(&layout.edges, &[], end)
}

/// All that may be sent at once, in one write.
fn joined(layout: &StreamLayout, end: Offset) -> Delivery {
    cut(&layout.walls, &[], end)
}

/// All that may be sent before the first answer, in one write.
fn unanswered(layout: &StreamLayout) -> Delivery {
    let end = layout.walls.first().copied().unwrap_or(layout.end);
    cut(&[], &[], end)
}

fn bytes(layout: &StreamLayout, end: Offset) -> Delivery {
    let mut lengths = Lengths::single_bytes(end.min(Offset::new(ONE_BY_ONE)));
    lengths.extend_to(layout.edges.iter().copied(), end);
    Delivery::of(lengths)
}

/// Whole messages, and the last bytes one by one.
fn last_bytes(layout: &StreamLayout, end: Offset) -> Delivery {
    let single = end.minus(HELD_ONE_BY_ONE).get()..end.get();
    let single: Vec<_> = single.map(Offset::new).collect();
    cut(&layout.edges, &single, end)
}

fn cut(edges: &[Offset], more: &[Offset], end: Offset) -> Delivery {
    let mut all: Vec<_> = edges.iter().chain(more).copied().collect();
    all.sort_unstable();
    Delivery::of(Lengths::cut_at(all, end))
}

/// The messages before it whole, then the malformed one, then a half-close: the answer to
/// the malformed message is still read.
fn malformed(layout: &StreamLayout, message: &PlacedEdit) -> Delivery {
    let before = layout.edges.iter().copied();
    let before = before.take_while(|edge| *edge <= message.start);
    let portions = (1..).map(|index| message.start.plus(index * PORTION));
    let portions = portions.take_while(|edge| *edge < message.end);
    Delivery::of(Lengths::cut_at(before.chain(portions), message.end))
        .with_edit(message.edit.clone())
        .with_end(DeliveryEnd::Half)
}

/// The masks of the allowed segmentations.
pub(super) fn masks(layout: &StreamLayout) -> impl Iterator<Item = u16> + '_ {
    let masks = (0..mask_count(layout)).map_while(|mask| u16::try_from(mask).ok());
    masks.filter(|mask| is_mask(layout, *mask))
}

/// Whether a mask fits the stream and cuts at every wall.
pub(super) fn is_mask(layout: &StreamLayout, mask: u16) -> bool {
    let cuts = masked(mask);
    u32::from(mask) < mask_count(layout) && layout.walls.iter().all(|wall| cuts.contains(wall))
}

/// One bit for each offset between two bytes; 0 for a longer stream.
fn mask_count(layout: &StreamLayout) -> u32 {
    match layout.end.get() {
        end @ 1..=ALL_CUTS => 1 << (end - 1),
        _ => 0,
    }
}

/// The cuts of a mask: one after each byte whose bit is set.
fn masked(mask: u16) -> Vec<Offset> {
    (0..ALL_CUTS)
        .filter(|bit| mask >> bit & 1 == 1)
        .map(|bit| Offset::new(bit + 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Pipelining, sample};
    use super::*;

    fn layout(messages: &[(&str, &str, usize)]) -> StreamLayout {
        StreamLayout::of(&sample::script(messages), Pipelining::Forbidden)
    }

    #[test]
    fn a_mask_is_read_from_its_lowest_bit() {
        let cuts: Vec<_> = masked(0b101).into_iter().map(Offset::get).collect();
        assert_eq!(cuts, [1, 3]);
    }

    #[test]
    fn all_masks_of_a_stream_are_all_its_segmentations() {
        assert_eq!(masks(&layout(&[("1", "abc", 0)])).count(), 8);
        assert_eq!(masks(&layout(&[("1", "a", 0), ("1", "b", 1)])).count(), 4);
        assert_eq!(
            masks(&layout(&[("1", &"x".repeat(15), 0)])).count(),
            1 << 15
        );
        assert_eq!(masks(&layout(&[("1", &"x".repeat(16), 0)])).count(), 0);
        assert_eq!(masks(&layout(&[("", "x", 0)])).count(), 1);
        assert_eq!(masks(&layout(&[])).count(), 0);
    }

    #[test]
    fn a_long_stream_ends_in_whole_messages() {
        let body = "x".repeat(ONE_BY_ONE);
        let layout = layout(&[("h", &body, 0), ("h", "i", 0)]);
        let delivery = bytes(&layout, layout.end);
        assert_eq!(delivery.to_string(), format!("1x{},2", ONE_BY_ONE + 1));
    }

    #[test]
    fn a_long_hold_ends_in_single_bytes() {
        let layout = layout(&[("h", &"x".repeat(99), 0), ("h", "ij", 0)]);
        let held = |end| last_bytes(&layout, Offset::new(end)).to_string();
        assert_eq!(held(3), "1x3");
        assert_eq!(held(102), "38,1x64");
        assert_eq!(held(101), "37,1x64");
    }

    #[test]
    fn only_the_first_turn_is_sent_before_accept() {
        let layout = layout(&[("1", "a", 0), ("1", "b", 0), ("1", "c", 1)]);
        assert_eq!(unanswered(&layout).to_string(), "4");
    }
}
