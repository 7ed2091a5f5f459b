//! The other connections of an exchange. They are delivered whole, step by step, in the order of
//! the exchange.

use std::collections::VecDeque;

use super::close::StepEnd;
use super::connection::Connection;
use super::conversation::{Assignment, Conversation, Next};
use super::deliver::{NextChunk, chunks};
use super::late_answers::{AwaitLate, LateAnswers};
use super::transcript::Transcript;
use crate::engine::selection::PlannedScenario;
use crate::engine::wait::WaitFor;
use crate::judge::{
    Expectations, ExpectedSteps, Finding, PlayedSide, expected_steps, judge_connection,
};
use crate::scenario::{Action, Scenario, Side, VariableName};
use crate::tactic::{CaseChoice, Delivery, Plan, Script, Tactic};

/// What wirecheck plays on another connection of an exchange.
#[derive(Debug)]
pub(in crate::engine) struct OtherConnection<'s> {
    scenario: &'s Scenario,
    side: Side,
    script: Script,
    delivery: Delivery,
}

impl<'s> OtherConnection<'s> {
    /// In the order in which they are opened.
    pub(super) fn all_of(planned: PlannedScenario<'s>, side: Side) -> Vec<Self> {
        let others = planned.scenario.others();
        let whole = |scenario| {
            let plan = Plan::of(planned.suite, scenario, side, &CaseChoice::default());
            let whole = plan.case(&Tactic::Whole).expect("each script can be sent");
            Self {
                scenario,
                side,
                script: Script::of(scenario, side),
                delivery: whole.delivery,
            }
        };
        others.map(whole).collect()
    }

    pub(super) fn assignment(&self) -> Assignment<'_> {
        let played = PlayedSide {
            scenario: self.scenario,
            side: self.side,
            script: &self.script,
        };
        Assignment {
            played,
            delivery: &self.delivery,
            expected: expected_steps(&played, &self.delivery),
        }
    }
}

/// What a conversation asks of the connections beside it.
pub(super) trait PlayOthers {
    /// Plays all of their steps that come before a place of the whole exchange. What they capture
    /// the conversation learns, and they learn what it has captured.
    fn play_before(&mut self, place: usize, known: &mut Expectations<'_>) -> Next;
}

/// Whether the exchange goes on after the connection that is cut has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    Played,
    /// Nobody knows what a peer does on these connections after the other one was cut off.
    Left,
}

impl Rest {
    /// What follows a connection that was played.
    pub(super) fn after(transcript: &Transcript<'_>, assignment: &Assignment<'_>) -> Self {
        let Transcript {
            expectations,
            observations,
            ..
        } = transcript;
        let expected = assignment.expected;
        let is_complete = expected.end >= assignment.exchange().len()
            && !transcript.gave_up
            && transcript.unsendable.is_none();
        if is_complete && judge_connection(expectations, expected, observations).is_none() {
            Self::Played
        } else {
            Self::Left
        }
    }
}

/// The other connections of an exchange.
pub(super) struct Companions<'s, 'w, 'p, C: Connection> {
    all: Vec<Companion<'s, 'w, 'p, C>>,
}

/// One of them.
struct Companion<'s, 'w, 'p, C: Connection> {
    scenario: &'s Scenario,
    captures: Vec<VariableName>,
    foreign: &'s [VariableName],
    chunks: VecDeque<NextChunk<'w>>,
    state: State<'s, 'w, 'p, C>,
}

enum State<'s, 'w, 'p, C: Connection> {
    Open(Box<Conversation<'s, 'w, 'p, C>>),
    Closed(Box<Transcript<'s>>),
    /// Something went wrong in this step.
    Failed(Box<Transcript<'s>>, usize),
}

/// What was seen on another connection.
pub(super) struct PlayedCompanion<'s> {
    pub(super) scenario: &'s Scenario,
    pub(super) transcript: Transcript<'s>,
    /// The steps before this one are judged. `None` if nothing is, as the rest was left out.
    judged: Option<usize>,
    pub(super) late: LateAnswers,
}

impl PlayedCompanion<'_> {
    /// What is wrong with the peer on this connection.
    pub(super) fn finding(&self, expected: ExpectedSteps<'_>) -> Option<Finding> {
        let end = expected.end.min(self.judged?);
        let expected = ExpectedSteps { end, ..expected };
        let Transcript {
            expectations,
            observations,
            ..
        } = &self.transcript;
        judge_connection(expectations, expected, observations)
    }
}

impl<'s, 'w, 'p, C: Connection> Companions<'s, 'w, 'p, C> {
    pub(super) fn new(opened: impl IntoIterator<Item = Conversation<'s, 'w, 'p, C>>) -> Self {
        let all = opened.into_iter().map(|conversation| {
            let assignment = conversation.assignment;
            let scenario = assignment.played.scenario;
            Companion {
                scenario,
                captures: scenario.captured_variables().collect(),
                foreign: scenario.foreign_variables(),
                chunks: chunks(assignment.delivery, assignment.played.script).collect(),
                state: State::Open(Box::new(conversation)),
            }
        });
        Self { all: all.collect() }
    }

