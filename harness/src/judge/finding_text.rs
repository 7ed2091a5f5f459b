//! Findings as one line of text, for reports.

use std::fmt::{self, Display, Formatter};

use wirecheck_report::notation::counted;

use super::expected_steps::Damage;
use super::finding::{Finding, PeerClose, SilenceProof, StepOwner, UnreadState};
use super::malformed::MemoryLimit;

impl Display for Finding {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConnected { why } => f.write_str(why),
            Self::NotCalled { why } => write!(f, "the client never connected: {why}"),
            Self::NotRead { why } => write!(f, "the peer did not read: {why}"),
            Self::NoAnswer { proof, partial, .. } => no_answer(*proof, partial.len(), f),
            Self::WrongAnswer { refusal, .. } => write!(f, "wrong answer: {refusal}"),
            Self::MalformedAnswer { why, .. } => write!(f, "malformed answer: {why}"),
            Self::CutShort { at, .. } => write!(f, "truncated answer: {at}"),
            Self::EarlyAnswer { .. } => {
                f.write_str("the answer came before the whole message was sent")
            }
            Self::Surplus { .. } => f.write_str("unexpected extra answer"),
            Self::EndedEarly { owner, how, .. } => match owner {
                StepOwner::Peer => write!(f, "the peer {how} before it answered"),
                StepOwner::Wirecheck => {
                    write!(f, "the peer {how} before reading everything that was sent")
                }
            },
            Self::NotPrinted { .. } => f.write_str("the peer did not print the expected text"),
            Self::StaysOpen { proof, seen } => write!(f, "the peer did not close {proof}: {seen}"),
            Self::Spins => {
                f.write_str("the connection is over, and the peer keeps a processor busy")
            }
            Self::WrongClose { how, .. } => {
                write!(f, "the peer {how}, which the exchange does not allow")
            }
            Self::Died { how } => write!(f, "the peer's process ended: {how}"),
            Self::PrintsOther { .. } => {
                f.write_str("the peer prints another text than in the baseline")
            }
            Self::WrongExit {
                step: Some(_),
                expected,
                actual,
            } => write!(f, "the peer ended with {actual}, expected {expected}"),
            Self::WrongExit {
                expected, actual, ..
            } => write!(
                f,
                "the peer ended with {actual}; in the baseline it ends with {expected}"
            ),
            Self::PrintsTruncated { .. } => f.write_str(
                "the stream ended inside a message, and the peer printed it as if it were whole",
            ),
            Self::AcceptsMalformed { rule, .. } => {
                f.write_str(
                    "a message came with a malformed header, and the peer answered it as a valid one",
                )?;
                cite(f, *rule)
            }
            Self::PrintsMalformed { rule, .. } => {
                f.write_str(
                    "a message came with a malformed header, and the peer printed it as a valid one",
                )?;
                cite(f, *rule)
            }
            Self::MemoryGrows { limit, growth } => {
                let [grown, read] = [growth.grown, growth.read].map(|bytes| bytes >> 20);
                match limit {
                    MemoryLimit::Declared => write!(
                        f,
                        "the peer's memory grew by {grown} MiB for the length that a header declares"
                    ),
                    MemoryLimit::Endless => write!(
                        f,
                        "the peer's memory grew by {grown} MiB for {read} MiB without an end"
                    ),
                    MemoryLimit::Exchange(most) => write!(
                        f,
                        "the peer's memory grew by {grown} MiB; `limits.memory_bytes` allows {} MiB",
                        most >> 20
                    ),
                }
            }
            Self::ExitsAsWhole { exit, damage, .. } => {
                let what = match damage {
                    Damage::Truncated { .. } => "the stream ended inside a message",
                    Damage::MalformedHeader { .. } => "a message came with a malformed header",
                };
                write!(
                    f,
                    "{what}, and the peer ended as after a whole exchange: {exit}"
                )
            }
            Self::RunsOn { proof } => {
                write!(
                    f,
                    "the connection is over and the peer did not exit {proof}"
                )
            }
            Self::ConnectsAgain { times: 1 } => f.write_str("the peer connected again"),
            Self::ConnectsAgain { times } => write!(f, "the peer connected {times} more times"),
            Self::Leaks { what } => write!(f, "the peer leaks: {what}"),
            Self::NextNotServed { why } => write!(f, "the next connection was not served: {why}"),
            Self::StopsServing { connection, why } => write!(
                f,
                "a fresh peer does not serve connection {connection}, whatever is sent: {why}"
            ),
            Self::BlockedByNeighbour { stopped, least } => write!(
                f,
                "not served for over {} ms while another connection {stopped}; served when that one was closed",
                rounded_down(least.as_millis())
            ),
            Self::FailsVaried {
                what,
                under: Some(tactic),
                why,
            } => write!(
                f,
                "with {what}, the exchange passes uncut but fails under {tactic}: {why}"
            ),
            Self::FailsVaried { what, why, .. } => {
                write!(f, "with {what}, the exchange fails uncut: {why}")
            }
            Self::Interference => {
                f.write_str("passes alone, and fails again beside other connections")
            }
            Self::CrossTalk => f.write_str(
                "passes alone; beside other connections it receives what was sent on one of them",
            ),
        }
    }
}

