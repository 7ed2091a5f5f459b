//! A case beside other connections.
//!
//! - One other connection at a time stops inside a message. A server with several workers
//!   passes: one client must not block all others, many may.
//! - Two connections send the same messages, a byte of one after a byte of the other, and both
//!   are judged.
//!
//! Some peers pause for reasons of their own. So what fails is compared before it is reported:
//! the same exchange, given as much time, must be served alone and not beside the other
//! connection, twice, with different times. It is blocked if it is served as soon as the other
//! one is closed.

use std::time::Instant;

use super::connection::{ClosedConnection as _, Connection};
use super::deliver::play_interleaved;
use super::result::{CaseResult, Outcome, Unjudged};
use super::several::OtherResults;
use super::{CasePlay, Conversation, PlayedExchange, not_connected, options};
use crate::engine::peer::NotConnected;
use crate::engine::wait::{Phase, Waiter};
use crate::judge::Finding;
use crate::tactic::StopPoint;
use crate::wire::link::Link;

/// How much time an exchange has that is compared with itself, as multiples of what is usual.
const COMPARED: [u32; 2] = [1, 3];

/// A connection that has stopped, until it is closed.
pub(in crate::engine) struct StoppedConnection<C> {
    link: Option<C>,
}

impl<C: Connection> StoppedConnection<C> {
    pub(in crate::engine) fn new(link: C) -> Self {
        Self { link: Some(link) }
    }

    pub(super) fn close(&mut self) {
        if let Some(link) = self.link.take() {
            // What it received is no part of the case.
            link.close().into_received();
        }
    }
}

/// What came of an exchange beside another connection, and alone.
enum Compared {
    Passed(CaseResult),
    FailsBesideOnly(CaseResult),
    /// Or it takes longer than usual.
    FailsAlone,
}

/// A way to play an exchange beside another connection.
type Beside<'b> = dyn Fn(&mut Waiter<'_>) -> CaseResult + 'b;

impl CasePlay<'_, '_> {
    /// Plays the exchange while another connection has stopped inside a message: at one place
    /// after the other, until it fails.
    pub(super) fn beside_stopped_connections(&self, waiter: &mut Waiter<'_>) -> CaseResult {
        let mut last = None;
        for point in self.context.script.stop_points() {
            let beside = |waiter: &mut Waiter<'_>| self.beside_stopped(waiter, point);
            let result = match self.compare(waiter, &beside) {
                Compared::Passed(result) => result,
                Compared::FailsBesideOnly(mut result) => {
                    self.put_cause_first(waiter.phase(), &stopped(point), &mut result);
                    return result;
                }
                // It takes its time: it gets all that the suite allows.
                Compared::FailsAlone => beside(waiter),
            };
            if !result.outcome.has_passed() {
                return result;
            }
            last = Some(result);
        }
        last.expect("a script has a place to stop")
    }

    /// Plays the exchange over two connections at the same time.
    pub(super) fn interleaved(&self, waiter: &mut Waiter<'_>) -> CaseResult {
        match self.compare(waiter, &|waiter| self.both(waiter)) {
            Compared::Passed(result) => result,
            Compared::FailsBesideOnly(mut result) => {
                self.put_cause_first(waiter.phase(), "sends the same", &mut result);
                result
            }
            Compared::FailsAlone => CaseResult {
                unjudged: Some(Unjudged::FailsAlone),
                ..CaseResult::new(&self.case.case, Outcome::Passed)
            },
        }
    }

    /// Plays the exchange beside another connection, and if it fails also alone: twice where a
    /// failure is about to be reported.
    fn compare(&self, waiter: &mut Waiter<'_>, beside: &Beside<'_>) -> Compared {
        let rounds = match waiter.phase() {
            Phase::Confirmation => &COMPARED[..],
            _ => &COMPARED[..1],
        };
        let mut failed = None;
        for times in rounds {
            let phase = Phase::Comparison { times: *times };
            let result = in_phase(phase, waiter, beside);
            if result.outcome.has_passed() {
                return Compared::Passed(result);
            }
            let alone = in_phase(phase, waiter, &|waiter| self.exchange(waiter, None));
            if !alone.outcome.has_passed() {
                return Compared::FailsAlone;
            }
            failed = Some(result);
        }
        Compared::FailsBesideOnly(failed.expect("there is a round"))
    }