    /// Ends all of them, in order. Where the rest is left out, `least_late` messages are waited for
    /// on each.
    pub(super) fn end(
        mut self,
        rest: Rest,
        least_late: &[usize],
        known: &mut Expectations<'_>,
    ) -> Vec<PlayedCompanion<'s>> {
        let rest = match rest {
            Rest::Played if self.play_before(usize::MAX, known) == Next::Continue => Rest::Played,
            _ => Rest::Left,
        };
        let least = least_late.iter().copied().chain(std::iter::repeat(0));
        let all = self.all.into_iter().zip(least);
        all.map(|(it, least)| it.end(rest, least)).collect()
    }
}

impl<C: Connection> PlayOthers for Companions<'_, '_, '_, C> {
    fn play_before(&mut self, place: usize, known: &mut Expectations<'_>) -> Next {
        loop {
            if self.all.iter().any(Companion::has_failed) {
                return Next::Stop;
            }
            let places = self.all.iter().map(Companion::next_place).enumerate();
            let next = places.min_by_key(|(_, place)| *place);
            let Some((index, _)) = next.filter(|(_, next)| *next < place) else {
                return Next::Continue;
            };
            let played = self.all.remove(index).play_step(known);
            self.all.insert(index, played);
        }
    }
}

impl<'s, C: Connection> Companion<'s, '_, '_, C> {
    /// The place of its next step in the whole exchange.
    fn next_place(&self) -> usize {
        match &self.state {
            State::Open(conversation) => self.scenario.place(conversation.step),
            State::Closed(_) | State::Failed(..) => usize::MAX,
        }
    }

    fn has_failed(&self) -> bool {
        matches!(&self.state, State::Failed(..))
    }

    /// Plays its next step.
    fn play_step(mut self, known: &mut Expectations<'_>) -> Self {
        let State::Open(mut conversation) = self.state else {
            return self;
        };
        let step = conversation.step;
        let expectations = &mut conversation.transcript.expectations;
        expectations.learn(self.foreign, known.bindings());
        let played = match &self.scenario.exchange()[step].action {
            Action::Close(_) => conversation.end_step(step),
            _ => match self.chunks.front() {
                Some(chunk) if conversation.begins_at(chunk, step) => {
                    let delivered = conversation.deliver_chunk(chunk);
                    self.chunks.pop_front();
                    delivered.into()
                }
                _ => StepEnd::GoesOn,
            },
        };
        self.state = match played {
            StepEnd::GoesOn if conversation.await_steps(step + 1) == Next::Continue => {
                let bindings = conversation.transcript.expectations.bindings();
                known.learn(&self.captures, bindings);
                State::Open(conversation)
            }
            StepEnd::GoesOn | StepEnd::Stops => {
                State::Failed(Box::new(conversation.finish()), step)
            }
            StepEnd::Closes => State::Closed(Box::new(conversation.close())),
            StepEnd::Resets => State::Closed(Box::new(conversation.reset())),
        };
        self
    }

    fn end(self, rest: Rest, least_late: usize) -> PlayedCompanion<'s> {
        let all = match rest {
            Rest::Played => Some(self.scenario.exchange().len()),
            Rest::Left => None,
        };
        let mut late = LateAnswers::default();
        let (transcript, judged) = match (self.state, rest) {
            (State::Open(conversation), Rest::Played) => (conversation.end_as_scripted(), all),
            (State::Open(mut conversation), Rest::Left) => {
                late = conversation.late_answers(least_late);
                (conversation.finish(), all)
            }
            (State::Closed(transcript), _) => (*transcript, all),
            (State::Failed(transcript, step), _) => (*transcript, Some(step + 1)),
        };
        PlayedCompanion {
            scenario: self.scenario,
            transcript,
            judged,
            late,
        }
    }
}

impl<C: Connection> Conversation<'_, '_, '_, C> {
    /// What comes after another connection was cut off, when the peer has nothing more to do.
    /// `least` messages are waited for.
    fn late_answers(&mut self, least: usize) -> LateAnswers {
        let pending = self.transcript.expectations.pending();
        let known = self.link.received().bytes().len().saturating_sub(pending);
        self.await_settled();
        // Where the peer cannot be seen nothing was read yet.
        _ = self.link.read_more(self.waiter.clock().now());
        let limit = self.assignment.limits().reply;
        let mut awaited = AwaitLate {
            scenario: self.assignment.played.scenario,
            step: self.step,
            link: &mut self.link,
            known,
            least,
        };
        self.waiter.wait(WaitFor::Answer, limit, &mut awaited);
        awaited.late()
    }
}
