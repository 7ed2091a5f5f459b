//! What a peer can do wrong in a case.

use std::time::Duration;

use super::expected_steps::Damage;
use super::malformed::{MemoryGrowth, MemoryLimit};
use crate::framing::{Malformation, Truncation};
use crate::peer;
use crate::scenario::Refusal;

/// One expectation that the peer did not meet, with what was observed instead. Steps
/// are indices into the exchange.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// No connection to the peer could be made.
    NotConnected {
        /// A sentence that names the address.
        why: String,
    },
    /// The peer, a client, did not connect.
    NotCalled {
        /// How that was known.
        why: String,
    },
    /// The peer did not read what was sent to it.
    NotRead {
        /// What its socket showed.
        why: UnreadState,
    },
    /// An expected answer did not come, or not all of it.
    NoAnswer {
        /// The step that expects it.
        step: usize,
        /// Why the wait ended.
        proof: SilenceProof,
        /// The bytes of the answer that had arrived.
        partial: Vec<u8>,
    },
    /// A whole answer with the wrong content.
    WrongAnswer {
        /// The step that expects another.
        step: usize,
        /// What is wrong with it.
        refusal: Refusal,
        /// The answer that arrived.
        actual: Vec<u8>,
    },
    /// Bytes that are no message of the framing.
    MalformedAnswer {
        /// The step that expects a message.
        step: usize,
        /// The rule that they break.
        why: Malformation,
    },
    /// The peer's stream ended inside an answer.
    CutShort {
        /// The step that expects the whole answer.
        step: usize,
        /// Where it ended.
        at: Truncation,
        /// The bytes of the answer that had arrived.
        partial: Vec<u8>,
    },
    /// The answer came before the whole of its message was sent.
    EarlyAnswer {
        /// The step that expects the answer.
        step: usize,
    },
    /// The peer sent more than the expected answers.
    Surplus {
        /// The first bytes of it.
        actual: Vec<u8>,
    },
    /// The peer ended the connection before the exchange was complete.
    EndedEarly {
        /// The step that was next.
        step: usize,
        /// The side that was to perform it.
        owner: StepOwner,
        /// How the connection ended.
        how: PeerClose,
    },
    /// The peer did not print an expected text.
    NotPrinted {
        /// The step that expects it.
        step: usize,
        /// The text.
        expected: Vec<u8>,
        /// What was printed instead.
        actual: Vec<u8>,
    },
    /// The peer did not close its side of a finished connection.
    StaysOpen {
        /// Why the wait ended.
        proof: SilenceProof,
        /// What the peer's socket showed, as a clause.
        seen: String,
    },
    /// The connection is over, and the peer keeps a processor busy.
    Spins,
    /// The peer closed in another way than the exchange allows.
    WrongClose {
        /// The step that expects the close.
        step: usize,
        /// How it closed.
        how: PeerClose,
    },
    /// The peer's process ended.
    Died {
        /// Its exit code or signal.
        how: peer::ExitStatus,
    },
    /// The program printed another text than in the baseline.
    PrintsOther {
        /// The baseline's text.
        expected: Vec<u8>,
        /// What it printed.
        actual: Vec<u8>,
    },
    /// The program ended with another exit code or signal than expected.
    WrongExit {
        /// The step that expects the exit code. None: the baseline sets it.
        step: Option<usize>,
        /// The expected end.
        expected: peer::ExitStatus,
        /// How it ended.
        actual: peer::ExitStatus,
    },
    /// The program printed a message that was truncated, or a part of it, and exited as
    /// after a whole exchange.
    PrintsTruncated {
        /// The step that sends the message.
        step: usize,
        /// What it printed.
        actual: Vec<u8>,
    },
    /// The peer answered a message with a malformed header as if the header were valid.
    AcceptsMalformed {
        /// The step that sends the message.
        step: usize,
        /// The first bytes of the answer.
        actual: Vec<u8>,
        /// The sentence of a specification that forbids it.
        rule: Option<&'static str>,
    },
    /// The program printed a message with a malformed header, or a part of it, and exited as
    /// after a whole exchange.
    PrintsMalformed {
        /// The step that sends the message.
        step: usize,
        /// What it printed.
        actual: Vec<u8>,
        /// The sentence of a specification that forbids it.
        rule: Option<&'static str>,
    },
    /// The peer got memory for a message that it must refuse, or more than its suite allows.
    MemoryGrows {
        /// What it was for.
        limit: MemoryLimit,
        /// By how much its memory grew.
        growth: MemoryGrowth,
    },
    /// A message was damaged, and the program exited as after a whole exchange.
    ExitsAsWhole {
        /// The step that sends the message.
        step: usize,
        /// What was wrong with it.
        damage: Damage,
        /// How it exited.
        exit: peer::ExitStatus,
    },
    /// The program did not exit after its connection ended.
    RunsOn {
        /// Why the wait ended.
        proof: SilenceProof,
    },
    /// The program, a client, opened further connections during the case.
    ConnectsAgain {
        /// How many.
        times: usize,
    },
    /// The connection after this case was not served.
    NextNotServed {
        /// What was observed of it.
        why: String,
    },
    /// The peer keeps something of each connection.
    Leaks {
        /// What, after how many connections.
        what: String,
    },
    /// A fresh peer does not serve this connection, whatever is sent before it and over it.
    StopsServing {
        /// Which connection since the start of the peer, from 1.
        connection: u64,
        /// What was observed of it.
        why: String,
    },
    /// The exchange is not served while another connection has stopped, and is served when
    /// that one is closed.
    BlockedByNeighbour {
        /// Where the other connection has stopped, as a clause.
        stopped: String,
        /// For how long it was not served. It may have taken any time.
        least: Duration,
    },
    /// The exchange fails with other messages: what the peer answers to them depends on the
    /// delivery, or they break it.
    FailsVaried {
        /// What is different, as a noun phrase.
        what: &'static str,
        /// The tactic under which it fails. None: it fails uncut.
        under: Option<String>,
        /// What was observed of it.
        why: String,
    },
    /// The case passes alone, and fails again beside other connections.
    Interference,
    /// The same, and the peer sent what it had received on another connection.
    CrossTalk,
}

