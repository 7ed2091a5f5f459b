//! What became of one case.

use std::fmt;
use std::time::Duration;

use wirecheck_report::record::{self, DependsOn};

use super::describe::ReportedFinding;
use super::event_log::EventLog;
use super::observed::SeenAnswers;
use super::replies::ReplyDoubt;
use super::transcript::Boundaries;
use crate::judge::{FindingKind, ProcessOutcome, TruncationDoubt};
use crate::peer::OutputPosition;
use crate::scenario::Bindings;
use crate::tactic::{Case, Delivery, Tactic};
use crate::wire::link::UnverifiedReason;

/// What became of one case.
pub(in crate::engine) struct CaseResult {
    pub(in crate::engine) tactic: Tactic,
    pub(in crate::engine) delivery: Delivery,
    pub(in crate::engine) outcome: Outcome,
    /// How many connections the peer was given.
    pub(in crate::engine) connections: u64,
    pub(in crate::engine) took: Duration,
    /// How much of that passed until the peer, a client, connected.
    pub(in crate::engine) waited: Duration,
    pub(in crate::engine) boundaries: Boundaries,
    pub(in crate::engine) unverified: Option<UnverifiedReason>,
    pub(in crate::engine) log: EventLog,
    /// Whether what happened in the case is kept.
    pub(in crate::engine) has_evidence: bool,
    /// What the program did that was started for this case alone.
    pub(in crate::engine) process: Option<ProcessOutcome>,
    /// The first and the last lines that the peer printed in the case.
    pub(in crate::engine) last_output: Vec<String>,
    /// How much the peer had printed when the case began.
    pub(in crate::engine) printed_before: OutputPosition,
    /// Our steps that the peer did not wait for.
    pub(in crate::engine) unawaited_steps: Vec<usize>,
    /// The step after that of the last answer that the exchange expects; 0 if none came.
    pub(in crate::engine) answered: usize,
    /// What the answers are compared by with those of other implementations.
    pub(in crate::engine) seen: SeenAnswers,
    /// Values of the answers that must be the same as in the baseline, if the case passed.
    pub(in crate::engine) values_of_baseline: Option<Bindings>,
    /// What the case needs to fail, if it passes alone on a fresh peer.
    pub(in crate::engine) depends_on: Option<DependsOn>,
    /// After how many connections it fails, if that was found out.
    pub(in crate::engine) earlier_connections: Option<u64>,
    /// How often it must be played on one peer until it fails, if that was found out.
    pub(in crate::engine) repetitions: Option<u64>,
    /// Whether the case failed and the peer had sent a value of `${unique}` that belongs to
    /// another connection.
    pub(in crate::engine) has_others_value: bool,
    /// How long the exchange was not served, where it was when another connection was closed.
    pub(in crate::engine) blocked_for: Option<Duration>,
    /// What the outcome leaves open.
    pub(in crate::engine) unjudged: Option<Unjudged>,
    /// The first bytes of an allowed reply to a truncated message.
    pub(in crate::engine) error_reply: Option<Vec<u8>>,
}

/// What was not judged in a case that passes all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) enum Unjudged {
    /// What the peer makes of the message inside which the stream ends.
    Truncation(TruncationDoubt),
    /// What the peer makes of the message with a malformed header.
    MalformedHeader(TruncationDoubt),
    /// How much memory the peer got.
    Memory,
    /// Whether a text was printed in the part of the output that was not kept.
    Output,
    /// Whether the peer sends the rest of what the buffers of its socket do not take.
    ShortSend,
    /// What the peer does that has not got an automatic reply, or not read it.
    Reply(ReplyDoubt),
    /// Whether another connection disturbs this one, which fails without it.
    FailsAlone,
    /// Whether it still serves after all of the connections that were planned.
    Churn,
    /// What the peer does with a connection that is reset before it is accepted.
    BeforeAccept(NotSuspended),
    /// Whether the peer answers a variation in the same way however it is delivered.
    Varied(NotCompared),
}

/// Why the answers to a variation were not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) enum NotCompared {
    /// The peer ends the connection before wirecheck does.
    EndsFirst,
    /// It does not accept the variation.
    NotAccepted,
    /// It answers in another way each time.
    NotSteady,
    /// The same, but with as many messages.
    OnlyCounted,
    /// It answers with more than is kept.
    TooMuch,
    /// The exchange itself depends on the delivery.
    FailsAsItIs,
}

