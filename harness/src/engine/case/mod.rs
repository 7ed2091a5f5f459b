//! One case: connect, play, judge.
//!
//! [`play`] gets a connection to the peer, lets a [`Conversation`] play wirecheck's side
//! under the case's delivery, and gives the transcript to the judge. It changes nothing
//! that other cases use: what the case showed is in its [`CaseResult`].

mod after_close;
mod before_accept;
mod churn;
mod close;
mod companions;
mod connection;
mod context;
mod conversation;
mod deliver;
mod describe;
mod event_log;
mod hold;
mod late_answers;
mod memory;
mod neighbours;
mod observed;
mod outgoing;
mod probe;
mod replies;
mod result;
#[cfg(test)]
mod scripted;
mod several;
mod shown;
mod slow_read;
#[cfg(test)]
mod tests;
mod transcript;
mod waits;

pub(super) use context::Learnt;
pub(super) use context::{NumberedCase, ScenarioContext, UniqueFor, UniqueValues};
pub(super) use conversation::{Assignment, Conversation};
pub(super) use describe::ReportedFinding;
pub(super) use probe::{ProbeTask, probe};
pub(super) use result::{CaseResult, NotCompared, NotSuspended, Outcome, Unjudged};
pub(super) use transcript::{Boundaries, Transcript};

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::peer::{ClientEnd, LaunchedClient, NoConnection, NotConnected, PeerConnection, Target};
use super::wait::{Phase, Waiter};
use crate::judge::{
    Completeness, ExpectedSteps, ExtraAnswers, Finding, ProcessRun, StepOwner, TruncationDoubt,
    allowed_reply, connects_again, judge_connection, judge_process, may_be_printed_unseen,
};
use crate::peer::OutputPosition;
use crate::tactic::{Case, DeliveryEnd, OtherConnections, Reading, TacticFamily};
use crate::wire::link::{Link, LinkOptions, ReadPace};
use context::completeness;
use hold::{ConnectionTask, PlayedConnection};
use neighbours::StoppedConnection;
use observed::SeenAnswers;
use several::{Opened, OtherResults, Together};

/// Plays a case and judges it.
pub(super) fn play(
    context: &ScenarioContext<'_>,
    case: &NumberedCase,
    target: &Target,
    waiter: &mut Waiter<'_>,
) -> CaseResult {
    let play = CasePlay {
        context,
        case,
        target,
        connections: Cell::new(0),
    };
    let delivery = &case.case.delivery;
    let result = match delivery.other_connections() {
        OtherConnections::Stalled => play.beside_stopped_connections(waiter),
        OtherConnections::Interleaved => play.interleaved(waiter),
        OtherConnections::Churned(connections) => play.after_churn(waiter, connections),
        OtherConnections::Alone if delivery.end() == DeliveryEnd::Hold => {
            let at_once = context.planned.plan.at_once(delivery);
            hold::play(case, at_once, |task| play.connection(task, waiter, None))
        }
        OtherConnections::Alone if delivery.end() == DeliveryEnd::ResetBeforeAccept => {
            play.before_accept(waiter)
        }
        OtherConnections::Alone if !context.others.is_empty() => play.beside_others(waiter),
        OtherConnections::Alone => play.exchange(waiter, None),
    };
    CaseResult {
        connections: play.connections.get(),
        ..result
    }
}

/// A case that is being played.
struct CasePlay<'c, 's> {
    context: &'c ScenarioContext<'s>,
    case: &'c NumberedCase,
    target: &'c Target,
    /// How many connections the peer was given.
    connections: Cell<u64>,
}

impl CasePlay<'_, '_> {
    /// Plays the exchange over a connection of its own, and judges it.
    fn exchange(
        &self,
        waiter: &mut Waiter<'_>,
        beside: Option<&mut StoppedConnection<Link>>,
    ) -> CaseResult {
        let task = ConnectionTask::of(self.case);
        self.connection(task, waiter, beside).result
    }

    /// Plays what the task says on a connection of its own, and judges it.
    fn connection(
        &self,
        task: ConnectionTask<'_>,
        waiter: &mut Waiter<'_>,
        beside: Option<&mut StoppedConnection<Link>>,
    ) -> PlayedConnection {
        let Self {
            context, target, ..
        } = *self;
        let case = task.case;
        let begun = Instant::now();
        let printed_before = target.output_position();
        let output = context.watches_output().then(|| target.output_watch());
        let options = LinkOptions {
            reading: match case.case.delivery.reading() {
                Reading::Eager => ReadPace::AsItArrives,
                Reading::Slow => ReadPace::Slow,
            },
            ..options(context)
        };
        let opened = match self.open(&options, waiter) {
            Ok(opened) => opened,
            Err(missing) => {
                return PlayedConnection {
                    result: not_connected(context, case, missing, begun),
                    answered: 0,
                    answers_end: false,
                    late: Vec::new(),
                };
            }
        };
        if target.is_new_each_time() && waiter.phase() == Phase::Batch {
            target.start_ahead();
        }
        let Opened {
            connection:
                PeerConnection {
                    link,
                    client,
                    waited,
                },
            others,
        } = opened;
        let mut assignment = context.assignment(&case.case.delivery);
        assignment.expected = assignment.expected.up_to(task.also_expected);
        let unique = context.next_unique(case);
        let together = Together {
            task,
            assignment: &assignment,
            bindings: context.bindings(&unique),
            output: output.flatten(),
        };
        let (transcript, others) = self.play_together(together, (link, others), waiter, beside);
        let until_pause = case.case.delivery.until_pause();
        if let Some(received) = until_pause.as_ref().filter(|_| transcript.gave_up) {
            assignment = context.assignment(received);
        }
        let played = PlayedExchange {
            case: &case.case,
            assignment: &assignment,
            transcript,
            unique,
            begun,
            waited,
            printed_before,
            others,
        };
        self.judge(played, client, waiter)
    }

