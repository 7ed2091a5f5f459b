//! Findings without their bytes and texts: small enough to keep one for each of
//! thousands of cases.

use super::output_difference::OutputDifference;
use crate::judge::{Finding, MemoryLimit, PeerClose, SilenceProof};
use crate::peer::ExitStatus;
use crate::scenario::Refusal;

/// What a rule may ask of a finding. Steps are indices into the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symptom {
    /// There was no connection.
    NotConnected,
    /// The peer did not read what was sent.
    NotRead,
    /// An answer did not come, or not all of it.
    NoAnswer {
        /// The step that expects it.
        step: usize,
    },
    /// A whole answer with the wrong content.
    WrongAnswer {
        /// The step that expects another.
        step: usize,
        /// How it differs from that.
        difference: OutputDifference,
    },
    /// An answer is malformed, or the stream ended inside it.
    BrokenAnswer {
        /// The step that expects it.
        step: usize,
    },
    /// The answer came before the whole of its message was sent.
    EarlyAnswer,
    /// The peer sent more than the expected answers.
    Surplus,
    /// The peer ended the connection before the exchange was complete.
    EndedEarly {
        /// The step that was next.
        step: usize,
        /// How the connection ended.
        how: PeerClose,
    },
    /// An expected text was not printed.
    NotPrinted {
        /// The step that expects it.
        step: usize,
        /// How the text in its place differs.
        difference: OutputDifference,
    },
    /// The peer was idle and did not close.
    StaysOpenIdle,
    /// The peer used the processor without pause, and did not close.
    StaysOpenSpinning,
    /// The peer did not close within the limit; what it did is not known.
    StaysOpen,
    /// The connection is over, and the peer used the processor without pause.
    Spins,
    /// The peer closed in another way than the exchange allows.
    WrongClose {
        /// How it closed.
        how: PeerClose,
    },
    /// A process ended that should have lived on, or a signal killed it.
    Died {
        /// Its exit code or signal.
        how: ExitStatus,
    },
    /// The program printed another text than in the baseline.
    PrintsOther {
        /// How it differs.
        difference: OutputDifference,
    },
    /// The program exited with a failure where the exchange expects success.
    FailedExit,
    /// The program exited with another code than in the baseline, or with success where
    /// the exchange expects a failure.
    OtherExit,
    /// The program printed a truncated message, and exited as after a whole exchange.
    PrintsTruncated,
    /// A message with a malformed header was answered, or printed, as a valid one.
    AcceptsMalformed,
    /// The peer got memory for the length that a header declares.
    MemoryForLength,
    /// The peer got memory for bytes that come without an end.
    MemoryForEndless,
    /// An exchange made the peer's memory grow by more than its suite allows.
    MemoryForExchange,
    /// The program exited as after a whole exchange, although a message was damaged.
    ExitsAsWhole,
    /// The program did not exit, and did not spin.
    StillRunning,
    /// The program used the processor without pause, and did not exit.
    StillRunningSpinning,
    /// The peer opened further connections during the case.
    ConnectsAgain,
    /// The connection after this case was not served.
    NextNotServed,
    /// The peer keeps something of each connection.
    Leaks,
    /// A fresh peer does not serve this connection, whatever is sent.
    StopsServing {
        /// Its number since the start of the peer, from 1.
        connection: u64,
    },
    /// It fails with other messages.
    FailsVaried,
    /// It fails only beside other connections.
    Interference,
    /// The same, and nothing came while another connection was open.
    BlockedByOthers,
    /// The same, and what was sent on one of them came.
    CrossTalk,
}

impl Symptom {
    /// The same in another step.
    #[must_use]
    pub fn at(self, step: usize) -> Self {
        match self {
            Self::NoAnswer { .. } => Self::NoAnswer { step },
            Self::WrongAnswer { difference, .. } => Self::WrongAnswer { step, difference },
            Self::BrokenAnswer { .. } => Self::BrokenAnswer { step },
            Self::EndedEarly { how, .. } => Self::EndedEarly { step, how },
            Self::NotPrinted { difference, .. } => Self::NotPrinted { step, difference },
            other => other,
        }
    }