    /// Plays the exchange while another connection has stopped at this point.
    fn beside_stopped(&self, waiter: &mut Waiter<'_>, point: StopPoint) -> CaseResult {
        let begun = Instant::now();
        let mut stopped = match self.stop_at(waiter, point) {
            Ok(link) => StoppedConnection::new(link),
            Err(missing) => return not_connected(self.context, self.case, missing, begun),
        };
        let result = self.exchange(waiter, Some(&mut stopped));
        stopped.close();
        result
    }

    /// A connection that has stopped at this point.
    fn stop_at(&self, waiter: &mut Waiter<'_>, point: StopPoint) -> Result<Link, NotConnected> {
        let context = self.context;
        let link = self.connect(&options(context), waiter)?.link;
        let delivery = point.delivery();
        let assignment = context.assignment(&delivery);
        let unique = context.next_unique(self.case);
        let expectations = assignment.expectations(context.bindings(&unique));
        let conversation = Conversation::new(&assignment, link, expectations, waiter);
        Ok(conversation.stop_after_delivery())
    }

    /// Plays the exchange over two connections, a chunk of one after a chunk of the other.
    fn both(&self, waiter: &mut Waiter<'_>) -> CaseResult {
        let context = self.context;
        let begun = Instant::now();
        let printed_before = self.target.output_position();
        let options = options(context);
        let connected = [(); 2].map(|()| self.connect(&options, waiter));
        let [first, second] = match connected {
            [Ok(first), Ok(second)] => [first.link, second.link],
            [Err(missing), _] | [_, Err(missing)] => {
                return not_connected(context, self.case, missing, begun);
            }
        };
        let assignment = context.assignment(&self.case.case.delivery);
        let uniques = [(); 2].map(|()| context.next_unique(self.case));
        let [one, other] = uniques
            .each_ref()
            .map(|unique| assignment.expectations(context.bindings(unique)));
        let mut for_second = waiter.another(self.target.watch());
        let interleaved = play_interleaved([
            Conversation::new(&assignment, first, one, waiter),
            Conversation::new(&assignment, second, other, &mut for_second),
        ]);
        let played = interleaved.transcripts.into_iter().zip(uniques);
        let mut results: Vec<_> = played
            .map(|(transcript, unique)| {
                let played = PlayedExchange {
                    case: &self.case.case,
                    assignment: &assignment,
                    transcript,
                    unique,
                    begun,
                    waited: Default::default(),
                    printed_before,
                    others: OtherResults::default(),
                };
                self.judge(played, None, waiter).result
            })
            .collect();
        let mut in_order = interleaved.wrong.into_iter().chain(0..results.len());
        let failed = in_order.find(|index| !results[*index].outcome.has_passed());
        results.swap_remove(failed.unwrap_or(0))
    }

    /// Puts before the findings of a case what it means that it passes alone, where that was
    /// seen.
    fn put_cause_first(&self, phase: Phase, stopped: &str, failed: &mut CaseResult) {
        if phase != Phase::Confirmation || failed.outcome.findings().is_empty() {
            return;
        }
        let finding = match failed.blocked_for {
            Some(least) if failed.outcome.is_silence() => Finding::BlockedByNeighbour {
                stopped: stopped.to_owned(),
                least,
            },
            _ if failed.has_others_value => Finding::CrossTalk,
            _ => Finding::Interference,
        };
        failed
            .outcome
            .put_first(self.context.describe_peer(&finding));
    }
}

/// Plays in another phase than the waiter is in.
fn in_phase(phase: Phase, waiter: &mut Waiter<'_>, play: &Beside<'_>) -> CaseResult {
    let before = waiter.phase();
    waiter.set_phase(phase);
    let result = play(waiter);
    waiter.set_phase(before);
    result
}

/// What another connection does, as a clause.
fn stopped(point: StopPoint) -> String {
    let region = match point.inside {
        None => return "is open and sends nothing".to_owned(),
        Some(region) => region.name(),
    };
    format!(
        "has stopped in the {region} of a message, {} after its start",
        wirecheck_report::notation::counted(point.at.get() as u64, "byte")
    )
}