fn cite(f: &mut Formatter<'_>, rule: Option<&'static str>) -> fmt::Result {
    match rule {
        Some(rule) => write!(f, " ({rule})"),
        None => Ok(()),
    }
}

/// The first digit: two runs should say the same.
fn rounded_down(number: u128) -> u128 {
    let magnitude = 10_u128.pow(number.checked_ilog10().unwrap_or(0));
    number / magnitude * magnitude
}

fn no_answer(proof: SilenceProof, arrived: usize, f: &mut Formatter<'_>) -> fmt::Result {
    match arrived {
        0 => f.write_str("no answer ")?,
        _ => write!(
            f,
            "incomplete answer of {} ",
            counted(arrived as u64, "byte")
        )?,
    }
    match proof {
        SilenceProof::Idle(_) => f.write_str("(it has read everything and is idle)"),
        _ => proof.fmt(f),
    }
}

impl Display for PeerClose {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fin => "closed",
            Self::Reset => "reset the connection",
            Self::Broken => "broke the connection",
        })
    }
}

impl Display for UnreadState {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverAccepted => f.write_str("it never accepted the connection"),
            Self::Bytes(1) => f.write_str("1 byte is unread in its socket"),
            Self::Bytes(count) => write!(f, "{count} bytes are unread in its socket"),
            Self::Gone => f.write_str("its socket is gone"),
            Self::ReplyLimit => f.write_str(
                "it has sent as many bytes as are kept (`limits.reply_bytes`), and the rest was \
                 not taken",
            ),
        }
    }
}

impl Display for SilenceProof {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Idle(_) => f.write_str("(it is idle)"),
            Self::Spinning(_) => f.write_str("(it keeps a processor busy)"),
            Self::TimeLimit(limit) => write!(f, "within {limit:?}"),
            Self::ReplyLimit => {
                f.write_str("within the bytes that are kept (`limits.reply_bytes`)")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_missing_answer_is_reported_with_what_arrived_and_why_the_wait_ended() {
        let text = |proof, partial: &[u8]| {
            let partial = partial.to_vec();
            let step = 1;
            Finding::NoAnswer {
                step,
                proof,
                partial,
            }
            .to_string()
        };
        let limit = SilenceProof::TimeLimit(Duration::from_secs(5));
        assert_eq!(text(limit, b""), "no answer within 5s");
        assert_eq!(
            text(SilenceProof::Idle(Duration::ZERO), b""),
            "no answer (it has read everything and is idle)"
        );
        assert_eq!(
            text(SilenceProof::ReplyLimit, b"ok?"),
            "incomplete answer of 3 bytes within the bytes that are kept (`limits.reply_bytes`)"
        );
    }
}
