//! Messages that a side may send at any time, and that prove nothing.

use super::exchange::Side;
use super::message::Message;
use super::template::Bindings;
use crate::framing::Framing;

/// A message that is passed over wherever it comes.
#[derive(Clone, Debug)]
pub struct IgnoredMessage {
    /// Who sends it.
    pub side: Side,
    pub message: Message,
}

impl IgnoredMessage {
    /// Whether a payload of `side` is one of the messages.
    #[must_use]
    pub fn is_any_of(
        ignored: &[Self],
        side: Side,
        payload: &[u8],
        framing: &Framing,
        bindings: &Bindings,
    ) -> bool {
        ignored.iter().any(|it| {
            it.side == side
                && it
                    .message
                    .accept(payload, framing, &mut bindings.clone())
                    .is_ok()
        })
    }
}
