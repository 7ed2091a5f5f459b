//! An exchange played on paper, step by step as it is read: does each message
//! fit the framing, does each example match, does anybody speak after the end?

use std::ops::Range;

use super::source::ActionSpans;
use crate::framing::Framing;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::exchange::{Action, Close, Side};
use crate::scenario::message::Message;
use crate::scenario::suite::Limits;
use crate::scenario::template::{Bindings, Template, VariableName};

/// What is known at one point of an exchange.
pub(super) struct DryRun<'f> {
    framing: Option<&'f Framing>,
    stream_bytes: usize,
    bindings: Bindings,
    client: SideState,
    server: SideState,
}

/// What one side has done so far.
#[derive(Default)]
struct SideState {
    said: usize,
    closed: Option<(Close, Range<usize>)>,
    exited: Option<Range<usize>>,
}

impl<'f> DryRun<'f> {
    pub(super) fn new(framing: Option<&'f Framing>, limits: &Limits) -> Self {
        Self {
            framing,
            stream_bytes: limits.stream_bytes,
            bindings: Bindings::example(),
            client: SideState::default(),
            server: SideState::default(),
        }
    }

    pub(super) fn stream_bytes(&self) -> usize {
        self.stream_bytes
    }

    pub(super) fn defines(&self, name: &str) -> bool {
        self.bindings.defines(name)
    }

    pub(super) fn fill(&self, template: &Template) -> Vec<u8> {
        template.fill(&self.bindings)
    }

    /// Plays one step and reports why it cannot be.
    pub(super) fn play(
        &mut self,
        side: Side,
        action: &Action,
        place: &ActionSpans<'_>,
        faults: &mut Vec<Diagnostic>,
    ) {
        if let Some(fault) = self.after_the_end(side, action, place) {
            return faults.push(fault);
        }
        match action {
            Action::Send(message) => self.say(side, message, place, faults),
            Action::Close(close) => self.speaker(side).closed = Some((*close, place.span.clone())),
            Action::Exits(_) => self.speaker(side).exited = Some(place.span.clone()),
            Action::Prints(_) => {}
        }
    }

    fn speaker(&mut self, side: Side) -> &mut SideState {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    fn after_the_end(
        &mut self,
        side: Side,
        action: &Action,
        place: &ActionSpans<'_>,
    ) -> Option<Diagnostic> {
        if let Some(exited) = self.speaker(side).exited.clone() {
            let fault = Diagnostic::new(
                format!("the {side} has exited"),
                place.span.clone(),
                "comes too late",
            );
            return Some(fault.related(exited, "exits here"));
        }
        if matches!(action, Action::Prints(_) | Action::Exits(_)) {
            return None;
        }
        if let Some((earlier, closed)) = self.speaker(side).closed.clone()
            && !ends_further(earlier, action)
        {
            let fault = Diagnostic::new(
                format!("the {side} has closed"),
                place.span.clone(),
                "comes too late",
            );
            return Some(fault.related(closed, "closes here"));
        }
        self.nobody_hears(side, action, place)
    }

    fn nobody_hears(
        &mut self,
        side: Side,
        action: &Action,
        place: &ActionSpans<'_>,
    ) -> Option<Diagnostic> {
        let (close, closed) = self.speaker(side.other()).closed.clone()?;
        if close.still_reads() || !matches!(action, Action::Send(_)) {
            return None;
        }
        let message = format!("the {} no longer hears the {side}", side.other());
        let fault = Diagnostic::new(message, place.span.clone(), "said to nobody")
            .related(closed, "closes here");
        Some(fault.help("close with 'write' to go on listening"))
    }

    fn say(
        &mut self,
        side: Side,
        message: &Message,
        place: &ActionSpans<'_>,
        faults: &mut Vec<Diagnostic>,
    ) {
        let Some(framing) = self.framing else { return };
        let before = faults.len();
        match message.encode(framing, &self.bindings) {
            Ok(encoded) => self.count(side, encoded.bytes.len(), place, faults),
            Err(error) => faults.push(self.unencodable(&error, place)),
        }
        if let Some(fault) = self.taken_name(message, place) {
            faults.push(fault);
        }
        if faults.len() == before
            && let Some(fault) = self.refused(message, framing, place)
        {
            faults.push(fault);
        }
    }

    fn count(
        &mut self,
        side: Side,
        bytes: usize,
        place: &ActionSpans<'_>,
        faults: &mut Vec<Diagnostic>,
    ) {
        let most = self.stream_bytes;
        let speaker = self.speaker(side);
        let before = speaker.said;
        speaker.said += bytes;
        if before <= most && speaker.said > most {
            let label = format!("with this the {side} has said more than {most} bytes");
            let fault = Diagnostic::new("an exchange too large", place.span.clone(), label);
            faults.push(fault.help("say less, or raise `limits.stream_bytes`"));
        }
    }

    fn unencodable(
        &self,
        error: &crate::framing::EncodeError,
        place: &ActionSpans<'_>,
    ) -> Diagnostic {
        let whole = place.example.clone().unwrap_or_else(|| place.span.clone());
        let exact = error.offset().zip(place.literal.as_ref());
        let span = exact.map_or(whole, |(offset, literal)| {
            literal.locate(offset, &self.bindings)
        });
        Diagnostic::new(
            "a message that the framing cannot carry",
            span,
            error.to_string(),
        )
        .help("change the message or the framing, or send it past the framing with `raw`")
    }

    fn taken_name(&self, message: &Message, place: &ActionSpans<'_>) -> Option<Diagnostic> {
        let taken = message
            .captured_variables()
            .into_iter()
            .find(|name| self.defines(name.as_str()))?;
        let span = place.capture.clone().unwrap_or_else(|| place.span.clone());
        let label = if taken.as_str() == VariableName::UNIQUE {
            "is wirecheck's own"
        } else {
            "was captured before"
        };
        Some(
            Diagnostic::new(format!("the name `{taken}` is taken"), span, label)
                .help("choose another name"),
        )
    }

    /// What wirecheck would say must be what it would accept.
    fn refused(
        &mut self,
        message: &Message,
        framing: &Framing,
        place: &ActionSpans<'_>,
    ) -> Option<Diagnostic> {
        use crate::scenario::refusal::Refusal;
        let said = message.outgoing_payload(&self.bindings);
        let said = framing.canonical(&said).unwrap_or(said);
        let refusal = message.accept(&said, framing, &mut self.bindings).err()?;
        let (message, span) = match refusal {
            Refusal::NothingToCapture(_) | Refusal::NotJson(_) if place.capture.is_some() => {
                ("a capture that finds nothing", place.capture.clone())
            }
            _ => (
                "an example that is not what is expected",
                place.example.clone(),
            ),
        };
        Some(Diagnostic::new(
            message,
            span.unwrap_or_else(|| place.span.clone()),
            refusal.to_string(),
        ))
    }
}

/// After a half-close a side may still close for good.
fn ends_further(earlier: Close, action: &Action) -> bool {
    earlier == Close::Write && matches!(action, Action::Close(close) if *close != Close::Write)
}
