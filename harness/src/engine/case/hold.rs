//! A `hold` case: two connections get the same bytes, and must get the same answers.

use std::cmp::Ordering;

use super::context::NumberedCase;
use super::late_answers::LateAnswers;
use super::result::CaseResult;
use crate::tactic::Delivery;

/// What is played on one connection of a case.
#[derive(Clone, Copy)]
pub(super) struct ConnectionTask<'c> {
    pub(super) case: &'c NumberedCase,
    /// The steps before this one are expected, whatever the delivery obliges the peer to.
    pub(super) also_expected: usize,
    pub(super) early_answers: EarlyAnswers,
    /// How many messages are waited for on each of the other connections of the exchange, after
    /// this one was cut off.
    pub(super) least_late: &'c [usize],
}

/// How an answer to a part of a message is found where the connection stays open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum EarlyAnswers {
    /// The peer is waited for until it is idle.
    Awaited,
    /// The same, unless the other cases would have to pause for it. Then it is only seen
    /// whether anything comes before the peer has read our end, or after.
    SoughtAtEnd,
}

/// What became of one connection of a case.
pub(super) struct PlayedConnection {
    pub(super) result: CaseResult,
    /// The step after that of the last answer.
    pub(super) answered: usize,
    /// Whether something came that may be an early answer, or an answer to our end.
    pub(super) answers_end: bool,
    /// What came on each of the other connections of the exchange after this one was cut off.
    pub(super) late: Vec<LateAnswers>,
}

impl<'c> ConnectionTask<'c> {
    pub(super) fn of(case: &'c NumberedCase) -> Self {
        Self {
            case,
            also_expected: 0,
            early_answers: EarlyAnswers::SoughtAtEnd,
            least_late: &[],
        }
    }
}