    /// `expected` is the answer that would have been correct, if it is known.
    #[must_use]
    pub fn of(finding: &Finding, expected: Option<&[u8]>) -> Self {
        match finding {
            Finding::NotConnected { .. } | Finding::NotCalled { .. } => Self::NotConnected,
            Finding::NotRead { .. } => Self::NotRead,
            Finding::NoAnswer { step, .. } => Self::NoAnswer { step: *step },
            Finding::WrongAnswer {
                step,
                refusal,
                actual,
            } => Self::WrongAnswer {
                step: *step,
                difference: answer_difference(refusal, expected, actual),
            },
            Finding::MalformedAnswer { step, .. } | Finding::CutShort { step, .. } => {
                Self::BrokenAnswer { step: *step }
            }
            Finding::EarlyAnswer { .. } => Self::EarlyAnswer,
            Finding::Surplus { .. } => Self::Surplus,
            Finding::EndedEarly { step, how, .. } => Self::EndedEarly {
                step: *step,
                how: *how,
            },
            Finding::NotPrinted {
                step,
                expected,
                actual,
            } => Self::NotPrinted {
                step: *step,
                difference: OutputDifference::between(expected, same_lines(expected, actual)),
            },
            Finding::StaysOpen { proof, .. } => match proof {
                SilenceProof::Idle(_) => Self::StaysOpenIdle,
                SilenceProof::Spinning(_) => Self::StaysOpenSpinning,
                SilenceProof::TimeLimit(_) | SilenceProof::ReplyLimit => Self::StaysOpen,
            },
            Finding::Spins => Self::Spins,
            Finding::WrongClose { how, .. } => Self::WrongClose { how: *how },
            Finding::Died { how } => Self::Died { how: *how },
            Finding::PrintsOther { expected, actual } => Self::PrintsOther {
                difference: OutputDifference::between(expected, actual),
            },
            Finding::WrongExit {
                actual: how @ ExitStatus::Signal(_),
                ..
            } => Self::Died { how: *how },
            Finding::WrongExit {
                step: Some(_),
                actual,
                ..
            } if !actual.is_success() => Self::FailedExit,
            Finding::WrongExit { .. } => Self::OtherExit,
            Finding::RunsOn {
                proof: SilenceProof::Spinning(_),
            } => Self::StillRunningSpinning,
            Finding::PrintsTruncated { .. } => Self::PrintsTruncated,
            Finding::AcceptsMalformed { .. } | Finding::PrintsMalformed { .. } => {
                Self::AcceptsMalformed
            }
            Finding::MemoryGrows { limit, .. } => match limit {
                MemoryLimit::Declared => Self::MemoryForLength,
                MemoryLimit::Endless => Self::MemoryForEndless,
                MemoryLimit::Exchange(_) => Self::MemoryForExchange,
            },
            Finding::ExitsAsWhole { .. } => Self::ExitsAsWhole,
            Finding::RunsOn { .. } => Self::StillRunning,
            Finding::ConnectsAgain { .. } => Self::ConnectsAgain,

            Finding::Leaks { .. } => Self::Leaks,
            Finding::NextNotServed { .. } => Self::NextNotServed,
            Finding::StopsServing { connection, .. } => Self::StopsServing {
                connection: *connection,
            },
            Finding::BlockedByNeighbour { .. } => Self::BlockedByOthers,
            Finding::FailsVaried { .. } => Self::FailsVaried,
            Finding::Interference => Self::Interference,
            Finding::CrossTalk => Self::CrossTalk,
        }
    }

    /// Whether the peer keeps a processor busy where it should end the connection, or itself.
    pub(crate) const fn is_spinning_at_end(self) -> bool {
        matches!(
            self,
            Self::Spins | Self::StaysOpenSpinning | Self::StillRunningSpinning
        )
    }

