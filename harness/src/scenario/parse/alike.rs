//! Messages of one side that may come at the same point of an exchange: they must not be
//! taken for each other.

use std::ops::Range;

use super::dry_run::Order;
use crate::framing::Framing;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::exchange::Obligation;
use crate::scenario::message::Message;
use crate::scenario::template::Bindings;

/// What a message is compared with.
type Known<'a> = (&'a Framing, &'a Bindings);

/// Finds messages that can be taken for each other. It has those in whose place the next one
/// may come.
#[derive(Default)]
pub(super) struct AlikeCheck {
    messages: Vec<OpenMessage>,
    group: Option<usize>,
    /// Whether one of the group has to come before a later message.
    is_required: bool,
}

struct OpenMessage {
    message: Message,
    payload: Vec<u8>,
    span: Range<usize>,
}

impl AlikeCheck {
    /// Adds a message, and reports the one that it could be taken for.
    pub(super) fn confused(
        &mut self,
        message: &Message,
        order: Order,
        span: Range<usize>,
        known: Known<'_>,
    ) -> Option<Diagnostic> {
        let is_of_group = order.unordered.is_some() && order.unordered == self.group;
        if self.is_required && !is_of_group {
            self.messages.clear();
            self.is_required = false;
        }
        self.group = order.unordered;
        self.is_required |= order.obligation == Obligation::Required;
        let has_choice = order.obligation != Obligation::Required || order.unordered.is_some();
        if !has_choice && self.messages.is_empty() {
            return None;
        }
        if !message.is_framed() || matches!(known.0, Framing::Raw(_)) {
            return Some(unframed(span));
        }
        let added = OpenMessage::new(message, span.clone(), known);
        let mut open = self.messages.iter();
        let like = open.find(|it| it.may_be(&added, known) || added.may_be(it, known));
        let fault = like.map(|like| {
            let message = "two messages that may come at the same point cannot be told apart";
            let label = "it is unknown which of them came";
            let fault = Diagnostic::new(message, span, label);
            let fault = fault.related(like.span.clone(), "the other message");
            fault.help("let neither of them accept what is sent for the other")
        });
        self.messages.push(added);
        fault
    }
}

fn unframed(span: Range<usize>) -> Diagnostic {
    let message = "raw bytes where another message may come";
    let label = "without boundaries it is unknown where one of them ends";
    let fault = Diagnostic::new(message, span, label);
    fault.help("use a framing that separates messages, such as `line`")
}

impl OpenMessage {
    fn new(message: &Message, span: Range<usize>, (framing, bindings): Known<'_>) -> Self {
        Self {
            message: message.clone(),
            payload: message.outgoing_as_read(framing, bindings),
            span,
        }
    }

    /// Whether it accepts what is sent for another message.
    fn may_be(&self, other: &Self, (framing, bindings): Known<'_>) -> bool {
        let accepted = self
            .message
            .accept(&other.payload, framing, &mut bindings.clone());
        accepted.is_ok()
    }
}