/// The side that was to perform a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepOwner {
    /// The peer: an answer was expected.
    Peer,
    /// wirecheck: it had more to send.
    Wirecheck,
}

/// How a peer ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerClose {
    /// With a FIN.
    Fin,
    /// With a reset.
    Reset,
    /// The system reported another error.
    Broken,
}

/// What the socket of a peer that does not read shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadState {
    /// The connection waits in the accept queue.
    NeverAccepted,
    /// This many bytes are unread.
    Bytes(u32),
    /// The kernel shows no such socket.
    Gone,
    /// It has sent as many bytes as wirecheck keeps, and may be waiting until more are taken.
    ReplyLimit,
}

/// How it was known that nothing more would come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SilenceProof {
    /// Every thread of the peer was blocked, for this long.
    Idle(Duration),
    /// The peer used the processor without pause, for this long.
    Spinning(Duration),
    /// This limit passed.
    TimeLimit(Duration),
    /// The peer had sent as many bytes as wirecheck keeps.
    ReplyLimit,
}

/// A finding without its details: reports group by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// [`Finding::NotConnected`]
    NotConnected,
    /// [`Finding::NotCalled`]
    NotCalled,
    /// [`Finding::NotRead`] of a connection that was never accepted.
    NotAccepted,
    /// [`Finding::NotRead`]
    NotRead,
    /// [`Finding::NoAnswer`]
    NoAnswer,
    /// [`Finding::WrongAnswer`]
    WrongAnswer,
    /// [`Finding::MalformedAnswer`]
    MalformedAnswer,
    /// [`Finding::CutShort`]
    CutShort,
    /// [`Finding::EarlyAnswer`]
    EarlyAnswer,
    /// [`Finding::Surplus`]
    Surplus,
    /// [`Finding::EndedEarly`]
    EndedEarly,
    /// [`Finding::NotPrinted`]
    NotPrinted,
    /// [`Finding::StaysOpen`]
    StaysOpen,
    /// [`Finding::Spins`]
    Spins,
    /// [`Finding::WrongClose`]
    WrongClose,
    /// [`Finding::Died`]
    Died,
    /// [`Finding::PrintsOther`]
    PrintsOther,
    /// [`Finding::WrongExit`]
    WrongExit,
    /// [`Finding::PrintsTruncated`]
    PrintsTruncated,
    /// [`Finding::AcceptsMalformed`]
    AcceptsMalformed,
    /// [`Finding::PrintsMalformed`]
    PrintsMalformed,
    /// [`Finding::MemoryGrows`]
    MemoryGrows,
    /// [`Finding::ExitsAsWhole`]
    ExitsAsWhole,
    /// [`Finding::RunsOn`]
    RunsOn,
    /// [`Finding::ConnectsAgain`]
    ConnectsAgain,
    /// [`Finding::NextNotServed`] and [`Finding::StopsServing`]
    NextNotServed,
    /// [`Finding::Leaks`]
    Leaks,
    /// [`Finding::BlockedByNeighbour`]
    BlockedByNeighbour,
    /// [`Finding::FailsVaried`]
    FailsVaried,
    /// [`Finding::Interference`]
    Interference,
    /// [`Finding::CrossTalk`]
    CrossTalk,
}

