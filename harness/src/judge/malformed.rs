//! The message of a delivery whose header is malformed, and what a correct reader may do
//! with it.

use super::expected_steps::{Damage, Noticed, PlayedSide};
use super::http::length_of_head;
use crate::framing::{MalformedKind, MalformedMessage, MessageEdit, Region, RegionKind, Response};
use crate::tactic::{Delivery, OutMessage};

/// A delivery in which a message has a malformed header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MalformedDelivery {
    /// Which of our messages, from 0.
    pub(super) message: usize,
    pub(super) damage: Damage,
    pub(super) response: Response,
    /// How much memory the peer may get for it.
    pub(super) memory: Option<MemoryLimit>,
}

impl MalformedDelivery {
    /// `None` if the delivery changes no header.
    pub(super) fn of(played: &PlayedSide<'_>, delivery: &Delivery) -> Option<Self> {
        let edit = delivery.edit()?;
        let mut spans = played.script.spans();
        let (message, span) = spans.find(|(_, span)| edit.range().start < span.end)?;
        let sent = &played.script.messages[message];
        let payload = sent.payload.as_ref()?;
        let start = span.start.get();
        let edit = MessageEdit {
            range: edit.range().start.get() - start..edit.range().end.get() - start,
            replacement: edit.replacement().clone(),
        };
        let is_this = |it: &MalformedMessage| it.edit == edit;
        let framing = played.scenario.framing(played.side, sent.step);
        let mut known = framing.malformed(payload).into_iter();
        let known = known.find(is_this);
        Some(Self {
            message,
            damage: Damage::MalformedHeader {
                payload: payload_bytes(&sent.regions),
                rule: known.as_ref().and_then(|it| it.rule),
                noticed: noticed(played, sent, &edit, known.as_ref()),
            },
            response: known.as_ref().map_or(Response::Refuse, |it| it.response),
            memory: known.and_then(|it| MemoryLimit::of(it.kind)),
        })
    }
}

/// Who must notice the malformed part. The head of a request may be valid, and only say that a
/// body comes that nobody could read.
fn noticed(
    played: &PlayedSide<'_>,
    sent: &OutMessage,
    edit: &MessageEdit,
    known: Option<&MalformedMessage>,
) -> Noticed {
    let Some(head) = length_of_head(played, sent) else {
        return Noticed::Always;
    };
    let is_of_body = known.is_some_and(|it| {
        matches!(
            it.kind,
            MalformedKind::TooLarge | MalformedKind::Overflow | MalformedKind::LengthAndChunked
        )
    });
    if is_of_body || edit.range.start >= head {
        Noticed::WithBody
    } else {
        Noticed::Always
    }
}

/// How many bytes of a message are its payload.
fn payload_bytes(regions: &[Region]) -> usize {
    let payload = regions.iter().filter(|it| it.kind == RegionKind::Payload);
    payload.map(|region| region.range.len()).sum()
}

/// Memory that a correct reader does not take: for a length that it refuses, for bytes
/// without an end, or more than its suite allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryLimit {
    /// The header declares a length that is larger than allowed.
    Declared,
    /// Many times as many bytes come as are allowed, and no end.
    Endless,
    /// An exchange may make the memory grow by this many bytes.
    Exchange(u64),
}

/// By how much a peer's memory grew while it read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryGrowth {
    /// In bytes.
    pub grown: u64,
    /// How many bytes the peer had read by then.
    pub read: u64,
}

/// More than any reader takes for a header that it refuses.
const FOR_A_HEADER: u64 = 64 << 20;
/// Memory that grows by less may do so by chance.
const FOR_ENDLESS: u64 = 4 << 20;

impl MemoryGrowth {
    /// Whether the peer may keep all that it reads. What is kept of it is at least three
    /// quarters.
    #[must_use]
    pub fn keeps_pace(self) -> bool {
        self.grown >= self.read / 4 * 3
    }
}

impl MemoryLimit {
    fn of(kind: MalformedKind) -> Option<Self> {
        match kind {
            MalformedKind::Endless => Some(Self::Endless),
            kind => kind.may_fill_memory().then_some(Self::Declared),
        }
    }