    fn connect(
        &self,
        options: &LinkOptions,
        waiter: &mut Waiter<'_>,
    ) -> Result<PeerConnection, NotConnected> {
        self.connections.update(|made| made + 1);
        let limit = self.context.limits().reply;
        self.target.connect(options, waiter, limit)
    }

    /// Judges what was played, and how a client ends that was started for it alone.
    fn judge(
        &self,
        played: PlayedExchange<'_>,
        client: Option<LaunchedClient>,
        waiter: &mut Waiter<'_>,
    ) -> PlayedConnection {
        let context = self.context;
        let PlayedExchange {
            case,
            assignment,
            mut transcript,
            unique,
            begun,
            waited,
            printed_before,
            others,
        } = played;
        transcript.forget_early_answers(&context.learnt.unawaited_steps);
        let finding = judge_connection(
            &transcript.expectations,
            assignment.expected,
            &transcript.observations,
        );
        // A client of its own is judged by its exit, and others may use a server that is not ours.
        let finding = match client {
            None if self.target.is_ours() => finding.or_else(|| spins_after(assignment, waiter)),
            _ => finding,
        };
        let mut findings: Vec<Finding> = finding.into_iter().collect();
        let client_end = client.map(|client| {
            let ending = ClientEnding {
                context,
                assignment,
                transcript: &transcript,
            };
            ending.judge(client, waiter, &mut findings)
        });
        let reply_doubt = replies::take_doubtful(&mut findings, &transcript, assignment);
        // A message that is ignored may have any value.
        let ignores_messages = context
            .planned
            .scenario
            .ignores_messages_of(context.side.other());
        let has_others_value = !findings.is_empty()
            && !ignores_messages
            && context
                .unique
                .shows_another(transcript.log.received(), &unique);
        let describe = |finding| context.describe(finding, &transcript.expectations);
        let mut described: Vec<_> = findings.iter().map(describe).collect();
        described.extend(others.findings);
        let unsendable = transcript.unsendable.or(others.unsendable);
        let outcome = match unsendable {
            Some(unsendable) if described.is_empty() => Outcome::NotJudged(unsendable.to_string()),
            _ => Outcome::of(described),
        };
        transcript.log.set_others(others.logs);
        // Two connections that are held get the same answers, whatever these mean.
        let is_truncated = assignment.delivery.end() != DeliveryEnd::Hold;
        let doubt = truncation_doubt(assignment.expected, client_end.as_ref());
        let doubt = doubt.filter(|_| is_truncated);
        let is_unseen = |end: &ClientEnd| {
            may_be_printed_unseen(&transcript.expectations, assignment.expected, &end.outcome)
        };
        let output_unseen = transcript.output_overran || client_end.as_ref().is_some_and(is_unseen);
        let read_slowly = assignment.delivery.reading() == Reading::Slow;
        let memory_unseen =
            assignment.expected.memory.is_some() && transcript.observations.memory_growth.is_none();
        let unjudged = if output_unseen {
            Some(Unjudged::Output)
        } else if memory_unseen {
            Some(Unjudged::Memory)
        } else if read_slowly && !transcript.was_held_back {
            Some(Unjudged::ShortSend)
        } else if let Some(doubt) = reply_doubt {
            Some(Unjudged::Reply(doubt))
        } else {
            doubt.map(|doubt| match case.tactic.family() {
                TacticFamily::Header => Unjudged::MalformedHeader(doubt),
                _ => Unjudged::Truncation(doubt),
            })
        };
        let error_reply = allowed_reply(&transcript.expectations, assignment.expected);
        let (process, last_output) = match client_end {
            Some(end) => (Some(end.outcome), end.last_output),
            None if outcome.has_passed() => (None, Vec::new()),
            None => (None, self.target.last_output(printed_before)),
        };
        let answered = transcript.expectations.answered();
        let seen = SeenAnswers::of(&transcript.expectations, &transcript.observations, unique);
        let result = CaseResult {
            took: begun.elapsed(),
            waited,
            boundaries: transcript.boundaries,
            unverified: transcript.unverified,
            log: transcript.log,
            process,
            last_output,
            printed_before,
            unawaited_steps: transcript.observations.not_waited_for,
            answered,
            seen,
            values_of_baseline: outcome
                .has_passed()
                .then(|| transcript.expectations.bindings().of_baseline()),
            unjudged,
            error_reply: error_reply.map(<[u8]>::to_vec),
            has_others_value,
            blocked_for: transcript.blocked_for,
            ..CaseResult::new(case, outcome)
        };
        PlayedConnection {
            result,
            answered,
            answers_end: transcript.answers_end,
            late: others.late,
        }
    }
}

