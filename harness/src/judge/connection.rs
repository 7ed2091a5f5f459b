//! Judges one connection: first the answers, then how the peer closed.

use super::difference::lacks_one_stretch;
use super::expectations::{Expectations, Mismatch};
use super::expected_steps::{Damage, ExpectedSteps, ExtraAnswers};
use super::finding::{Finding, PeerClose, SilenceProof, StepOwner, UnreadState};
use super::http::announces_close;
use super::malformed::{MemoryGrowth, MemoryLimit};
use crate::scenario::{Action, Close, Permission, TruncationReply};

/// What was observed of a connection apart from the bytes that the peer sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observations {
    /// What the peer did not read.
    pub not_read: Option<UnreadState>,
    /// The output whose absence ended the case.
    pub missing_output: Option<MissingOutput>,
    /// The bytes of an incomplete answer.
    pub partial: Vec<u8>,
    /// The step that was next when the peer ended the connection and wirecheck had
    /// more to send.
    pub interrupted: Option<usize>,
    /// wirecheck's steps whose answers the peer had sent before the step was
    /// performed.
    pub not_waited_for: Vec<usize>,
    /// An answer that came before the whole of its message was sent.
    pub early_answer: Option<EarlyAnswer>,
    /// By how much the memory of one of the peer's processes grew in the case. None if it was
    /// not measured.
    pub memory_growth: Option<MemoryGrowth>,
    /// How the peer ended the connection, if it did.
    pub peer_close: Option<ObservedClose>,
    /// Whether the peer closed its side in the end.
    pub close_check: CloseCheck,
}

/// An answer that came before the whole of its message was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlyAnswer {
    /// The step that sends the message.
    pub message: usize,
    /// The step that expects the answer.
    pub answer: usize,
}

/// Expected output that did not come.
#[derive(Clone, Debug, PartialEq)]
pub enum MissingOutput {
    /// A message.
    Message(SilenceProof),
    /// A text that the peer's program must print.
    Print {
        /// The step that expects it.
        step: usize,
        /// The text.
        expected: Vec<u8>,
        /// What was printed.
        actual: Vec<u8>,
    },
}

/// How the peer ended the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObservedClose {
    /// With what.
    pub how: PeerClose,
    /// Whether the exchange had reached the step in which the peer may close.
    pub allowed: Permission,
}

/// Whether the peer closed its side after the exchange.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CloseCheck {
    /// The case failed before.
    #[default]
    NotChecked,
    /// It closed.
    Closed,
    /// It did not.
    StaysOpen {
        /// Why the wait ended.
        proof: SilenceProof,
        /// What its socket shows, as a clause.
        seen: String,
    },
}

/// Judges a connection. After a wrong answer the close is not judged: it proves
/// nothing more.
#[must_use]
pub fn judge_connection(
    expectations: &Expectations<'_>,
    expected: ExpectedSteps<'_>,
    observations: &Observations,
) -> Option<Finding> {
    memory_grows(expected, observations)
        .or_else(|| wrong_answer(expectations, expected, observations))
        .or_else(|| Some(early_answer(observations.early_answer?)))
        .or_else(|| wrong_close(expectations, expected, observations))
}

/// What the peer does later, it may do for lack of memory.
fn memory_grows(expected: ExpectedSteps<'_>, observations: &Observations) -> Option<Finding> {
    let (limit, growth) = (expected.memory?, observations.memory_growth?);
    // It has a limit if it refuses the rest.
    let is_refused = limit == MemoryLimit::Endless && observations.interrupted.is_some();
    let is_exceeded = limit.is_exceeded_by(growth) && !is_refused;
    is_exceeded.then_some(Finding::MemoryGrows { limit, growth })
}

fn wrong_answer(
    expectations: &Expectations<'_>,
    expected: ExpectedSteps<'_>,
    observations: &Observations,
) -> Option<Finding> {
    if let Some(answer) = ExtraAnswer::find(expectations, expected) {
        let finding = answer.judge(expectations, expected)?;
        return Some(match (answer, observations.early_answer) {
            (ExtraAnswer::Expected(_), Some(early)) => early_answer(early),
            _ => finding,
        });
    }
    if let Some(mismatch) = expectations.mismatch() {
        return Some(wrong_bytes(mismatch, expectations, &observations.partial));
    }
    if let Some(MissingOutput::Print {
        step,
        expected,
        actual,
    }) = &observations.missing_output
    {
        return Some(Finding::NotPrinted {
            step: *step,
            expected: expected.clone(),
            actual: actual.clone(),
        });
    }
    let next = expectations
        .next_answer()
        .filter(|step| *step < expected.end)
        .filter(|_| !is_announced_close(expectations, expected, observations));
    match next {
        Some(step) => missing_answer(step, observations),
        None => unread_message(expectations, expected, observations),
    }
}