    /// Whether the peer's memory shows by growing so much that it keeps no limit.
    ///
    /// That is also true where a correct peer drops what it reads and its runtime has not
    /// released it yet: for bytes without an end it must stay true as more of them come.
    pub(super) fn is_exceeded_by(self, growth: MemoryGrowth) -> bool {
        match self {
            Self::Declared => growth.grown >= FOR_A_HEADER,
            Self::Endless => growth.grown >= FOR_ENDLESS && growth.keeps_pace(),
            Self::Exchange(most) => growth.grown > most,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{
        Expectations, ExtraAnswers, Observations, ObservedClose, PeerClose, TruncationDoubt,
        expected_steps, judge_connection,
    };
    use crate::scenario::{Bindings, NoAttachments, Permission, Side, Suite, parse};
    use crate::tactic::{CaseChoice, Plan, Script};

    const ECHO: &str = "{ client = 'hello' }, { server = 'HELLO' }";
    const HEADERS: &str = "framing = 'headers'";
    const NETSTRING: &str = "framing = 'netstring'";

    fn suite(top: &str, exchange: &str) -> Suite {
        let text = format!("title = 'T'\n{top}\n[[scenario]]\nid = 's'\nexchange = [{exchange}]");
        parse("t.toml", &text, &NoAttachments).expect("a valid suite")
    }

    /// Judges a server in a case of this suite.
    struct Trial<'t> {
        suite: &'t Suite,
        tactic: &'t str,
    }

    impl Trial<'_> {
        /// The finding in a server that sends these messages, or why there is none.
        fn judge(&self, messages: &[&str], observations: &Observations) -> &'static str {
            let Self { suite, tactic } = self;
            let scenario = &suite.scenarios()[0];
            let framing = scenario.framing(Side::Server, 0);
            let plan = Plan::of(suite, scenario, Side::Client, &CaseChoice::default());
            let case = plan.case(&tactic.parse().expect("a tactic"));
            let script = Script::of(scenario, Side::Client);
            let played = PlayedSide {
                scenario,
                side: Side::Client,
                script: &script,
            };
            let expected = expected_steps(&played, &case.expect("it is planned").delivery);
            let bindings = Bindings::example();
            let mut expectations = Expectations::new(scenario, Side::Server, bindings);
            for message in messages {
                let encoded = framing.encode(message.as_bytes()).expect("it can be sent");
                expectations.receive(&encoded.bytes);
            }
            expectations.end_of_stream();
            match judge_connection(&expectations, expected, observations) {
                Some(finding) => finding.kind().as_str(),
                None => match expected.extra_answers {
                    ExtraAnswers::NotJudged(TruncationDoubt::AnyAnswer) => "not judged",
                    _ => "right",
                },
            }
        }