/// An exchange that was played, before it is judged.
struct PlayedExchange<'c> {
    case: &'c Case,
    assignment: &'c Assignment<'c>,
    transcript: Transcript<'c>,
    /// The value of `${unique}`.
    unique: String,
    begun: Instant,
    /// How long it took until the connection was there.
    waited: Duration,
    printed_before: OutputPosition,
    others: OtherResults,
}

/// Whether the peer keeps a processor busy after wirecheck has ended the connection early. The
/// kernel shows no socket of a connection that was reset: only the processes show what the peer
/// makes of it.
fn spins_after(assignment: &Assignment<'_>, waiter: &mut Waiter<'_>) -> Option<Finding> {
    match completeness(assignment.delivery) {
        Completeness::Complete => None,
        Completeness::CutOff => {
            let spins = waiter.sees_spinning(assignment.limits().close);
            spins.then_some(Finding::Spins)
        }
    }
}

/// Why it is not judged what the peer makes of a truncated message. A program that was
/// started for the case is judged by what it prints, others by what they reply.
fn truncation_doubt(
    expected: ExpectedSteps<'_>,
    program: Option<&ClientEnd>,
) -> Option<TruncationDoubt> {
    match (program, expected.damaged, expected.extra_answers) {
        (Some(_), damaged, _) => {
            let is_raw = damaged.is_some_and(|it| !it.is_framed);
            is_raw.then_some(TruncationDoubt::Raw)
        }
        (None, _, ExtraAnswers::NotJudged(doubt)) => Some(doubt),
        (None, ..) => None,
    }
}

fn options(context: &ScenarioContext<'_>) -> LinkOptions {
    LinkOptions {
        keep: context.limits().reply_bytes,
        pacer: context.pacer.clone(),
        read_proof: context.read_proof,
        ..LinkOptions::default()
    }
}

fn not_connected(
    context: &ScenarioContext<'_>,
    case: &NumberedCase,
    missing: NotConnected,
    begun: Instant,
) -> CaseResult {
    let failed = |finding| Outcome::Failed(vec![context.describe_peer(&finding)]);
    let outcome = match missing.why {
        NoConnection::Peer(why) => failed(Finding::NotConnected { why }),
        NoConnection::Silent(why) => failed(Finding::NotCalled { why }),
        NoConnection::Machine(why) => Outcome::NotJudged(why),
    };
    CaseResult {
        took: begun.elapsed(),
        last_output: missing.last_output,
        ..CaseResult::new(&case.case, outcome)
    }
}

/// What the end of a client is judged by that was started for one case alone.
struct ClientEnding<'c, 's> {
    context: &'c ScenarioContext<'s>,
    assignment: &'c Assignment<'c>,
    transcript: &'c Transcript<'c>,
}

impl ClientEnding<'_, '_> {
    /// Waits for the end of the client, unless it failed before, and judges what it did
    /// besides sending.
    fn judge(
        &self,
        client: LaunchedClient,
        waiter: &mut Waiter<'_>,
        findings: &mut Vec<Finding>,
    ) -> ClientEnd {
        match findings.first() {
            None if self.transcript.unsendable.is_some() => client.stop(),
            // What it prints explains more than that it left early, or how it closed.
            None
            | Some(
                Finding::EndedEarly {
                    owner: StepOwner::Wirecheck,
                    ..
                }
                | Finding::WrongClose { .. },
            ) => {
                let limit = self.assignment.limits().close;
                let end = client.await_exit(waiter, limit);
                let found = self.judge_process(&end);
                if !found.is_empty() {
                    *findings = found;
                }
                end
            }
            Some(first) => {
                let depends_on_waiting = first.kind().depends_on_waiting();
                let end = client.stop();
                if depends_on_waiting {
                    // It may be busy with another connection.
                    let received = completeness(self.assignment.delivery);
                    findings.splice(0..0, connects_again(&end.outcome, received));
                }
                end
            }
        }
    }

    fn judge_process(&self, end: &ClientEnd) -> Vec<Finding> {
        let baseline = self.context.learnt.process.as_ref();
        let run = ProcessRun {
            outcome: &end.outcome,
            received: completeness(self.assignment.delivery),
            baseline: baseline.map(|process| &process.behavior),
        };
        judge_process(&self.transcript.expectations, self.assignment.expected, run)
    }
}
