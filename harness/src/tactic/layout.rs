//! Where a side's stream may be cut, and where it must be cut.

use super::{Offset, OutMessage, Script};

/// What the protocol allows wirecheck to do, and the exchange to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Allowances {
    pub pipelining: Pipelining,
    pub connections: Connections,
    pub short_sends: ShortSends,
    pub half_close: HalfClose,
}

/// Whether answers are expected after the end of a side's stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HalfClose {
    #[default]
    Allowed,
    Forbidden,
}

/// Whether a peer that sends only a part of its answers can be told from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ShortSends {
    #[default]
    Shown,
    /// All that it sends fits into the buffers of a socket.
    NotShown,
}

/// What may fit into the buffers of a socket, in bytes. Linux takes 1.3 to 1.6 MB from a
/// program whose reader has the smallest buffer.
pub const SOCKET_BUFFERS: usize = 2 << 20;

/// Whether messages of a later turn may be sent before the answers to an earlier one.
/// Always forbidden for a server: its later messages are answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pipelining {
    #[default]
    Allowed,
    Forbidden,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Connections {
    #[default]
    Concurrent,
    OneAtATime,
    /// The exchange has several itself, and one exchange is played at a time.
    Several,
    /// The peer, a client, makes them.
    ByPeer,
}

/// The edges of a script: ascending, without duplicates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StreamLayout {
    /// The stream's end.
    pub(super) end: Offset,
    /// Where one message ends and the next starts.
    pub(super) edges: Vec<Offset>,
    /// The edges among them that no chunk may cross.
    pub(super) walls: Vec<Offset>,
    /// Where a region starts or ends, both ends of the stream included.
    pub(super) regions: Vec<Offset>,
}

impl StreamLayout {
    pub(super) fn of(script: &Script, pipelining: Pipelining) -> Self {
        Self {
            end: Offset::new(script.len()),
            edges: script.message_edges().collect(),
            walls: match pipelining {
                Pipelining::Allowed => section_edges(script).collect(),
                Pipelining::Forbidden => turn_edges(script).collect(),
            },
            regions: script.region_edges().collect(),
        }
    }

    /// Whether `whole` has no cut at `at`.
    pub(super) fn is_new_cut(&self, at: Offset) -> bool {
        self.is_inside(at) && !self.is_edge(at)
    }

    /// Whether `at` lies between two bytes.
    pub(super) fn is_inside(&self, at: Offset) -> bool {
        Offset::START < at && at < self.end
    }

    pub(super) fn is_edge(&self, at: Offset) -> bool {
        self.edges.binary_search(&at).is_ok()
    }

    pub(super) fn is_wall(&self, at: Offset) -> bool {
        self.walls.binary_search(&at).is_ok()
    }

    /// The edges that a chunk may cross.
    pub(super) fn joints(&self) -> impl Iterator<Item = Offset> + '_ {
        let edges = self.edges.iter().copied();
        edges.filter(|edge| !self.is_wall(*edge))
    }
}

/// Where a later turn begins.
fn turn_edges(script: &Script) -> impl Iterator<Item = Offset> + '_ {
    edges(script, |before, after| before.turn != after.turn)
}

/// Where a later turn begins in another framing. The other side agrees to it before, so that
/// nothing of it may be sent earlier.
fn section_edges(script: &Script) -> impl Iterator<Item = Offset> + '_ {
    edges(script, |before, after| {
        before.turn != after.turn && before.section != after.section
    })
}

fn edges(
    script: &Script,
    is_edge: impl Fn(&OutMessage, &OutMessage) -> bool,
) -> impl Iterator<Item = Offset> {
    let message = |index: usize| &script.messages[index];
    let spans = script.spans();
    let pairs = spans.clone().zip(spans.skip(1));
    pairs
        .filter(move |((before, _), (after, _))| is_edge(message(*before), message(*after)))
        .map(|(_, (_, after))| after.start)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn without_pipelining_a_turn_ends_at_a_wall() {
        let script = sample::script(&[("1", "a", 0), ("1", "b", 0), ("", "", 1), ("1", "c", 2)]);
        let strict = StreamLayout::of(&script, Pipelining::Forbidden);
        assert_eq!(strict.edges, [Offset::new(2), Offset::new(4)]);
        assert_eq!(strict.walls, [Offset::new(4)]);
        assert!(strict.joints().eq([Offset::new(2)]));
        let loose = StreamLayout::of(&script, Pipelining::Allowed);
        assert_eq!(loose.walls, []);
    }
}