        fn answered(&self, message: &str) -> &'static str {
            self.judge(&[message], &Observations::default())
        }
    }

    fn answered(top: &str, tactic: &str, message: &str) -> &'static str {
        let suite = &suite(top, ECHO);
        Trial { suite, tactic }.answered(message)
    }

    #[test]
    fn the_answer_to_a_valid_message_is_wrong_for_a_malformed_one() {
        for kind in [
            "negative",
            "hex",
            "underscored",
            "empty",
            "signed",
            "leading-zeros",
        ] {
            let tactic = format!("header:{kind}");
            assert_eq!(
                answered(NETSTRING, &tactic, "HELLO"),
                "accepts-malformed",
                "{kind}"
            );
            assert_eq!(answered(NETSTRING, &tactic, "ERR"), "right", "{kind}");
        }
        let closed = Trial {
            suite: &suite(NETSTRING, ECHO),
            tactic: "header:hex",
        };
        assert_eq!(closed.judge(&[], &Observations::default()), "right");
    }

    #[test]
    fn the_answer_to_a_part_of_the_message_is_wrong_too() {
        for part in ["", "H", "HELL"] {
            assert_eq!(answered(HEADERS, "header:hex", part), "accepts-malformed");
        }
        for error in ["E", "HELLO!", "bad length", "HEL?"] {
            assert_eq!(answered(HEADERS, "header:hex", error), "right", "{error}");
        }
    }

    #[test]
    fn a_form_that_is_a_matter_of_taste_may_be_accepted() {
        for kind in ["leading-zeros", "spaces", "wrong-terminator"] {
            let tactic = format!("header:{kind}");
            assert_eq!(answered(HEADERS, &tactic, "HELLO"), "right", "{kind}");
        }
        assert_eq!(
            answered("framing = 'line'", "header:too-large", "HELLO"),
            "right"
        );
    }

    #[test]
    fn a_length_that_is_too_large_by_one_truncates_the_message() {
        assert_eq!(answered(HEADERS, "header:longer", "HELLO"), "surplus");
        assert_eq!(answered(HEADERS, "header:longer", "ERR"), "right");
    }

    #[test]
    fn a_length_that_is_too_small_by_one_must_be_obeyed() {
        assert_eq!(
            answered(HEADERS, "header:shorter", "HELLO"),
            "accepts-malformed"
        );
        assert_eq!(answered(HEADERS, "header:shorter", "HELL"), "right");
        let constant = suite(HEADERS, "{ client = 'hello' }, { server = 'ok' }");
        let shorter = Trial {
            suite: &constant,
            tactic: "header:shorter",
        };
        assert_eq!(shorter.answered("ok"), "right");
        assert_eq!(
            answered(NETSTRING, "header:shorter", "HELL"),
            "accepts-malformed"
        );
    }

    #[test]
    fn the_suite_says_which_replies_are_allowed() {
        let rule = |rule: &str| format!("{HEADERS}\nadversary = {{ malformed = {rule} }}");
        let hex = |rule_text: &str, reply| answered(&rule(rule_text), "header:hex", reply);
        assert_eq!(hex("'silent'", "ERR"), "surplus");
        assert_eq!(hex("'silent'", "HELLO"), "accepts-malformed");
        assert_eq!(hex("'any'", "HELLO"), "right");
        assert_eq!(hex("{ matches = '^ERR' }", "ERR 1"), "right");
        assert_eq!(hex("{ matches = '^ERR' }", "what?"), "surplus");
        let any = suite(HEADERS, "{ client = 'hello' }, { server.any = true }");
        let trial = Trial {
            suite: &any,
            tactic: "header:hex",
        };
        assert_eq!(trial.answered("ERR"), "not judged");
    }

    #[test]
    fn a_peer_may_close_before_it_has_read_all_of_a_malformed_message() {
        let close = ObservedClose {
            how: PeerClose::Reset,
            allowed: Permission::Forbidden,
        };
        let interrupted = Observations {
            interrupted: Some(0),
            peer_close: Some(close),
            ..Observations::default()
        };
        let suite = &suite("framing = 'line'", ECHO);
        let after = |tactic| Trial { suite, tactic }.judge(&[], &interrupted);
        assert_eq!(after("header:endless"), "right");
        assert_eq!(after("half@3"), "ended-early");
    }

    /// Observations of a peer whose memory grew by some MiB while it read some.
    fn grown(grown: u64, read: u64) -> Observations {
        let [grown, read] = [grown << 20, read << 20];
        Observations {
            memory_growth: Some(MemoryGrowth { grown, read }),
            ..Observations::default()
        }
    }

    #[test]
    fn memory_that_an_uncut_exchange_takes_is_judged_where_the_suite_limits_it() {
        let judge = |limits, tactic| {
            let suite = &suite(&format!("framing = 'line'\n{limits}"), ECHO);
            Trial { suite, tactic }.judge(&["HELLO"], &grown(5, 0))
        };
        assert_eq!(judge("", "whole"), "right");
        assert_eq!(judge("limits.memory_bytes = 5242880", "whole"), "right");
        let too_small = "limits.memory_bytes = 5242879";
        assert_eq!(judge(too_small, "whole"), "memory-grows");
        assert_eq!(judge(too_small, "cut@3"), "right");
    }

    #[test]
    fn memory_that_grows_too_much_is_found() {
        let grown = |tactic, mebibytes: u64, read: u64| {
            let suite = &suite(HEADERS, ECHO);
            Trial { suite, tactic }.judge(&[], &grown(mebibytes, read))
        };
        assert_eq!(grown("header:too-large", 64, 0), "memory-grows");
        assert_eq!(grown("header:too-large", 63, 0), "right");
        assert_eq!(grown("header:endless", 48, 64), "memory-grows");
        assert_eq!(grown("header:endless", 47, 64), "right");
        assert_eq!(grown("header:endless", 2, 2), "right");
        assert_eq!(grown("header:hex", 500, 1), "right");
    }

    #[test]
    fn a_peer_that_refuses_the_rest_has_a_limit() {
        let observations = Observations {
            interrupted: Some(0),
            ..grown(8, 8)
        };
        let suite = &suite(HEADERS, ECHO);
        let tactic = "header:endless";
        assert_eq!(Trial { suite, tactic }.judge(&[], &observations), "right");
    }

    #[test]
    fn a_header_is_changed_only_where_the_length_of_its_message_is_known() {
        let captured = "{ client = { matches = '(?<id>\\d+)', example = '12' } }, \
                        { server = 'you sent ${id}' }, { client = 'bye' }, { server = 'bye' }";
        let suite = suite(HEADERS, captured);
        let scenario = &suite.scenarios()[0];
        let plan = Plan::of(&suite, scenario, Side::Server, &CaseChoice::default());
        let ids: Vec<_> = plan.tactics().map(|it| it.to_string()).collect();
        assert!(ids.iter().any(|it| it == "header:hex@1"), "{ids:?}");
        assert!(!ids.iter().any(|it| it == "header:hex"), "{ids:?}");
    }
}