/// Plays `at_once` on a first connection, and the delivery of the case on a second one. Where
/// one of them got an answer that the other did not get, the other is played again and waited
/// for that answer. Whichever connection failed, the result is about the delivery of the case:
/// it needs both to fail again.
pub(super) fn play(
    case: &NumberedCase,
    at_once: Delivery,
    play: impl FnMut(ConnectionTask<'_>) -> PlayedConnection,
) -> CaseResult {
    CaseResult {
        delivery: case.case.delivery.clone(),
        ..play_connections(case, at_once, play)
    }
}

fn play_connections(
    case: &NumberedCase,
    at_once: Delivery,
    mut play: impl FnMut(ConnectionTask<'_>) -> PlayedConnection,
) -> CaseResult {
    let mut first_case = case.clone();
    first_case.case.delivery = at_once;
    let first = play_twice_in_doubt(ConnectionTask::of(&first_case), &mut play);
    if !first.result.outcome.has_passed() || first_case.case.delivery == case.case.delivery {
        return first.result;
    }
    let second = play_twice_in_doubt(ConnectionTask::of(case), &mut play);
    let lacks_answers = match first.answered.cmp(&second.answered) {
        _ if !second.result.outcome.has_passed() => None,
        Ordering::Equal => None,
        Ordering::Less => Some(&first_case),
        Ordering::Greater => Some(case),
    };
    let also_expected = first.answered.max(second.answered);
    let result = second.result.after(first.result);
    let Some(case) = lacks_answers else {
        return result;
    };
    let again = play(ConnectionTask {
        also_expected,
        ..ConnectionTask::of(case)
    });
    again.result.after(result)
}

/// Plays a connection again where something came of which it is unknown what it answers.
fn play_twice_in_doubt(
    task: ConnectionTask<'_>,
    play: &mut impl FnMut(ConnectionTask<'_>) -> PlayedConnection,
) -> PlayedConnection {
    let played = play(task);
    if !played.answers_end || !played.result.outcome.has_passed() {
        return played;
    }
    let again = play(ConnectionTask {
        early_answers: EarlyAnswers::Awaited,
        ..task
    });
    PlayedConnection {
        result: again.result.after(played.result),
        ..again
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::case::Outcome;
    use crate::tactic::Case;

    /// A peer that answers a delivery up to a step.
    struct Peer<'p> {
        answered: [(&'p str, usize); 2],
        /// It does so only on the first connection with this delivery.
        forgets: &'p str,
        /// It sends something at the end of a connection with this delivery.
        answers_end: &'p str,
    }

    const AT_ONCE: &str = "3 hold";
    const ONE_BY_ONE: &str = "1x3 hold";
    const CORRECT: Peer<'static> = Peer {
        answered: [(AT_ONCE, 2), (ONE_BY_ONE, 2)],
        forgets: "",
        answers_end: "",
    };

    impl Peer<'_> {
        /// The connections that are made, and whether the case passes.
        fn played(&self) -> (Vec<String>, bool) {
            let mut log = Vec::new();
            let result = self.logged(&mut log);
            (log, result.outcome.has_passed())
        }

        fn result(&self) -> CaseResult {
            self.logged(&mut Vec::new())
        }

        fn logged(&self, log: &mut Vec<String>) -> CaseResult {
            let delivery: Delivery = ONE_BY_ONE.parse().expect("a delivery");
            let tactic = "hold@3".parse().expect("a tactic");
            let case = NumberedCase::new(1, Case { tactic, delivery });
            let at_once = AT_ONCE.parse().expect("a delivery");
            play(&case, at_once, |task| self.play(task, log))
        }

        fn play(&self, task: ConnectionTask<'_>, log: &mut Vec<String>) -> PlayedConnection {
            let delivery = task.case.case.delivery.to_string();
            let fails = task.also_expected > 0 && self.forgets == delivery;
            let outcome = if fails {
                Outcome::NotJudged("no answer".to_owned())
            } else {
                Outcome::Passed
            };
            let answered = self.answered.iter().find(|(it, _)| *it == delivery);
            let answers_end = self.answers_end == delivery;
            log.push(match task.early_answers {
                EarlyAnswers::Awaited => format!("{delivery}, settled"),
                EarlyAnswers::SoughtAtEnd => delivery,
            });
            PlayedConnection {
                result: CaseResult::new(&task.case.case, outcome),
                answered: answered.map_or(0, |(_, step)| *step),
                answers_end,
                late: Vec::new(),
            }
        }
    }

    #[test]
    fn two_connections_with_the_same_answers_pass() {
        let (log, has_passed) = CORRECT.played();
        assert_eq!(log, [AT_ONCE, ONE_BY_ONE]);
        assert!(has_passed);
    }

    #[test]
    fn the_connection_with_fewer_answers_is_played_again_until_they_come() {
        let slow = Peer {
            answered: [(AT_ONCE, 0), (ONE_BY_ONE, 2)],
            ..CORRECT
        };
        let (log, has_passed) = slow.played();
        assert_eq!(log, [AT_ONCE, ONE_BY_ONE, AT_ONCE]);
        assert!(has_passed, "it was only slow");
        let withholds = Peer {
            forgets: AT_ONCE,
            ..slow
        };
        assert!(!withholds.played().1);
        let withholds = Peer {
            answered: [(AT_ONCE, 2), (ONE_BY_ONE, 0)],
            forgets: ONE_BY_ONE,
            ..CORRECT
        };
        let (log, has_passed) = withholds.played();
        assert_eq!(log, [AT_ONCE, ONE_BY_ONE, ONE_BY_ONE]);
        assert!(!has_passed);
    }

    #[test]
    fn a_failure_of_the_first_connection_is_about_the_delivery_of_both() {
        let withholds = Peer {
            answered: [(AT_ONCE, 0), (ONE_BY_ONE, 2)],
            forgets: AT_ONCE,
            ..CORRECT
        };
        assert_eq!(withholds.result().delivery.to_string(), ONE_BY_ONE);
    }

    #[test]
    fn a_connection_on_which_something_comes_at_the_end_is_played_again_and_settles() {
        let peer = Peer {
            answers_end: AT_ONCE,
            ..CORRECT
        };
        assert_eq!(peer.played().0, [AT_ONCE, "3 hold, settled", ONE_BY_ONE]);
    }
}
