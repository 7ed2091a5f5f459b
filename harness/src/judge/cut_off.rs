//! Judges a program whose stream ended inside a message, or in one with a malformed header.
//!
//! A correct program shows that the message was not valid: it prints nothing of it, or an
//! error, and exits with another code than after a whole exchange. What it prints before it
//! fails is not wrong. So a program is blamed only if it exits as in the baseline:
//!
//! - It must not print the message, or a part of it as a line of its own, as it does in the
//!   baseline.
//! - It should not exit so at all, if the message means anything to it.
//!
//! Whether a message means anything to it is seen in the baseline, which prints it, or in
//! the exchange, in which the program answers it. A program that ignores the last words of a
//! server may ignore that they are not whole.

use super::difference::lacks_one_stretch;
use super::expectations::Expectations;
use super::expected_steps::{Damage, DamagedMessage, is_sure_to_be_sent};
use super::finding::Finding;
use super::process::{BaselineBehavior, ProcessOutcome};

/// What is wrong with how the program ended, if it exited as in the baseline.
pub(super) fn taken_for_valid(
    expectations: &Expectations<'_>,
    damaged: DamagedMessage,
    outcome: &ProcessOutcome,
    baseline: &BaselineBehavior,
) -> Option<Finding> {
    let exit = outcome.end.exit()?;
    if baseline.exit() != Some(exit) || outcome.extra_connections > 0 {
        return None;
    }
    let whole = baseline.text_like(&outcome.printed);
    let DamagedMessage { step, damage, .. } = damaged;
    let message = MessageInOutput::of(expectations, step, &whole);
    let prints_the_same = baseline.prints(&outcome.printed);
    let reports_an_error = outcome.printed_errors && !baseline.prints_errors();
    let printed = if prints_the_same {
        message.is_printed_whole()
    } else {
        message.is_printed_in_part(&outcome.printed)
    };
    if printed && !reports_an_error {
        let actual = outcome.printed.clone();
        return Some(match damage {
            Damage::Truncated { .. } => Finding::PrintsTruncated { step, actual },
            Damage::MalformedHeader { rule, .. } => Finding::PrintsMalformed { step, actual, rule },
        });
    }
    let means_something = !prints_the_same || printed || is_answered(expectations, step);
    means_something.then_some(Finding::ExitsAsWhole { step, damage, exit })
}

/// Whether the exchange expects the program to answer our message.
fn is_answered(expectations: &Expectations<'_>, step: usize) -> bool {
    let ours = expectations.peer().other();
    let mut after = expectations.exchange()[step + 1..].iter();
    after
        .find(|step| is_sure_to_be_sent(step, ours))
        .is_some_and(|next| next.side == expectations.peer())
}

/// A message of ours, and the baseline's output, without regard to case.
struct MessageInOutput {
    payload: String,
    /// The payloads of our messages before it.
    earlier: Vec<String>,
    whole: String,
}

impl MessageInOutput {
    fn of(expectations: &Expectations<'_>, step: usize, whole: &[u8]) -> Self {
        let payload = |step| {
            let payload = expectations.content(step).unwrap_or_default();
            comparable(&payload).trim().to_owned()
        };
        let exchange = expectations.exchange();
        let ours = (0..step).filter(|it| exchange[*it].side != expectations.peer());
        Self {
            payload: payload(step),
            earlier: ours.map(payload).collect(),
            whole: comparable(whole),
        }
    }

    fn is_printed_whole(&self) -> bool {
        let earlier = self.earlier.iter();
        let same = earlier.filter(|it| it.contains(&self.payload)).count();
        let is_there = !self.payload.is_empty() && self.whole.matches(&self.payload).count() > same;
        is_there || self.whole.lines().any(|line| self.is_origin_of(line))
    }

    /// Whether the first line that differs from the baseline has a part of what the
    /// message says there, and nothing else follows.
    fn is_printed_in_part(&self, printed: &[u8]) -> bool {
        let printed = comparable(printed);
        let mut lines = self.whole.lines();
        let mut printed = printed.lines();
        let Some((whole, part)) = lines.by_ref().zip(printed.by_ref()).find(|(a, b)| a != b) else {
            return false;
        };
        let part = part.trim_end_matches('\u{fffd}').trim();
        let rest_is_as_usual = printed.all(|line| lines.next() == Some(line));
        !part.is_empty()
            && lacks_one_stretch(part.as_bytes(), whole.trim().as_bytes())
            && rest_is_as_usual
            && (self.is_origin_of(whole)
                || !self.payload.is_empty() && whole.contains(&self.payload))
    }