impl FindingKind {
    /// The string in run records. It is part of their schema.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotConnected => "not-connected",
            Self::NotCalled => "not-called",
            Self::NotAccepted => "not-accepted",
            Self::NotRead => "not-read",
            Self::NoAnswer => "no-answer",
            Self::WrongAnswer => "wrong-answer",
            Self::MalformedAnswer => "malformed-answer",
            Self::CutShort => "cut-short",
            Self::EarlyAnswer => "early-answer",
            Self::Surplus => "surplus",
            Self::EndedEarly => "ended-early",
            Self::NotPrinted => "not-printed",
            Self::StaysOpen => "stays-open",
            Self::Spins => "spins",
            Self::WrongClose => "wrong-close",
            Self::Died => "died",
            Self::PrintsOther => "prints-other",
            Self::WrongExit => "wrong-exit",
            Self::PrintsTruncated => "prints-truncated",
            Self::AcceptsMalformed => "accepts-malformed",
            Self::PrintsMalformed => "prints-malformed",
            Self::MemoryGrows => "memory-grows",
            Self::ExitsAsWhole => "exits-as-whole",
            Self::RunsOn => "runs-on",
            Self::ConnectsAgain => "connects-again",
            Self::NextNotServed => "next-not-served",
            Self::Leaks => "leaks",
            Self::BlockedByNeighbour => "blocked-by-neighbour",
            Self::FailsVaried => "fails-varied",
            Self::Interference => "interference",
            Self::CrossTalk => "cross-talk",
        }
    }

    /// Whether a correct peer should do otherwise, but need not.
    #[must_use]
    pub const fn is_recommendation(self) -> bool {
        matches!(self, Self::ExitsAsWhole)
    }

    /// What no peer may do when uncut messages come, valid ones or others: two different answers to
    /// the same messages are not among it. `is_unframed`: the peer had begun an answer that it
    /// did not complete.
    pub(crate) fn wrong_uncut(is_unframed: bool) -> impl Iterator<Item = Self> {
        let incomplete = is_unframed.then_some(Self::NoAnswer);
        Self::ALWAYS_WRONG.into_iter().chain(incomplete)
    }

    /// What no peer may do, whichever messages come.
    const ALWAYS_WRONG: [Self; 11] = [
        Self::Died,
        Self::Spins,
        Self::NotRead,
        Self::NotAccepted,
        Self::StaysOpen,
        Self::RunsOn,
        Self::NextNotServed,
        Self::MalformedAnswer,
        Self::CutShort,
        Self::Leaks,
        Self::MemoryGrows,
    ];

    /// Those that say that no connection was made.
    pub const UNREACHABLE: [Self; 3] = [Self::NotConnected, Self::NotCalled, Self::NotAccepted];

    /// Whether no connection was made.
    #[must_use]
    pub fn is_unreachable(self) -> bool {
        Self::UNREACHABLE.contains(&self)
    }

    /// Whether the finding says that something did not happen in time: a longer wait
    /// may refute it.
    #[must_use]
    pub const fn depends_on_waiting(self) -> bool {
        matches!(
            self,
            Self::NotCalled
                | Self::NotAccepted
                | Self::NotRead
                | Self::NoAnswer
                | Self::NotPrinted
                | Self::StaysOpen
                | Self::Spins
                | Self::RunsOn
                | Self::BlockedByNeighbour
        )
    }
}