fn early_answer(early: EarlyAnswer) -> Finding {
    Finding::EarlyAnswer { step: early.answer }
}

/// Whether the peer closed after an answer that said so, where it may.
fn is_announced_close(
    expectations: &Expectations<'_>,
    expected: ExpectedSteps<'_>,
    observations: &Observations,
) -> bool {
    expected.announced_close == Permission::Allowed
        && observations.peer_close.is_some()
        && observations.partial.is_empty()
        && expectations
            .last_accepted_from(0)
            .is_some_and(announces_close)
}

fn missing_answer(step: usize, observations: &Observations) -> Option<Finding> {
    if let Some(close) = observations.peer_close {
        return Some(Finding::EndedEarly {
            step,
            owner: StepOwner::Peer,
            how: close.how,
        });
    }
    if let Some(why) = observations.not_read {
        return Some(Finding::NotRead { why });
    }
    match observations.missing_output {
        Some(MissingOutput::Message(proof)) => Some(Finding::NoAnswer {
            step,
            proof,
            partial: observations.partial.clone(),
        }),
        _ => None,
    }
}

fn unread_message(
    expectations: &Expectations<'_>,
    expected: ExpectedSteps<'_>,
    observations: &Observations,
) -> Option<Finding> {
    if let Some(step) = observations.interrupted
        && expected.early_close == Permission::Forbidden
        && !may_close_on_unread_bytes(expectations)
    {
        return Some(Finding::EndedEarly {
            step,
            owner: StepOwner::Wirecheck,
            how: observations.peer_close?.how,
        });
    }
    let why = observations.not_read?;
    Some(Finding::NotRead { why })
}

/// Whether the peer may close while more is sent to it. Where the exchange expects a
/// FIN it may not: its kernel would answer the late bytes with a reset, which can
/// destroy the peer's own answers.
fn may_close_on_unread_bytes(expectations: &Expectations<'_>) -> bool {
    let mut steps = expectations.peer_steps();
    steps.any(|(_, step)| matches!(step.action, Action::Close(Close::Any | Close::Reset)))
}

fn wrong_bytes(mismatch: &Mismatch, expectations: &Expectations<'_>, partial: &[u8]) -> Finding {
    match mismatch.clone() {
        Mismatch::Surplus => Finding::Surplus {
            actual: expectations.unaccepted().to_vec(),
        },
        Mismatch::Refused {
            step,
            refusal,
            actual,
        } => Finding::WrongAnswer {
            step,
            refusal,
            actual,
        },
        Mismatch::Malformed { step, why } => Finding::MalformedAnswer { step, why },
        Mismatch::CutShort { step, at } => Finding::CutShort {
            step,
            at,
            partial: partial.to_vec(),
        },
    }
}

/// The reply to a damaged message, if it is one that the suite allows: the first bytes of
/// it.
#[must_use]
pub fn allowed_reply<'a>(
    expectations: &'a Expectations<'_>,
    expected: ExpectedSteps<'_>,
) -> Option<&'a [u8]> {
    let ExtraAnswers::ToDamaged { .. } = expected.extra_answers else {
        return None;
    };
    ExtraAnswer::find(expectations, expected).map(ExtraAnswer::bytes)
}