    /// Whether the peer misread the bytes: it answered wrongly or not at all, or it
    /// stopped reading.
    #[must_use]
    pub(super) const fn is_misreading(self) -> bool {
        match self {
            Self::NotRead
            | Self::NoAnswer { .. }
            | Self::WrongAnswer { .. }
            | Self::BrokenAnswer { .. }
            | Self::Surplus
            | Self::EndedEarly { .. }
            | Self::NotPrinted { .. }
            | Self::PrintsOther { .. }
            | Self::FailedExit
            | Self::OtherExit => true,
            Self::NotConnected
            | Self::StaysOpenIdle
            | Self::StaysOpenSpinning
            | Self::StaysOpen
            | Self::Spins
            | Self::WrongClose { .. }
            | Self::Died { .. }
            | Self::EarlyAnswer
            | Self::PrintsTruncated
            | Self::AcceptsMalformed
            | Self::MemoryForLength
            | Self::MemoryForEndless
            | Self::MemoryForExchange
            | Self::ExitsAsWhole
            | Self::StillRunning
            | Self::StillRunningSpinning
            | Self::ConnectsAgain
            | Self::NextNotServed
            | Self::Leaks
            | Self::StopsServing { .. }
            | Self::FailsVaried
            | Self::Interference
            | Self::BlockedByOthers
            | Self::CrossTalk => false,
        }
    }

    /// Whether nothing came of the connection.
    pub(super) const fn is_not_served(self) -> bool {
        matches!(
            self,
            Self::NotConnected | Self::NotRead | Self::NoAnswer { .. } | Self::EndedEarly { .. }
        )
    }

    /// How the process ended, if it should not have.
    #[must_use]
    pub const fn death(self) -> Option<ExitStatus> {
        match self {
            Self::Died { how } => Some(how),
            _ => None,
        }
    }

    /// Whether the peer did not close its connection, and did not spin.
    pub(super) const fn stays_open(self) -> bool {
        matches!(self, Self::StaysOpenIdle | Self::StaysOpen)
    }

    /// How the wrong answer or text differs, if there is one.
    pub(super) const fn difference(self) -> Option<OutputDifference> {
        match self {
            Self::WrongAnswer { difference, .. }
            | Self::NotPrinted { difference, .. }
            | Self::PrintsOther { difference } => Some(difference),
            _ => None,
        }
    }

    /// Whether a part of the expected answer or text is missing.
    pub(super) const fn lacks_a_part(self) -> bool {
        matches!(
            self.difference(),
            Some(OutputDifference::PartMissing | OutputDifference::CountedInCharacters)
        )
    }

    /// The step whose answer or text is missing as a whole.
    pub(super) const fn missing_step(self) -> Option<usize> {
        match self {
            Self::NoAnswer { step }
            | Self::NotPrinted { step, .. }
            | Self::EndedEarly { step, .. } => Some(step),
            _ => None,
        }
    }
}

fn answer_difference(
    refusal: &Refusal,
    expected: Option<&[u8]>,
    actual: &[u8],
) -> OutputDifference {
    match (refusal, expected) {
        (Refusal::Differs { expected }, _) => OutputDifference::between(expected, actual),
        (_, Some(expected)) => OutputDifference::between(expected, actual),
        (_, None) => OutputDifference::Other,
    }
}

/// As many lines of `actual` as `expected` has: what was printed in its place.
fn same_lines<'a>(expected: &[u8], actual: &'a [u8]) -> &'a [u8] {
    let lines = expected.split(|&byte| byte == b'\n').count();
    let mut ends = memchr::memchr_iter(b'\n', actual);
    &actual[..ends.nth(lines - 1).unwrap_or(actual.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit(step: Option<usize>, actual: ExitStatus) -> Symptom {
        let expected = ExitStatus::Code(0);
        let finding = Finding::WrongExit {
            step,
            expected,
            actual,
        };
        Symptom::of(&finding, None)
    }

    #[test]
    fn an_exit_code_is_no_death_of_a_program_that_exits_anyway() {
        assert_eq!(exit(None, ExitStatus::Code(1)), Symptom::OtherExit);
        assert_eq!(exit(Some(2), ExitStatus::Code(1)), Symptom::FailedExit);
        for step in [None, Some(2)] {
            let how = ExitStatus::Signal(11);
            assert_eq!(exit(step, how), Symptom::Died { how });
        }
    }
}
