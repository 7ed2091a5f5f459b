//! One case: connect, play, judge.
//!
//! [`play`] gets a connection to the peer, lets a [`Conversation`] play wirecheck's side
//! under the case's delivery, and gives the transcript to the judge. It changes nothing
//! that other cases use: what the case showed is in its [`CaseResult`].

mod after_close;
mod close;
mod connection;
mod context;
mod conversation;
mod deliver;
mod describe;
mod event_log;
mod hold;
mod outgoing;
mod result;
#[cfg(test)]
mod scripted;
mod shown;
#[cfg(test)]
mod tests;
mod transcript;
mod waits;

pub(super) use context::Learnt;
pub(super) use context::{NumberedCase, ScenarioContext, UniqueFor, UniqueValues};
pub(super) use conversation::{Assignment, Conversation};
pub(super) use describe::ReportedFinding;
pub(super) use result::{CaseResult, Outcome, Unjudged};
pub(super) use transcript::{Boundaries, Transcript};

use std::time::Instant;

use super::peer::{ClientEnd, LaunchedClient, NoConnection, NotConnected, PeerConnection, Target};
use super::wait::{Phase, Waiter};
use crate::judge::{
    ExpectedSteps, ExtraAnswers, Finding, ProcessRun, StepOwner, TruncationDoubt, allowed_reply,
    connects_again, judge_connection, judge_process, may_be_printed_unseen,
};
use crate::tactic::DeliveryEnd;
use crate::wire::link::LinkOptions;
use context::completeness;
use hold::{ConnectionTask, PlayedConnection};

/// Plays a case and judges it.
pub(super) fn play(
    context: &ScenarioContext<'_>,
    case: &NumberedCase,
    target: &Target,
    waiter: &mut Waiter<'_>,
) -> CaseResult {
    let delivery = &case.case.delivery;
    let mut play = |task: ConnectionTask<'_>| play_connection(context, task, target, waiter);
    if delivery.end() == DeliveryEnd::Hold {
        return hold::play(case, context.planned.plan.at_once(delivery), play);
    }
    play(ConnectionTask::of(case)).result
}

/// Plays a case on one connection and judges it.
fn play_connection(
    context: &ScenarioContext<'_>,
    task: ConnectionTask<'_>,
    target: &Target,
    waiter: &mut Waiter<'_>,
) -> PlayedConnection {
    let case = task.case;
    let begun = Instant::now();
    let printed_before = target.output_position();
    let output = context.watches_output().then(|| target.output_watch());
    let connection = target.connect(&options(context), waiter, context.limits().reply);
    let connection = match connection {
        Ok(connection) => connection,
        Err(missing) => {
            return PlayedConnection {
                result: not_connected(context, case, missing, begun),
                answered: 0,
                answers_end: false,
            };
        }
    };
    if target.is_new_each_time() && waiter.phase() == Phase::Batch {
        target.start_ahead();
    }
    let PeerConnection {
        link,
        client,
        waited,
    } = connection;
    let mut assignment = context.assignment(&case.case.delivery);
    assignment.expected = assignment.expected.up_to(task.also_expected);
    let unique = context.next_unique(case);
    let expectations = assignment.expectations(context.bindings(&unique));
    let mut transcript = Conversation::new(&assignment, link, expectations, waiter)
        .watching(output.flatten())
        .seeking(task.early_answers)
        .play();
    transcript.forget_early_answers(&context.learnt.unawaited_steps);
    let finding = judge_connection(
        &transcript.expectations,
        assignment.expected,
        &transcript.observations,
    );
    let mut findings: Vec<Finding> = finding.into_iter().collect();
    let client_end = client.map(|client| {
        let ending = ClientEnding {
            context,
            assignment: &assignment,
            transcript: &transcript,
        };
        ending.judge(client, waiter, &mut findings)
    });
    let has_others_value = !findings.is_empty()
        && context
            .unique
            .shows_another(transcript.log.received(), &unique);
    let describe = |finding| context.describe(finding, &transcript.expectations);
    let outcome = match &transcript.unsendable {
        Some(unsendable) if findings.is_empty() => Outcome::NotJudged(unsendable.to_string()),
        _ => Outcome::of(findings.iter().map(describe).collect()),
    };
    // Two connections that are held get the same answers, whatever these mean.
    let is_truncated = assignment.delivery.end() != DeliveryEnd::Hold;
    let unjudged = truncation_doubt(assignment.expected, client_end.as_ref());
    let unjudged = unjudged.filter(|_| is_truncated);
    let is_unseen = |end: &ClientEnd| {
        may_be_printed_unseen(&transcript.expectations, assignment.expected, &end.outcome)
    };
    let output_unseen = transcript.output_overran || client_end.as_ref().is_some_and(is_unseen);
    let unjudged = if output_unseen {
        Some(Unjudged::Output)
    } else {
        unjudged.map(Unjudged::Truncation)
    };
    let error_reply = allowed_reply(&transcript.expectations, assignment.expected);
    let (process, last_output) = match client_end {
        Some(end) => (Some(end.outcome), end.last_output),
        None if outcome.has_passed() => (None, Vec::new()),
        None => (None, target.last_output(printed_before)),
    };
    let answered = transcript.expectations.answered();
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
        unjudged,
        error_reply: error_reply.map(<[u8]>::to_vec),
        has_others_value,
        ..CaseResult::new(&case.case, outcome)
    };
    PlayedConnection {
        result,
        answered,
        answers_end: transcript.answers_end,
    }
}

/// Why it is not judged what the peer makes of a truncated message. A program that was
/// started for the case is judged by what it prints, others by what they reply.
fn truncation_doubt(
    expected: ExpectedSteps<'_>,
    program: Option<&ClientEnd>,
) -> Option<TruncationDoubt> {
    match (program, expected.truncated, expected.extra_answers) {
        (Some(_), truncated, _) => {
            let is_raw = truncated.is_some_and(|it| !it.is_framed);
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
