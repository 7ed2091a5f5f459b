//! A dry run of an exchange while it is parsed. It reports messages that the framing
//! cannot carry, examples that do not match, and steps after the end.

use std::ops::Range;

use super::alike::AlikeCheck;
use super::source::ActionSpans;
use crate::framing::{EncodeError, Framing};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::exchange::{Action, Close, Obligation, Side, Step};
use crate::scenario::exchange_framing::{ExchangeFramings, SideFramings};
use crate::scenario::ignored::{FramingNeed, IgnoredMessage};
use crate::scenario::message::{Body, Message};
use crate::scenario::parameter::ParameterValues;
use crate::scenario::suite::Limits;
use crate::scenario::template::{Bindings, BoundValue, Template, VariableName};

/// The state of both sides after some steps of an exchange.
pub(super) struct DryRun<'f> {
    /// `None` if the suite's is invalid.
    framings: Option<ExchangeFramings>,
    /// The last step that changes the framing, if no message has followed.
    change: Option<Range<usize>>,
    stream_bytes: usize,
    bindings: Bindings,
    parameters: ParameterValues,
    ignored: &'f [IgnoredMessage],
    client: SideState,
    server: SideState,
}

/// Whether and when a message has to come.
#[derive(Clone, Copy)]
pub(super) struct Order {
    pub(super) obligation: Obligation,
    pub(super) unordered: Option<usize>,
}

#[derive(Default)]
struct SideState {
    alike: AlikeCheck,
    sent: usize,
    /// Its last message, if that may be left out.
    optional: Option<Range<usize>>,
    closed: Option<(Close, Range<usize>)>,
    exited: Option<Range<usize>>,
}

impl<'f> DryRun<'f> {
    pub(super) fn new(
        framings: Option<SideFramings>,
        limits: &Limits,
        parameters: ParameterValues,
    ) -> Self {
        let mut bindings = Bindings::example().limited_to(limits.stream_bytes);
        for (name, value) in parameters.bound() {
            bindings.bind(name, value);
        }
        Self {
            framings: framings.map(ExchangeFramings::new),
            change: None,
            stream_bytes: limits.stream_bytes,
            bindings,
            parameters,
            ignored: &[],
            client: SideState::default(),
            server: SideState::default(),
        }
    }