/// What the peer sent beyond the expected steps.
#[derive(Clone, Copy)]
enum ExtraAnswer<'a> {
    /// The answer that the exchange expects later.
    Expected(&'a [u8]),
    /// A message that the exchange does not expect there.
    Other {
        step: usize,
        message: &'a [u8],
        bytes: &'a [u8],
    },
    /// Bytes that are no message, or that come after the last expected message.
    Bytes(&'a [u8]),
}

impl<'a> ExtraAnswer<'a> {
    fn find(expectations: &'a Expectations<'_>, expected: ExpectedSteps<'_>) -> Option<Self> {
        if let Some(answer) = expectations.last_accepted_from(expected.end) {
            return Some(Self::Expected(answer));
        }
        let bytes = expectations.unaccepted();
        match expectations.mismatch()? {
            Mismatch::Refused { step, actual, .. } if *step >= expected.end => Some(Self::Other {
                step: *step,
                message: actual,
                bytes,
            }),
            Mismatch::Malformed { step, .. } | Mismatch::CutShort { step, .. }
                if *step >= expected.end =>
            {
                Some(Self::Bytes(bytes))
            }
            Mismatch::Surplus => {
                let next = expectations.next_answer();
                next.is_none_or(|step| step >= expected.end)
                    .then_some(Self::Bytes(bytes))
            }
            _ => None,
        }
    }

    fn bytes(self) -> &'a [u8] {
        match self {
            Self::Expected(message) | Self::Other { message, .. } => message,
            Self::Bytes(bytes) => bytes,
        }
    }

    fn judge(
        self,
        expectations: &Expectations<'_>,
        expected: ExpectedSteps<'_>,
    ) -> Option<Finding> {
        let is_allowed = match expected.extra_answers {
            ExtraAnswers::Allowed | ExtraAnswers::NotJudged(_) => true,
            ExtraAnswers::Forbidden => false,
            ExtraAnswers::ToShortened { step } => !self.shows_all_of(expectations, step),
            ExtraAnswers::ToDamaged { allowed, damage } => match allowed {
                TruncationReply::Silent => false,
                TruncationReply::Error => !self.is_answer_to(expectations, damage),
                TruncationReply::Any => true,
                TruncationReply::Matches(pattern) => {
                    let raw = match self {
                        Self::Other { bytes, .. } => bytes,
                        Self::Expected(_) | Self::Bytes(_) => self.bytes(),
                    };
                    pattern.is_match(self.bytes()) || pattern.is_match(raw)
                }
            },
        };
        (!is_allowed).then(|| self.finding(expectations, expected))
    }

    fn finding(self, expectations: &Expectations<'_>, expected: ExpectedSteps<'_>) -> Finding {
        let actual = self.bytes().to_vec();
        match expected.extra_answers {
            ExtraAnswers::ToShortened { step } => Finding::AcceptsMalformed {
                step,
                actual,
                rule: None,
            },
            ExtraAnswers::ToDamaged { damage, .. }
                if damage.is_of_header() && self.is_answer_to(expectations, damage) =>
            {
                Finding::AcceptsMalformed {
                    step: expected.end,
                    actual,
                    rule: damage.rule(),
                }
            }
            _ => Finding::Surplus { actual },
        }
    }

    /// Whether it is the answer to the whole message, or the same answer without as many
    /// bytes as the message may lack: an answer to a part.
    fn is_answer_to(self, expectations: &Expectations<'_>, damage: Damage) -> bool {
        match self {
            Self::Expected(_) => true,
            Self::Bytes(bytes) => expectations.answer_to_nothing().as_deref() == Some(bytes),
            Self::Other { step, message, .. } => {
                let whole = expectations.payload(step).unwrap_or_default();
                let lacks = whole.len().checked_sub(message.len());
                lacks.is_some_and(|lacks| damage.may_lack(lacks))
                    && lacks_one_stretch(message, &whole)
            }
        }
    }

    /// Whether it is the answer to the whole message in `step`, and repeats it to its last
    /// byte.
    fn shows_all_of(self, expectations: &Expectations<'_>, step: usize) -> bool {
        let Self::Expected(answer) = self else {
            return false;
        };
        let payload = expectations.content(step).unwrap_or_default();
        let repeats = |part: &[u8]| part.eq_ignore_ascii_case(&payload);
        !payload.is_empty() && answer.windows(payload.len()).any(repeats)
    }
}

