//! Whether two peers answer the same bytes in different ways.

use super::DisagreementKind;
use crate::record::{ObservedAnswer, ObservedAnswers, ObservedEnd, ScenarioRecord};

const WHOLE: &str = "whole";
const JOINED: &str = "joined";

/// What a peer answered to one delivery, and to the uncut one.
pub(super) struct Peer<'a> {
    pub(super) answers: &'a ObservedAnswers,
    /// None if that is not known.
    uncut: Option<&'a ObservedAnswers>,
    /// A malformed message is the last one of its delivery.
    sends_all: SendsAll,
}

/// Whether a delivery has all messages of the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SendsAll {
    Yes,
    No,
}

impl<'a> Peer<'a> {
    pub(super) fn of(scenario: Option<&'a ScenarioRecord>, tactic: &str) -> Option<Self> {
        let observed = &scenario?.observed;
        let of_tactic = |wanted: &str| {
            let mut observed = observed.iter();
            observed.find(|it| it.tactics.iter().any(|it| it == wanted))
        };
        Some(Self {
            answers: of_tactic(tactic)?,
            uncut: of_tactic(WHOLE),
            sends_all: match tactic {
                WHOLE | JOINED => SendsAll::Yes,
                _ => SendsAll::No,
            },
        })
    }

    pub(super) fn is_compared(&self) -> bool {
        self.answers.not_compared.is_none()
    }

    /// Whether all answers are those to valid messages, and none is missing that came uncut.
    pub(super) fn is_as_uncut(&self) -> bool {
        let answers = &self.answers.answers;
        let has_all = match (self.sends_all, self.uncut) {
            (SendsAll::Yes, Some(uncut)) => answers.len() == uncut.answers.len(),
            _ => true,
        };
        !answers.is_empty() && answers.iter().all(|it| it.expected) && has_all
    }

    /// What the two disagree about; None if they do not.
    pub(super) fn difference(&self, other: &Self) -> Option<DisagreementKind> {
        let (mine, theirs) = (&self.answers.answers, &other.answers.answers);
        difference_of_answers(mine, theirs)
            .or_else(|| {
                let is_other =
                    self.dies() != other.dies() || self.exits_as_uncut() != other.exits_as_uncut();
                is_other.then_some(DisagreementKind::Process)
            })
            .or_else(|| self.difference_of_ends(other))
            .or_else(|| self.difference_of_contents(other))
    }

    fn dies(&self) -> bool {
        self.answers.end == ObservedEnd::Died
    }

    /// Also true if nobody knows how it exits.
    fn exits_as_uncut(&self) -> bool {
        let uncut = self.uncut.and_then(|it| it.exit.as_ref());
        match (&self.answers.exit, uncut) {
            (Some(exit), Some(uncut)) => exit == uncut,
            _ => true,
        }
    }

    fn difference_of_ends(&self, other: &Self) -> Option<DisagreementKind> {
        let (mine, theirs) = (self.answers.end.is_end()?, other.answers.end.is_end()?);
        (mine != theirs).then_some(DisagreementKind::End)
    }

    /// Contents are those of an application: only if the same one seems to run behind both peers,
    /// another content says that another message was read.
    fn difference_of_contents(&self, other: &Self) -> Option<DisagreementKind> {
        let (mine, theirs) = (contents(self.uncut?)?, contents(other.uncut?)?);
        if mine != theirs {
            return None;
        }
        let (mine, theirs) = (contents(self.answers)?, contents(other.answers)?);
        (mine != theirs).then_some(DisagreementKind::Content)
    }
}

/// The contents of the expected answers. None if one is not known.
fn contents(answers: &ObservedAnswers) -> Option<Vec<&str>> {
    let expected = answers.answers.iter().filter(|it| it.expected);
    expected.map(|it| it.content.as_deref()).collect()
}

fn difference_of_answers(
    mine: &[ObservedAnswer],
    theirs: &[ObservedAnswer],
) -> Option<DisagreementKind> {
    let mut pairs = mine.iter().zip(theirs);
    let different = pairs.find(|(one, other)| !is_alike(one, other));
    match different {
        Some((one, other)) if one.expected != other.expected => Some(DisagreementKind::Accepted),
        Some(_) => Some(DisagreementKind::Refusal),
        None if mine.len() == theirs.len() => None,
        None => {
            let longer = if mine.len() > theirs.len() {
                mine
            } else {
                theirs
            };
            let shorter = mine.len().min(theirs.len());
            Some(match (shorter, longer[shorter].expected) {
                (0, true) => DisagreementKind::Accepted,
                (0, false) => DisagreementKind::Silence,
                _ => DisagreementKind::Number,
            })
        }
    }
}

/// Refusals in words differ with each implementation; those with a status can be compared.
fn is_alike(one: &ObservedAnswer, other: &ObservedAnswer) -> bool {
    one.expected == other.expected && (one.expected || one.status == other.status)
}