impl fmt::Display for NotCompared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EndsFirst => {
                "the peer closes the connection first, and how much it reads before depends on the delivery"
            }
            Self::NotAccepted => {
                "the peer does not answer it as the message itself, and how it recovers from an error depends on the delivery"
            }
            Self::OnlyCounted => {
                "the peer answers the same bytes with other contents each time, so only the number of its answers was compared"
            }
            Self::NotSteady => "the peer answers the same bytes in different ways, also uncut",
            Self::TooMuch => {
                "the peer answers with more bytes than are kept (`limits.reply_bytes`)"
            }
            Self::FailsAsItIs => "the exchange fails with its own messages",
        })
    }
}

/// Why the peer was not suspended for a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) enum NotSuspended {
    /// wirecheck did not start it: others may use it.
    NotOurs,
    /// The machine refuses, or shows a thread that runs on.
    Refused,
    /// It fails after that even if no connection is reset.
    DoesNotSurvive,
}

impl fmt::Display for NotSuspended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotOurs => {
                "wirecheck suspends the server for it, and does that only to a server that it started"
            }
            Self::Refused => "the system did not let wirecheck suspend the server (SIGSTOP)",
            Self::DoesNotSurvive => {
                "wirecheck suspends the server for it, and this one does not serve on after SIGSTOP and SIGCONT"
            }
        })
    }
}

impl fmt::Display for Unjudged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, message, doubt) = match self {
            Self::Truncation(doubt) => ("truncation", "truncated", doubt),
            Self::MalformedHeader(doubt) => ("malformed headers", "malformed", doubt),
            Self::Memory => {
                return f
                    .write_str("memory: wirecheck cannot see how much memory the peer has in use");
            }
            Self::Output => {
                return f.write_str(
                    "output: the peer printed more than is kept, and an expected text may be in the rest; raise `limits.output_bytes`",
                );
            }
            Self::FailsAlone => {
                return f.write_str(
                    "neighbours: the same delivery also fails, or takes long, without the other connection",
                );
            }
            Self::Churn => {
                return f.write_str(
                    "churn: the peer is too slow for a thousand connections within 30 s",
                );
            }
            Self::ShortSend => {
                return f.write_str(
                    "short sends: the kernel did not show that the peer had to wait for its reader",
                );
            }
            Self::Reply(ReplyDoubt::Withheld) => {
                return f.write_str(
                    "automatic replies: the peer asked for one where the delivery leaves no place for it, and may be right not to go on",
                );
            }
            Self::Reply(ReplyDoubt::Unread) => {
                return f.write_str(
                    "closing: the peer closed before it had read an automatic reply, and its kernel then resets the connection",
                );
            }
            Self::BeforeAccept(why) => return write!(f, "reset before accept: {why}"),
            Self::Varied(why) => return write!(f, "variations of the messages: {why}"),
        };
        write!(f, "{what}: ")?;
        match doubt {
            TruncationDoubt::Raw => {
                f.write_str("the stream ends inside `raw` bytes, and wirecheck does not know where a message ends in them")
            }
            TruncationDoubt::AnyAnswer => {
                f.write_str("the suite accepts any answer, so an error reply looks like the answer to the whole message")
            }
            TruncationDoubt::AnsweredLater => {
                write!(f, "the message before the {message} one may be answered at the same time")
            }
            TruncationDoubt::HasHead => {
                f.write_str("a server of HTTP may answer as soon as it has the head of a request")
            }
            TruncationDoubt::NotAwaited => {
                write!(f, "the peer sends its next message without waiting for the {message} one")
            }
        }
    }
}

impl CaseResult {
    /// A case of which only the outcome is known.
    pub(in crate::engine) fn new(case: &Case, outcome: Outcome) -> Self {
        let Case { tactic, delivery } = case.clone();
        Self {
            tactic,
            delivery,
            outcome,
            connections: 1,
            took: Duration::ZERO,
            waited: Duration::ZERO,
            boundaries: Boundaries::default(),
            unverified: None,
            log: EventLog::default(),
            has_evidence: true,
            process: None,
            last_output: Vec::new(),
            printed_before: OutputPosition::default(),
            unawaited_steps: Vec::new(),
            answered: 0,
            seen: SeenAnswers::default(),
            values_of_baseline: None,
            unjudged: None,
            error_reply: None,
            depends_on: None,
            earlier_connections: None,
            repetitions: None,
            has_others_value: false,
            blocked_for: None,
        }
    }