fn wrong_close(
    expectations: &Expectations<'_>,
    expected: ExpectedSteps<'_>,
    observations: &Observations,
) -> Option<Finding> {
    if let CloseCheck::StaysOpen { proof, seen } = &observations.close_check {
        return Some(Finding::StaysOpen {
            proof: *proof,
            seen: seen.clone(),
        });
    }
    let mut steps = expectations.peer_steps();
    let (step, close) = steps.find_map(|(index, step)| match step.action {
        Action::Close(close) => Some((index, close)),
        _ => None,
    })?;
    if step >= expected.end {
        return None;
    }
    let observed = observations.peer_close?;
    let as_expected = match close {
        Close::Any => true,
        Close::Reset => observed.how == PeerClose::Reset,
        Close::Write | Close::Full | Close::Fin => observed.how == PeerClose::Fin,
    };
    let is_wrong = observed.allowed == Permission::Allowed && !as_expected;
    is_wrong.then_some(Finding::WrongClose {
        step,
        how: observed.how,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::scenario::{Bindings, NoAttachments, Side, Suite, parse};

    const IDLE: SilenceProof = SilenceProof::Idle(Duration::ZERO);
    const NO_MESSAGE: Observations = Observations {
        missing_output: Some(MissingOutput::Message(IDLE)),
        not_read: None,
        partial: Vec::new(),
        interrupted: None,
        not_waited_for: Vec::new(),
        early_answer: None,
        memory_growth: None,
        peer_close: None,
        close_check: CloseCheck::NotChecked,
    };

    /// A server that must answer `hi` with `ok` and close with a FIN.
    fn suite() -> Suite {
        let text = "title = 'T'\nframing = 'line'\n[[scenario]]\nid = 's'\n\
                    exchange = [{ client = 'hi' }, { server = { text = 'ok', skips = 'on .*' } }, \
                    { server.close = 'fin' }]";
        parse("t.toml", text, &NoAttachments).expect("a valid suite")
    }

    fn judged(received: &str, end: usize, observations: &Observations) -> Option<Finding> {
        let suite = suite();
        let scenario = &suite.scenarios()[0];
        let bindings = Bindings::example();
        let mut expectations = Expectations::new(scenario, Side::Server, bindings);
        expectations.receive(received.as_bytes());
        let expected = ExpectedSteps {
            end,
            extra_answers: ExtraAnswers::Forbidden,
            damaged: None,
            early_close: Permission::Forbidden,
            announced_close: Permission::Forbidden,
            memory: None,
        };
        judge_connection(&expectations, expected, observations)
    }

    fn kind(received: &str, observations: &Observations) -> Option<&'static str> {
        let finding = judged(received, 3, observations)?;
        Some(finding.kind().as_str())
    }

    fn closed(how: PeerClose) -> Observations {
        let allowed = Permission::Allowed;
        Observations {
            peer_close: Some(ObservedClose { how, allowed }),
            ..Observations::default()
        }
    }

    #[test]
    fn the_expected_answer_and_close_pass() {
        assert_eq!(kind("ok\n", &closed(PeerClose::Fin)), None);
    }

    #[test]
    fn messages_that_may_come_before_an_answer_are_no_answer() {
        let closed = closed(PeerClose::Fin);
        assert_eq!(kind("on 1\non 2\nok\n", &closed), None);
        assert_eq!(kind("on 1\noff\nok\n", &closed), Some("wrong-answer"));
        assert_eq!(kind("on 1\n", &closed), Some("ended-early"));
        assert_eq!(kind("ok\non 1\n", &closed), Some("surplus"));
    }

    #[test]
    fn a_close_an_unread_message_and_a_timeout_are_different_findings() {
        assert_eq!(kind("", &closed(PeerClose::Fin)), Some("ended-early"));
        assert_eq!(kind("", &NO_MESSAGE), Some("no-answer"));
        let unread = Observations {
            not_read: Some(UnreadState::Bytes(3)),
            ..NO_MESSAGE
        };
        assert_eq!(kind("", &unread), Some("not-read"));
    }

    #[test]
    fn a_wrong_answer_hides_a_wrong_close() {
        let reset = closed(PeerClose::Reset);
        assert_eq!(kind("ok\n", &reset), Some("wrong-close"));
        assert_eq!(kind("no\n", &reset), Some("wrong-answer"));
    }

    #[test]
    fn every_answer_beyond_the_expected_steps_is_extra() {
        let closed = closed(PeerClose::Fin);
        assert_eq!(kind("ok\nok\n", &closed), Some("surplus"));
        for answer in ["ok\n", "no\n"] {
            let finding = judged(answer, 0, &closed);
            assert_eq!(finding.map(|it| it.kind().as_str()), Some("surplus"));
        }
    }

    #[test]
    fn more_to_send_after_an_early_close_is_a_finding_where_a_fin_is_expected() {
        let interrupted = Observations {
            interrupted: Some(0),
            ..closed(PeerClose::Fin)
        };
        assert_eq!(kind("ok\n", &interrupted), Some("ended-early"));
    }
}