    /// Whether a line of output says what is in this message and in no earlier one.
    fn is_origin_of(&self, line: &str) -> bool {
        let line = line.trim();
        line.len() > 1
            && self.payload.contains(line)
            && !self.earlier.iter().any(|it| it.contains(line))
    }
}

fn comparable(text: &[u8]) -> String {
    String::from_utf8_lossy(text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{
        Completeness, FindingKind, PlayedSide, ProcessEnd, ProcessRun, expected_steps,
        judge_process,
    };
    use crate::peer::ExitStatus;
    use crate::scenario::{Bindings, NoAttachments, Side, parse};
    use crate::tactic::Script;

    const LINE: &str = "framing = 'line'";
    const TRANSFER: &str =
        "{ server = 'transfer 100' }, { client.prints = 'transfer 100' }, { client.exits = 0 }";

    fn exits(printed: &str, code: i32) -> ProcessOutcome {
        ProcessOutcome {
            printed: printed.as_bytes().to_vec(),
            not_kept: 0,
            printed_errors: false,
            end: ProcessEnd::Exited(ExitStatus::Code(code)),
            extra_connections: 0,
        }
    }

    /// A client that the baseline shows to print `whole` and to exit with 0.
    struct Client<'t> {
        framing: &'t str,
        exchange: &'t str,
        whole: &'t str,
    }

    const LINE_CLIENT: Client<'static> = Client {
        framing: LINE,
        exchange: TRANSFER,
        whole: "transfer 100\n",
    };

    impl Client<'_> {
        fn judge(&self, delivery: &str, outcome: &ProcessOutcome) -> Option<FindingKind> {
            let Self {
                framing, exchange, ..
            } = self;
            let text =
                format!("title = 'T'\n{framing}\n[[scenario]]\nid = 's'\nexchange = [{exchange}]");
            let suite = parse("t.toml", &text, &NoAttachments).expect("a valid suite");
            let scenario = &suite.scenarios()[0];
            let script = Script::of(scenario, Side::Server);
            let played = PlayedSide {
                scenario,
                side: Side::Server,
                script: &script,
            };
            let expected = expected_steps(&played, &delivery.parse().expect("a delivery"));
            let expectations = Expectations::new(scenario, Side::Client, Bindings::example());
            let baseline = BaselineBehavior::of(&exits(self.whole, 0));
            let run = ProcessRun {
                outcome,
                received: Completeness::CutOff,
                baseline: Some(&baseline),
            };
            let found = judge_process(&expectations, expected, run);
            found.first().map(Finding::kind)
        }

        /// The client printed this and exited with 0.
        fn prints(&self, delivery: &str, printed: &str) -> Option<FindingKind> {
            self.judge(delivery, &exits(printed, 0))
        }
    }

    const WRONG: Option<FindingKind> = Some(FindingKind::PrintsTruncated);
    const SHOULD: Option<FindingKind> = Some(FindingKind::ExitsAsWhole);

    #[test]
    fn a_client_that_prints_a_truncated_message_and_exits_as_usual_is_wrong() {
        for end in ["fin", "half", "rst"] {
            let at = |bytes: usize| format!("{bytes} {end}");
            assert_eq!(LINE_CLIENT.prints(&at(11), "transfer 10\n"), WRONG);
            assert_eq!(LINE_CLIENT.prints(&at(11), "transfer 10"), WRONG);
            // Only the end of the line is missing.
            assert_eq!(LINE_CLIENT.prints(&at(12), "transfer 100\n"), WRONG);
        }
        let body = Client {
            framing: "framing = 'headers'",
            exchange: "{ client = 'get' }, { server = 'twenty-two bytes in all' }",
            whole: "twenty-two bytes in all\n",
        };
        assert_eq!(body.prints("25 half", "tw\n"), WRONG);
        let upper = Client {
            whole: "got TRANSFER 100!\n",
            ..LINE_CLIENT
        };
        assert_eq!(upper.prints("11 fin", "got TRANSFER 10!\n"), WRONG);
    }

    #[test]
    fn a_client_that_prints_a_message_with_a_malformed_header_is_wrong() {
        let client = Client {
            framing: "framing = 'headers'",
            exchange: "{ server = 'transfer 100' }",
            whole: "transfer 100\n",
        };
        // The length is `0xc`, then it is `012`.
        let (hex, with_a_zero) = ("@16..18=307863 35 half", "@16..18=303132 35 half");
        let malformed = Some(FindingKind::PrintsMalformed);
        assert_eq!(client.prints(hex, "transfer 100\n"), malformed);
        assert_eq!(client.prints(hex, "transfer\n"), malformed);
        assert_eq!(client.prints(hex, ""), SHOULD);
        assert_eq!(client.judge(hex, &exits("transfer 100\n", 1)), None);
        assert_eq!(client.prints(with_a_zero, "transfer 100\n"), None);
    }

    #[test]
    fn a_client_that_prints_a_body_without_its_last_chunk_is_wrong() {
        let client = Client {
            framing: "framing = 'http1'",
            exchange: "{ client.http = { method = 'GET' } }, \
                       { server.http = { status = 200, chunked = ['hel', 'lo all'] } }",
            whole: "hello all\n",
        };
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".len();
        let chunks = "3\r\nhel\r\n6\r\nlo all\r\n".len();
        let without_last = format!("{} fin", head + chunks);
        assert_eq!(client.prints(&without_last, "hello all\n"), WRONG);
        assert_eq!(client.prints(&without_last, ""), SHOULD);
        let in_the_first = format!("{} fin", head + 5);
        assert_eq!(client.prints(&in_the_first, "he\n"), WRONG);
    }

    #[test]
    fn a_client_that_fails_may_have_printed_what_came() {
        for printed in ["", "transfer 10", "transfer 10\n", "transfer 100\n"] {
            assert_eq!(LINE_CLIENT.judge("11 fin", &exits(printed, 1)), None);
        }
    }

    #[test]
    fn a_client_that_exits_as_usual_should_not() {
        let silent = LINE_CLIENT.prints("11 fin", "");
        assert_eq!(silent, SHOULD);
        let reported = LINE_CLIENT.prints("11 fin", "error: the server closed\n");
        assert_eq!(reported, SHOULD);
        let after_a_part = LINE_CLIENT.prints("11 fin", "transfer 10\nerror: closed\n");
        assert_eq!(after_a_part, SHOULD);
        let to_stderr = ProcessOutcome {
            printed_errors: true,
            ..exits("transfer 10\n", 0)
        };
        assert_eq!(LINE_CLIENT.judge("11 fin", &to_stderr), SHOULD);
    }

    #[test]
    fn lines_that_were_complete_may_be_printed() {
        let lines = Client {
            exchange: "{ server = 'first' }, { server = 'second' }, { client.prints = 'second' }",
            whole: "first\nsecond\n",
            ..LINE_CLIENT
        };
        assert_eq!(lines.prints("9 fin", "first\n"), SHOULD);
        assert_eq!(lines.prints("9 fin", "first\nsec\n"), WRONG);
        let one_message = Client {
            framing: "framing = { length = { type = 'u8' } }",
            exchange: "{ server = 'first\\nsecond\\n' }",
            whole: "first\nsecond\n",
        };
        assert_eq!(one_message.prints("10 fin", "first\n"), SHOULD);
        assert_eq!(one_message.prints("10 fin", "first\nsec"), WRONG);
        assert_eq!(one_message.judge("10 fin", &exits("first\nsec", 1)), None);
    }

    #[test]
    fn a_message_that_means_nothing_to_the_client_may_be_truncated() {
        let ignores_goodbye = Client {
            exchange: "{ server = 'data 1' }, { server = 'bye' }, { client.prints = 'data 1' }",
            whole: "data 1\n",
            ..LINE_CLIENT
        };
        assert_eq!(ignores_goodbye.prints("9 fin", "data 1\n"), None);
        assert_eq!(ignores_goodbye.prints("5 fin", "data\n"), WRONG);
        let same_twice = Client {
            exchange: "{ server = 'ok' }, { server = 'ok' }",
            whole: "ok\n",
            ..LINE_CLIENT
        };
        assert_eq!(same_twice.prints("5 fin", "ok\n"), None);
        // It counts the lines that are complete.
        let counts = Client {
            whole: "received 12 lines\n",
            ..LINE_CLIENT
        };
        assert_eq!(counts.prints("11 fin", "received 1 lines\n"), SHOULD);
    }

    #[test]
    fn an_end_between_messages_or_inside_raw_bytes_is_not_judged() {
        assert_eq!(LINE_CLIENT.prints("0 fin", "transfer 100\n"), None);
        let raw = Client {
            exchange: "{ server.raw = 'transfer 100\\n' }, { client.exits = 0 }",
            ..LINE_CLIENT
        };
        assert_eq!(raw.prints("11 fin", "transfer 10\n"), None);
    }

    #[test]
    fn a_client_that_connects_again_is_not_judged_by_its_output() {
        let again = ProcessOutcome {
            extra_connections: 1,
            ..exits("transfer 10\n", 0)
        };
        assert_eq!(LINE_CLIENT.judge("11 fin", &again), None);
    }
}