    /// Adds what an earlier connection of the same case took.
    pub(in crate::engine) fn after(mut self, earlier: Self) -> Self {
        self.took += earlier.took;
        self.waited += earlier.waited;
        self.boundaries.add(earlier.boundaries);
        self.unverified = self.unverified.or(earlier.unverified);
        self.unjudged = self.unjudged.or(earlier.unjudged);
        self.error_reply = self.error_reply.or(earlier.error_reply);
        self
    }

    /// A case that could not be judged, for this reason.
    pub(in crate::engine) fn not_judged(case: &Case, why: Unjudged) -> Self {
        Self {
            unjudged: Some(why),
            ..Self::new(case, Outcome::Passed)
        }
    }

    /// Drops what happened, and keeps what came of it.
    pub(in crate::engine) fn drop_log(&mut self) {
        self.log = EventLog::default();
        self.has_evidence = false;
        self.last_output = Vec::new();
    }

    /// Drops the evidence of a case that was played in a batch: it would differ a
    /// little in every run.
    pub(in crate::engine) fn drop_evidence(&mut self) {
        self.drop_log();
        self.process = None;
        self.boundaries = Boundaries::default();
    }

    /// Refers to a case that failed in the same way and was confirmed.
    pub(in crate::engine) fn refer_to(&mut self, tactic: &Tactic, outcome: &Outcome) {
        self.drop_evidence();
        if self.outcome.kinds() != outcome.kinds() {
            self.outcome = outcome.clone();
        }
        self.outcome.shorten(&format!("the same as under {tactic}"));
    }
}

/// Whether a case passed.
#[derive(Clone)]
pub(in crate::engine) enum Outcome {
    Passed,
    /// At least one finding; the first explains the others.
    Failed(Vec<ReportedFinding>),
    /// The machine did not let wirecheck judge.
    NotJudged(String),
}

impl Outcome {
    pub(in crate::engine) fn of(findings: Vec<ReportedFinding>) -> Self {
        if findings.is_empty() {
            Self::Passed
        } else {
            Self::Failed(findings)
        }
    }

    pub(in crate::engine) fn has_passed(&self) -> bool {
        matches!(self, Self::Passed)
    }

    pub(in crate::engine) fn findings(&self) -> &[ReportedFinding] {
        match self {
            Self::Failed(findings) => findings,
            Self::Passed | Self::NotJudged(_) => &[],
        }
    }

    /// What the findings are about; failures are grouped by it.
    pub(in crate::engine) fn kinds(&self) -> Vec<FindingKind> {
        self.findings().iter().map(|it| it.kind).collect()
    }

    /// Whether each finding is about something that did not come.
    pub(in crate::engine) fn is_silence(&self) -> bool {
        let findings = self.findings();
        !findings.is_empty() && findings.iter().all(|it| it.kind.depends_on_waiting())
    }

    /// Whether each finding is about a peer that runs on at the end.
    pub(in crate::engine) fn is_spinning_at_end(&self) -> bool {
        let findings = self.findings();
        !findings.is_empty() && findings.iter().all(|it| it.symptom.is_spinning_at_end())
    }

    /// What a user should see before it is confirmed.
    pub(in crate::engine) fn shown_at_once(&self) -> Option<&str> {
        let first = self.findings().first()?;
        (!self.is_silence()).then_some(first.finding.what.as_str())
    }

    /// Whether each finding is about something that a correct peer need not do.
    pub(in crate::engine) fn is_recommendation(&self) -> bool {
        let findings = self.findings();
        !findings.is_empty() && findings.iter().all(|it| it.kind.is_recommendation())
    }

    /// Why there was no connection, if there was none.
    pub(in crate::engine) fn unreachable(&self) -> Option<&str> {
        let mut findings = self.findings().iter();
        let it = findings
            .find(|it| matches!(it.kind, FindingKind::NotConnected | FindingKind::NotCalled))?;
        Some(&it.finding.what)
    }

    /// Keeps of each finding its kind, and says `what` of it.
    pub(in crate::engine) fn shorten(&mut self, what: &str) {
        if let Self::Failed(findings) = self {
            for it in findings {
                it.finding = record::FindingRecord {
                    kind: it.kind.as_str().to_owned(),
                    what: what.to_owned(),
                    died: it.finding.died.take(),
                    expected: None,
                    actual: None,
                    line: None,
                };
            }
        }
    }

    /// Adds a finding that explains the others.
    pub(in crate::engine) fn put_first(&mut self, first: ReportedFinding) {
        match self {
            Self::Failed(findings) => findings.insert(0, first),
            Self::Passed | Self::NotJudged(_) => *self = Self::Failed(vec![first]),
        }
    }
}
