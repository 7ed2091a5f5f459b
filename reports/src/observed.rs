//! What a peer answered: what implementations are compared by.
//!
//! Doc comments on these types become descriptions in the JSON Schema of the record.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the peer answered under some deliveries, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ObservedAnswers {
    /// The tactics of these deliveries: `whole`, `header:negative`.
    pub tactics: Vec<String>,
    /// The answers, in order: the first ones, if there are many. Interim answers of HTTP are left
    /// out.
    pub answers: Vec<ObservedAnswer>,
    /// How the peer ended the connection.
    pub end: ObservedEnd,
    /// How the program exited that was started for one case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<String>,
    /// Why it is not compared with what others answer. None: it is compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_compared: Option<NotCompared>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ObservedAnswer {
    /// Whether it is what the exchange expects of a valid message.
    pub expected: bool,
    /// The status of an answer of HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The content as text, bounded: the body of an answer of HTTP, an unexpected answer as a
    /// whole. None: it is not kept, or differs each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// How a peer ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ObservedEnd {
    /// It closed its side.
    Closed,
    /// It reset the connection.
    Reset,
    /// It kept the connection open, or an answer was waited for to the limit.
    Open,
    /// Its process ended.
    Died,
    /// wirecheck ended the connection first.
    NotSeen,
}

/// Why answers are not compared with those of another peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NotCompared {
    /// Two plays had different results.
    Varies,
    /// The answer comes as soon as the peer has the head of the message: what is malformed behind
    /// it need not be noticed.
    HeadAlone,
}

impl ObservedAnswers {
    /// Whether they are equal but for the tactics.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let Self {
            tactics: _,
            answers,
            end,
            exit,
            not_compared,
        } = self;
        *answers == other.answers
            && *end == other.end
            && *exit == other.exit
            && *not_compared == other.not_compared
    }

    /// What two plays of one delivery have in common. Contents that differ are left out: they may
    /// have a time in them.
    #[must_use]
    pub fn in_common(mut self, other: &Self) -> Self {
        let has_varied = self.answers.len() != other.answers.len()
            || self.exit != other.exit
            || self.end.is_end() != other.end.is_end();
        let mut varies = has_varied;
        for (mine, theirs) in self.answers.iter_mut().zip(&other.answers) {
            varies |= (mine.expected, mine.status) != (theirs.expected, theirs.status);
            if mine.content != theirs.content {
                mine.content = None;
            }
        }
        if self.end != other.end && !varies {
            // A reset instead of a FIN depends on what has arrived when the peer closes.
            self.end = ObservedEnd::Closed;
        }
        if varies {
            self.not_compared = Some(NotCompared::Varies);
        }
        self
    }
}

impl ObservedEnd {
    /// Whether the peer ended the connection. A FIN and a reset may be a matter of time.
    #[must_use]
    pub const fn is_end(self) -> Option<bool> {
        match self {
            Self::Closed | Self::Reset | Self::Died => Some(true),
            Self::Open => Some(false),
            Self::NotSeen => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(statuses: &[u16], content: &str, end: ObservedEnd) -> ObservedAnswers {
        let answer = |status: &u16| ObservedAnswer {
            expected: *status == 200,
            status: Some(*status),
            content: Some(content.to_owned()),
        };
        ObservedAnswers {
            tactics: vec!["whole".to_owned()],
            answers: statuses.iter().map(answer).collect(),
            end,
            exit: None,
            not_compared: None,
        }
    }

    #[test]
    fn two_equal_plays_have_all_in_common() {
        let play = observed(&[200], "a", ObservedEnd::Closed);
        assert_eq!(play.clone().in_common(&play), play);
    }

    #[test]
    fn a_content_that_differs_each_time_is_left_out() {
        let play = |content| observed(&[200], content, ObservedEnd::Closed);
        let common = play("10:00").in_common(&play("10:01"));
        assert_eq!(common.answers[0].content, None);
        assert_eq!(common.not_compared, None);
    }

    #[test]
    fn a_reset_in_place_of_a_fin_is_no_other_answer() {
        let play = |end| observed(&[400], "", end);
        let common = play(ObservedEnd::Reset).in_common(&play(ObservedEnd::Closed));
        assert_eq!(
            (common.end, common.not_compared),
            (ObservedEnd::Closed, None)
        );
    }

    #[test]
    fn another_status_number_of_answers_or_silence_is_not_compared() {
        let first = observed(&[200], "", ObservedEnd::Closed);
        for second in [
            observed(&[400], "", ObservedEnd::Closed),
            observed(&[], "", ObservedEnd::Closed),
            observed(&[200], "", ObservedEnd::Open),
        ] {
            let common = first.clone().in_common(&second);
            assert_eq!(common.not_compared, Some(NotCompared::Varies));
        }
    }
}