impl Finding {
    /// Which kind of finding this is.
    #[must_use]
    pub fn kind(&self) -> FindingKind {
        match self {
            Self::NotConnected { .. } => FindingKind::NotConnected,
            Self::NotCalled { .. } => FindingKind::NotCalled,
            Self::NotRead {
                why: UnreadState::NeverAccepted,
            } => FindingKind::NotAccepted,
            Self::NotRead { .. } => FindingKind::NotRead,
            Self::NoAnswer { .. } => FindingKind::NoAnswer,
            Self::WrongAnswer { .. } => FindingKind::WrongAnswer,
            Self::MalformedAnswer { .. } => FindingKind::MalformedAnswer,
            Self::CutShort { .. } => FindingKind::CutShort,
            Self::EarlyAnswer { .. } => FindingKind::EarlyAnswer,
            Self::Surplus { .. } => FindingKind::Surplus,
            Self::EndedEarly { .. } => FindingKind::EndedEarly,
            Self::NotPrinted { .. } => FindingKind::NotPrinted,
            Self::StaysOpen { .. } => FindingKind::StaysOpen,
            Self::Spins => FindingKind::Spins,
            Self::WrongClose { .. } => FindingKind::WrongClose,
            Self::Died { .. } => FindingKind::Died,
            Self::PrintsOther { .. } => FindingKind::PrintsOther,
            Self::WrongExit { .. } => FindingKind::WrongExit,
            Self::PrintsTruncated { .. } => FindingKind::PrintsTruncated,
            Self::AcceptsMalformed { .. } => FindingKind::AcceptsMalformed,
            Self::PrintsMalformed { .. } => FindingKind::PrintsMalformed,
            Self::MemoryGrows { .. } => FindingKind::MemoryGrows,
            Self::ExitsAsWhole { .. } => FindingKind::ExitsAsWhole,
            Self::RunsOn { .. } => FindingKind::RunsOn,
            Self::ConnectsAgain { .. } => FindingKind::ConnectsAgain,

            Self::Leaks { .. } => FindingKind::Leaks,
            Self::NextNotServed { .. } | Self::StopsServing { .. } => FindingKind::NextNotServed,
            Self::BlockedByNeighbour { .. } => FindingKind::BlockedByNeighbour,
            Self::FailsVaried { .. } => FindingKind::FailsVaried,
            Self::Interference => FindingKind::Interference,
            Self::CrossTalk => FindingKind::CrossTalk,
        }
    }

    /// The step of the exchange that was not met, if the finding is about one.
    #[must_use]
    pub fn step(&self) -> Option<usize> {
        match self {
            Self::NoAnswer { step, .. }
            | Self::WrongAnswer { step, .. }
            | Self::MalformedAnswer { step, .. }
            | Self::CutShort { step, .. }
            | Self::EarlyAnswer { step }
            | Self::EndedEarly { step, .. }
            | Self::NotPrinted { step, .. }
            | Self::WrongClose { step, .. }
            | Self::PrintsTruncated { step, .. }
            | Self::AcceptsMalformed { step, .. }
            | Self::PrintsMalformed { step, .. }
            | Self::ExitsAsWhole { step, .. } => Some(*step),
            Self::WrongExit { step, .. } => *step,
            _ => None,
        }
    }
}