    /// The framings of the exchange, which know what its answers answer.
    pub(super) fn into_framings(self, faults: &mut Vec<Diagnostic>) -> Option<ExchangeFramings> {
        let unsendable = self
            .ignored
            .iter()
            .filter_map(|it| self.unsendable_reply(it));
        for fault in unsendable {
            // Another scenario may have the same reply.
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        faults.extend(self.change.map(unused_framing));
        self.framings
    }

    /// Reports a reply that no framing of the exchange can carry. With captured values that is
    /// seen when it is sent.
    fn unsendable_reply(&self, ignored: &IgnoredMessage) -> Option<Diagnostic> {
        let reply = ignored.reply.as_ref()?;
        let mut names = reply.message.used_variables().into_iter();
        if reply.needs == FramingNeed::WebSocket || names.any(|it| !self.defines_outside(&it)) {
            return None;
        }
        let framings = self.framings.as_ref()?;
        let mut error = None;
        let can_carry = framings.any(ignored.side.other(), |framing| {
            let encoded = reply.message.encode(framing, &self.bindings);
            encoded.map_err(|it| error = Some(it)).is_ok()
        });
        let error = error.filter(|_| !can_carry)?;
        let message = "the framing cannot carry this reply";
        let fault = Diagnostic::new(message, reply.span.clone(), error.to_string());
        Some(fault.help("change the reply or the framing"))
    }

    /// Whether a variable has its value without the exchange.
    fn defines_outside(&self, name: &VariableName) -> bool {
        name.as_str() == VariableName::UNIQUE || self.parameters.get(name.as_str()).is_some()
    }

    /// Changes the framings from a step on, and reports why that is impossible.
    pub(super) fn change_framing(
        &mut self,
        from: usize,
        framings: SideFramings,
        place: Range<usize>,
        faults: &mut Vec<Diagnostic>,
    ) {
        if from == 0 {
            let message = "the framing changes before the first step";
            let fault = Diagnostic::new(message, place.clone(), "nothing comes before it");
            faults.push(fault.help("write it as `framing` of the scenario, before `exchange`"));
        }
        let sides = [&self.client, &self.server];
        if let Some(optional) = sides.iter().find_map(|it| it.optional.clone()) {
            let message = "an optional message before another framing";
            let label = "without it nothing shows which framing the next bytes have";
            let fault = Diagnostic::new(message, optional, label);
            let fault = fault.related(place.clone(), "the framing changes here");
            faults.push(fault.help("write a message that has to come between them"));
        }
        faults.extend(self.change.replace(place).map(unused_framing));
        if let Some(all) = &mut self.framings {
            all.change(from, framings);
        }
    }

    /// With variables of any value.
    pub(super) fn defining(mut self, names: Vec<VariableName>) -> Self {
        for name in names {
            self.bindings.bind(name, BoundValue::Bytes(Vec::new()));
        }
        self
    }

    pub(super) fn ignoring(self, ignored: &'f [IgnoredMessage]) -> Self {
        Self { ignored, ..self }
    }

    /// Whether a side sends messages of WebSocket next, as far as that is known.
    pub(super) fn speaks_websocket(&self, side: Side) -> bool {
        let framings = self.framings.as_ref();
        framings.is_none_or(|it| matches!(it.current(side), Framing::WebSocket(_)))
    }

    /// The bytes that both sides have sent so far.
    pub(super) fn sent(&self) -> usize {
        self.client.sent.saturating_add(self.server.sent)
    }

    pub(super) fn sent_by(&self, side: Side) -> usize {
        match side {
            Side::Client => self.client.sent,
            Side::Server => self.server.sent,
        }
    }

    /// What is defined so far, with example values.
    pub(super) fn values(&self) -> &Bindings {
        &self.bindings
    }

    pub(super) fn set_values(&mut self, values: Bindings) {
        self.bindings = values;
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

    /// Runs one step and reports why it is impossible.
    pub(super) fn play(
        &mut self,
        side: Side,
        action: &Action,
        order: Order,
        place: &ActionSpans<'_>,
        faults: &mut Vec<Diagnostic>,
    ) {
        if let Some(fault) = self.after_its_end(side, action, place) {
            return faults.push(fault);
        }
        match action {
            Action::Send(message) => {
                let before = faults.len();
                self.change = None;
                let is_optional = order.obligation != Obligation::Required;
                self.state(side).optional = is_optional.then(|| place.span.clone());
                self.send(side, message, place, faults);
                if faults.len() == before {
                    faults.extend(self.confused(side, message, order, &place.span));
                }
            }
            Action::Close(close) => self.state(side).closed = Some((*close, place.span.clone())),
            Action::Exits(_) => self.state(side).exited = Some(place.span.clone()),
            Action::Prints(_) => {}
        }
    }

    /// Runs a message again. `order` is there if its place among the others has changed.
    pub(super) fn repeat(
        &mut self,
        step: &Step,
        order: Option<Order>,
        faults: &mut Vec<Diagnostic>,
    ) {
        let Action::Send(message) = &step.action else {
            return;
        };
        let Some(framings) = &mut self.framings else {
            return;
        };
        let encoded = message.encode(framings.current(step.side), &self.bindings);
        framings.note(step.side, || message.outgoing_payload(&self.bindings));
        if let Ok(encoded) = encoded {
            self.count(step.side, encoded.bytes.len(), &step.span, faults);
        }
        if let Some(order) = order {
            faults.extend(self.confused(step.side, message, order, &step.span));
        }
    }

    fn state(&mut self, side: Side) -> &mut SideState {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    fn after_its_end(
        &mut self,
        side: Side,
        action: &Action,
        place: &ActionSpans<'_>,
    ) -> Option<Diagnostic> {
        if let Some(exited) = self.state(side).exited.clone() {
            let fault = Diagnostic::new(
                format!("the {side} has already exited"),
                place.span.clone(),
                "this comes after the exit",
            );
            let help = "remove this step, or move it before the exit";
            return Some(fault.related(exited, "exits here").help(help));
        }
        if matches!(action, Action::Prints(_) | Action::Exits(_)) {
            return None;
        }
        if let Some((earlier, closed)) = self.state(side).closed.clone()
            && !closes_further(earlier, action)
        {
            let fault = Diagnostic::new(
                format!("the {side} has already closed"),
                place.span.clone(),
                "this comes after the close",
            );
            let help = "remove this step, or move it before the close";
            return Some(fault.related(closed, "closes here").help(help));
        }
        self.sent_to_a_closed_side(side, action, place)
    }

    fn sent_to_a_closed_side(
        &mut self,
        side: Side,
        action: &Action,
        place: &ActionSpans<'_>,
    ) -> Option<Diagnostic> {
        let (close, closed) = self.state(side.other()).closed.clone()?;
        if close.still_reads() || !matches!(action, Action::Send(_)) {
            return None;
        }
        let message = format!("the {} no longer reads", side.other());
        let fault = Diagnostic::new(message, place.span.clone(), "nobody receives this")
            .related(closed, "closes here");
        Some(fault.help("close with 'write' to keep reading"))
    }

    fn send(
        &mut self,
        side: Side,
        message: &Message,
        place: &ActionSpans<'_>,
        faults: &mut Vec<Diagnostic>,
    ) {
        let framings = self.framings.as_ref();
        let Some(framing) = framings.map(|it| it.current(side).clone()) else {
            return;
        };
        if let Some(fault) = in_other_framing(message, &framing, place) {
            return faults.push(fault);
        }
        let before = faults.len();
        match message.encode(&framing, &self.bindings) {
            Ok(encoded) => self.count(side, encoded.bytes.len(), &place.span, faults),
            Err(error) => faults.push(self.unencodable(&error, place)),
        }
        if let Some(fault) = self.duplicate_name(message, place) {
            faults.push(fault);
        }
        if faults.len() == before {
            faults.extend(self.ignored(side, message, &framing, place));
        }
        if faults.len() == before {
            faults.extend(self.refused(message, &framing, place));
        }
        if let Some(framings) = &mut self.framings {
            framings.note(side, || message.outgoing_payload(&self.bindings));
        }
    }

    /// Reports a message that is ignored, or that nothing separates from ignored ones.
    fn ignored(
        &self,
        side: Side,
        message: &Message,
        framing: &Framing,
        place: &ActionSpans<'_>,
    ) -> Option<Diagnostic> {
        let first = self.ignored.iter().find(|it| it.side == side)?;
        let span = place.span.clone();
        if !message.is_framed() || matches!(framing, Framing::Raw(_)) {
            let fault = Diagnostic::new(
                match first.reply {
                    Some(_) => format!("no message of the {side} can get a reply here"),
                    None => format!("no message of the {side} can be ignored here"),
                },
                span,
                "raw bytes have no boundaries",
            );
            return Some(fault.help(format!(
                "send it through a framing, or write `{} = []` in the scenario",
                first.key()
            )));
        }
        let received = message.outgoing_as_read(framing, &self.bindings);
        let bindings = &self.bindings;
        let (found, _) = IgnoredMessage::find(self.ignored, side, &received, framing, bindings)?;
        let key = found.key();
        let message = match found.reply {
            Some(_) => "an expected message gets an automatic reply",
            None => "an expected message is ignored",
        };
        let label = format!("`{key}` passes this message over wherever it comes");
        let fault = Diagnostic::new(message, span, label);
        Some(fault.help(format!(
            "let `{key}` match only messages that the exchange does not expect"
        )))
    }

    fn count(
        &mut self,
        side: Side,
        bytes: usize,
        span: &Range<usize>,
        faults: &mut Vec<Diagnostic>,
    ) {
        let most = self.stream_bytes;
        let state = self.state(side);
        let before = state.sent;
        state.sent += bytes;
        if before <= most && state.sent > most {
            let label = format!("with this the {side} sends more than {most} bytes");
            let fault = Diagnostic::new("exchange too large", span.clone(), label);
            faults.push(fault.help("send less, or raise `limits.stream_bytes`"));
        }
    }

    fn unencodable(&self, error: &EncodeError, place: &ActionSpans<'_>) -> Diagnostic {
        let whole = place.example.clone().unwrap_or_else(|| place.span.clone());
        if matches!(error, EncodeError::TooLongWhenFilled { .. }) {
            return Diagnostic::new("message too large", whole, error.to_string())
                .help("use the value less often, or raise `limits.stream_bytes`");
        }
        let exact = error.offset().zip(place.literal.as_ref());
        let span = exact.map_or(whole, |(offset, literal)| {
            literal.locate(offset, &self.bindings)
        });
        let parameter = place
            .literal
            .and_then(|literal| self.parameters.declared_as(literal.within(&span)?));
        let mut fault = Diagnostic::new(
            "the framing cannot carry this message",
            span,
            error.to_string(),
        );
        if let Some((name, declared)) = parameter {
            fault = fault.related(declared, format!("the value of `{name}`"));
        }
        fault.help("change the message or the framing, or send the bytes with `raw`, which bypasses the framing")
    }

    pub(super) fn duplicate_name(
        &self,
        message: &Message,
        place: &ActionSpans<'_>,
    ) -> Option<Diagnostic> {
        let taken = message
            .captured_variables()
            .into_iter()
            .find(|name| name.is_reserved() || self.defines(name.as_str()))?;
        let span = place.capture.clone().unwrap_or_else(|| place.span.clone());
        let label = if taken.is_reserved() {
            "reserved by wirecheck"
        } else if self.parameters.get(taken.as_str()).is_some() {
            "a parameter of the suite: its value is the same in the whole run"
        } else {
            "already captured"
        };
        Some(
            Diagnostic::new(format!("the name `{taken}` is taken"), span, label)
                .help("choose another name"),
        )
    }

    /// Reports a message that could be taken for another one that may come in its place.
    fn confused(
        &mut self,
        side: Side,
        message: &Message,
        order: Order,
        span: &Range<usize>,
    ) -> Option<Diagnostic> {
        let framing = self.framings.as_ref()?.current(side).clone();
        let bindings = self.bindings.clone();
        let check = &mut self.state(side).alike;
        check.confused(message, order, span.clone(), (&framing, &bindings))
    }

    /// Reports a message that wirecheck would send but not accept.
    fn refused(
        &mut self,
        message: &Message,
        framing: &Framing,
        place: &ActionSpans<'_>,
    ) -> Option<Diagnostic> {
        use crate::scenario::refusal::Refusal;
        let sent = message.outgoing_payload(&self.bindings);
        let has_end = message.check_end(&sent, &self.bindings);
        let received = message.outgoing_as_read(framing, &self.bindings);
        let accepted = message.accept(&received, framing, &mut self.bindings);
        let refusal = has_end.and(accepted).err()?;
        let (message, span) = match refusal {
            Refusal::NothingToCapture(_) | Refusal::NotJson(_) if place.capture.is_some() => {
                ("the capture finds nothing", place.capture.clone())
            }
            _ => ("the example does not match", place.example.clone()),
        };
        Some(Diagnostic::new(
            message,
            span.unwrap_or_else(|| place.span.clone()),
            refusal.to_string(),
        ))
    }
}

fn unused_framing(place: Range<usize>) -> Diagnostic {
    let label = "no message follows in this framing";
    let fault = Diagnostic::new("a framing without messages", place, label);
    fault.help("remove the step, or add a message after it")
}

fn in_other_framing(
    message: &Message,
    framing: &Framing,
    place: &ActionSpans<'_>,
) -> Option<Diagnostic> {
    if !matches!(message.body, Body::Http(_)) || matches!(framing, Framing::Http1(_)) {
        return None;
    }
    let label = "needs the framing http1";
    let fault = Diagnostic::new(
        "an HTTP message in another framing",
        place.span.clone(),
        label,
    );
    Some(fault.help("write `framing = 'http1'`, for the suite or for this scenario"))
}

/// After a half-close a side may still close fully.
fn closes_further(earlier: Close, action: &Action) -> bool {
    earlier == Close::Write && matches!(action, Action::Close(close) if *close != Close::Write)
}
