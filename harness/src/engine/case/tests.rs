//! Conversations with a scripted peer, judged.

use std::time::Duration;

use wirecheck_report::record::{Role, WireAction};

use super::replies::ReplyDoubt;
use super::scripted::{CALL as MOMENT, ScriptedConnection};
use super::*;
use crate::engine::wait::scripted::Act::{self, *};
use crate::engine::wait::scripted::{World, ms};
use crate::engine::wait::{PeerTimings, WaitKinds};
use crate::judge::{
    CloseCheck, Observations, PlayedSide, SilenceProof, UnreadState, expected_steps,
};
use crate::scenario::{Bindings, NoAttachments, Side, Suite, parse};
use crate::tactic::{Delivery, DeliveryEnd, Script};
use crate::wire::link::UnverifiedReason;

/// wirecheck sends six bytes, in two messages of three.
const TWO_LINES: &str = "{ client = 'hi' }, { server = 'ok' }, { client = 'ab' }, { server = 'AB' }, \
                         { client.close = 'write' }, { server.close = 'fin' }";
/// A correct server for [`TWO_LINES`].
const CORRECT: [Act; 6] = [
    Read(3),
    Send("ok\n"),
    Read(3),
    Send("AB\n"),
    ReadToEnd,
    Close,
];
const PHASES: [Phase; 4] = [
    Phase::Baseline,
    Phase::BaselineRetry,
    Phase::Batch,
    Phase::Confirmation,
];
/// Long after every limit.
const FOREVER: Duration = Duration::from_secs(600);
const LIMIT: Duration = Duration::from_secs(5);

/// One case: wirecheck is the client.
struct Trial<'t> {
    exchange: &'t str,
    delivery: &'t str,
    phase: Phase,
    timings: PeerTimings,
    /// How many bytes the peer's kernel keeps unread.
    window: usize,
}

/// Alone, in two chunks, one for each message.
const TRIAL: Trial<'static> = Trial {
    exchange: TWO_LINES,
    delivery: "3,3",
    phase: Phase::Confirmation,
    timings: PeerTimings {
        longest_pause: Duration::ZERO,
        slowest_answer: Duration::ZERO,
        slowest_close: Duration::ZERO,
        silences: WaitKinds::ALL,
        has_spun: false,
        reads_late: false,
        timers_when_idle: 0,
        runs_when_idle: false,
        timeouts: 0,
        starved: Duration::ZERO,
    },
    window: 1000,
};

struct Played {
    finding: Option<Finding>,
    /// Why a finding was taken away.
    reply_doubt: Option<ReplyDoubt>,
    unsendable: Option<String>,
    observations: Observations,
    boundaries: Boundaries,
    unverified: Option<UnverifiedReason>,
    timings: PeerTimings,
    delivered: String,
    /// Each event: `>` what wirecheck sent, `<` what the peer did.
    log: Vec<String>,
    took: Duration,
}

impl Trial<'_> {
    fn suite(&self) -> Suite {
        let exchange = self.exchange;
        let text = format!(
            "title = 'T'\nframing = 'line'\nlimits = {{ reply_bytes = 32 }}\n\
             [[scenario]]\nid = 's'\nexchange = [{exchange}]"
        );
        parse("t.toml", &text, &NoAttachments).expect("a valid suite")
    }

    fn play(&self, program: &[Act]) -> Played {
        self.play_with(&World::new(program))
    }

    fn play_with(&self, world: &World) -> Played {
        let suite = self.suite();
        let scenario = &suite.scenarios()[0];
        let script = Script::of(scenario, Side::Client);
        let played = PlayedSide {
            scenario,
            side: Side::Client,
            script: &script,
        };
        let delivery: Delivery = self.delivery.parse().expect("a valid delivery");
        delivery
            .fits(script.len())
            .expect("a delivery of these messages");
        let assignment = Assignment {
            played,
            delivery: &delivery,
            expected: expected_steps(&played, &delivery),
        };
        let link = ScriptedConnection::new(world, self.window, scenario.limits().reply_bytes);
        let expectations = assignment.expectations(Bindings::example());
        let mut waiter = world.waiter(self.phase, self.timings);
        let conversation = Conversation::new(&assignment, link, expectations, &mut waiter);
        let transcript = match delivery.end() {
            DeliveryEnd::ResetBeforeAccept => conversation.reset_before_accept(),
            _ => conversation.play(),
        };
        let observations = transcript.observations.clone();
        let cut_off = delivery.until_pause().filter(|_| transcript.gave_up);
        let expected = match &cut_off {
            Some(cut_off) => expected_steps(&played, cut_off),
            None => assignment.expected,
        };
        let finding = judge_connection(&transcript.expectations, expected, &observations);
        let mut findings = finding.into_iter().collect();
        let reply_doubt = replies::take_doubtful(&mut findings, &transcript, &assignment);
        Played {
            finding: findings.pop(),
            reply_doubt,
            unsendable: transcript.unsendable.map(|it| it.to_string()),
            observations,
            boundaries: transcript.boundaries,
            unverified: transcript.unverified,
            timings: *waiter.timings(),
            delivered: world.delivered(),
            log: log(&transcript.log),
            took: world.elapsed(),
        }
    }
}

fn log(events: &event_log::EventLog) -> Vec<String> {
    let events = events.events(Role::Client).into_iter();
    let texts = events.map(|event| {
        let by = match event.by {
            Role::Client => '>',
            Role::Server => '<',
        };
        match event.what {
            WireAction::Sent(bytes) | WireAction::Replied(bytes) => {
                format!("{by}{}", bytes.kept().escape_ascii())
            }
            other => format!("{by}{other:?}"),
        }
    });
    texts.collect()
}

impl Played {
    fn kind(&self) -> Option<&'static str> {
        self.finding.as_ref().map(|finding| finding.kind().as_str())
    }

    /// Why a missing answer was not waited for any longer.
    fn silence(&self) -> Option<SilenceProof> {
        match self.finding {
            Some(Finding::NoAnswer { proof, .. }) => Some(proof),
            _ => None,
        }
    }
}

#[test]
fn a_correct_peer_passes_however_its_input_is_cut() {
    for delivery in ["3,3", "6", "1x6", "1,2,3", "2,3,1", "5,1"] {
        for phase in PHASES {
            let trial = Trial {
                delivery,
                phase,
                ..TRIAL
            };
            let played = trial.play(&CORRECT);
            assert_eq!(played.finding, None, "{delivery} in {phase:?}");
            assert_eq!(played.observations.close_check, CloseCheck::Closed);
            assert_eq!(played.delivered, "hi\nab\n");
            assert_eq!(played.unverified, None);
        }
    }
}

#[test]
fn a_correct_peer_passes_wherever_its_input_ends() {
    for bytes in 0..=6 {
        for end in ["fin", "half", "rst", "fin+"] {
            for phase in PHASES {
                let delivery = format!("{bytes} {end}");
                let trial = Trial {
                    delivery: &delivery,
                    phase,
                    ..TRIAL
                };
                let played = trial.play(&CORRECT);
                assert_eq!(played.finding, None, "{delivery} in {phase:?}");
                assert_eq!(played.observations.close_check, CloseCheck::Closed);
            }
        }
    }
}

#[test]
fn a_held_connection_gets_the_answers_to_what_is_whole_and_no_others() {
    for (delivery, answers) in [
        ("2 hold", ""),
        ("3 hold", "<ok\\n"),
        ("1x4 hold", "<ok\\n"),
        ("6 hold", "<ok\\nAB\\n"),
    ] {
        for phase in PHASES {
            let trial = Trial {
                delivery,
                phase,
                ..TRIAL
            };
            let played = trial.play(&CORRECT);
            assert_eq!(played.finding, None, "{delivery} in {phase:?}");
            let log = played.log.iter().filter(|it| it.starts_with('<'));
            assert_eq!(log.cloned().collect::<String>(), answers, "{delivery}");
        }
    }
}

#[test]
fn an_answer_that_waits_for_the_rest_of_the_next_message_is_missing() {
    let withholds = [Read(6), Send("ok\n"), Send("AB\n"), ReadToEnd, Close];
    for phase in PHASES {
        let trial = |delivery| Trial {
            delivery,
            phase,
            ..TRIAL
        };
        assert_eq!(trial("6").play(&withholds).kind(), None);
        let held = trial("4 hold").play(&withholds);
        assert_eq!(held.kind(), Some("no-answer"), "{phase:?}");
    }
}

#[test]
fn an_answer_to_a_part_is_early_although_the_connection_stays_open() {
    let early = [
        Read(3),
        Send("ok\n"),
        Read(2),
        Send("AB\n"),
        ReadToEnd,
        Close,
    ];
    for delivery in ["5 hold", "1x5 hold"] {
        for phase in PHASES {
            let trial = Trial {
                delivery,
                phase,
                ..TRIAL
            };
            assert_eq!(trial.play(&early).kind(), Some("early-answer"));
            let whole = Trial {
                delivery: "4 hold",
                ..trial
            };
            assert_eq!(whole.play(&early).kind(), None);
        }
    }
}

#[test]
fn a_held_connection_is_not_waited_for_to_answer_after_the_close_that_it_lacks() {
    let exchange = "{ client = 'hi' }, { client.close = 'write' }, { server = 'ok' }, \
                    { server.close = 'fin' }";
    let trial = Trial {
        exchange,
        delivery: "3 hold",
        ..TRIAL
    };
    for peer in [
        [ReadToEnd, Send("ok\n"), Close],
        [Read(3), Send("ok\n"), Close],
    ] {
        assert_eq!(trial.play(&peer).kind(), None);
    }
}

#[test]
fn a_peer_that_waits_or_gives_up_in_a_pause_passes() {
    let closes = [Read(3), Send("ok\n"), Read(1), Pause(ms(100)), Close];
    let refuses = [
        Read(3),
        Send("ok\n"),
        Read(1),
        Pause(ms(100)),
        Send("timeout\n"),
        Close,
    ];
    let closes_late = [Read(3), Send("ok\n"), Read(1), Pause(ms(2000)), Close];
    for (peer, sent) in [
        (&CORRECT[..], "hi\nab\n"),
        (&closes, "hi\na"),
        (&refuses, "hi\na"),
        (&closes_late, "hi\na"),
    ] {
        for phase in PHASES {
            let trial = Trial {
                delivery: "3,1,2 pause@4",
                phase,
                ..TRIAL
            };
            let played = trial.play(peer);
            assert_eq!(played.finding, None, "{sent:?} in {phase:?}");
            assert_eq!(played.delivered, sent);
            assert!(played.took >= ms(100));
        }
    }
}

#[test]
fn a_peer_that_goes_on_after_a_pause_must_answer_as_without_it() {
    let pause = Pause(ms(100));
    let loses_its_place = [Read(3), Send("ok\n"), Read(1), pause, Read(2), Send("B\n")];
    let forgets = [Read(3), Send("ok\n"), Read(1), pause, Read(3)];
    let answers_a_part = [
        Read(3),
        Send("ok\n"),
        Read(1),
        Send("AB\n"),
        Read(2),
        ReadToEnd,
        Close,
    ];
    for (peer, kind) in [
        (&loses_its_place[..], "wrong-answer"),
        (&forgets, "no-answer"),
        (&answers_a_part, "early-answer"),
    ] {
        for phase in PHASES {
            let trial = Trial {
                delivery: "3,1,2 pause@4",
                phase,
                ..TRIAL
            };
            assert_eq!(trial.play(peer).kind(), Some(kind), "{phase:?}");
        }
    }
}

#[test]
fn each_boundary_between_two_chunks_is_proven() {
    let played = Trial {
        delivery: "1x6",
        ..TRIAL
    }
    .play(&CORRECT);
    let all = Boundaries { sent: 5, proven: 5 };
    assert_eq!(played.boundaries, all);
    assert_eq!(played.log[..4], [">h", ">i", ">\\n", "<ok\\n"]);
}

#[test]
fn the_next_message_and_the_end_are_sent_only_when_the_answers_before_them_have_come() {
    let work = Run(ms(30));
    let slow = [
        Read(3),
        work,
        Send("ok\n"),
        Read(3),
        work,
        Send("AB\n"),
        ReadToEnd,
        Close,
    ];
    let in_order = [">hi\\n", "<ok\\n", ">ab\\n", "<AB\\n", ">Fin"];
    for delivery in ["3,3", "3,3 half", "3,3 fin"] {
        for phase in PHASES {
            let trial = Trial {
                delivery,
                phase,
                ..TRIAL
            };
            assert_eq!(trial.play(&slow).log[..5], in_order, "{delivery}");
        }
    }
}

#[test]
fn an_answer_that_follows_our_end_is_waited_for() {
    let exchange = "{ client = 'hi' }, { client.close = 'write' }, { server = 'ok' }, \
                    { server.close = 'fin' }";
    for delivery in ["3", "3 half"] {
        let trial = Trial {
            exchange,
            delivery,
            ..TRIAL
        };
        let answers = [ReadToEnd, Run(ms(30)), Send("ok\n"), Close];
        assert_eq!(trial.play(&answers).finding, None);
        let silent = trial.play(&[ReadToEnd, Pause(FOREVER)]);
        assert_eq!(silent.kind(), Some("no-answer"), "{delivery}");
    }
}

/// A peer that sees the end together with the last bytes may drop what it owes.
#[test]
fn a_fin_that_comes_with_the_last_bytes_is_sent_before_their_answer() {
    let slow = [Read(3), Run(ms(30)), Send("ok\n"), Read(3), Close];
    for phase in PHASES {
        let trial = Trial {
            delivery: "3 fin+",
            phase,
            ..TRIAL
        };
        let played = trial.play(&slow);
        assert_eq!(played.finding, None);
        assert_eq!(played.log, [">hi\\n", ">Fin", "<ok\\n", "<Fin"]);
        assert_eq!(trial.play(&[Read(3), Close]).kind(), Some("ended-early"));
        let silent = trial.play(&[ReadToEnd, Pause(FOREVER)]);
        assert_eq!(silent.kind(), Some("no-answer"), "{phase:?}");
    }
}

#[test]
fn only_the_last_bytes_come_with_the_fin() {
    let trial = Trial {
        delivery: "3,2 fin+",
        ..TRIAL
    };
    let played = trial.play(&CORRECT);
    assert_eq!(played.finding, None);
    assert_eq!(played.log[..4], [">hi\\n", "<ok\\n", ">ab", ">Fin"]);
}

#[test]
fn a_truncated_message_that_comes_with_a_fin_gets_no_answer() {
    let trial = Trial {
        delivery: "2 fin+",
        ..TRIAL
    };
    assert_eq!(trial.play(&[ReadToEnd, Close]).finding, None);
    assert_eq!(trial.play(&[ReadToEnd, Reset]).finding, None);
    let answers = [ReadToEnd, Send("ok\n"), Close];
    assert_eq!(trial.play(&answers).kind(), Some("surplus"));
}

#[test]
fn a_reset_is_sent_only_when_the_answers_before_it_have_come() {
    let slow = [Read(3), Run(ms(30)), Send("ok\n"), Read(3)];
    for phase in PHASES {
        let trial = Trial {
            delivery: "3,1 rst",
            phase,
            ..TRIAL
        };
        let played = trial.play(&slow);
        assert_eq!(played.finding, None);
        assert_eq!(played.log[..4], [">hi\\n", "<ok\\n", ">a", ">Reset"]);
        let silent = trial.play(&[Read(3), Pause(FOREVER)]);
        assert_eq!(silent.kind(), Some("no-answer"), "{phase:?}");
        let wrong = trial.play(&[Read(3), Send("no\n")]);
        assert_eq!(wrong.kind(), Some("wrong-answer"), "{phase:?}");
    }
}

#[test]
fn a_reset_before_accept_waits_for_nobody() {
    let trial = Trial {
        delivery: "3 rst@accept",
        ..TRIAL
    };
    let played = trial.play_with(&World::never_accepting());
    assert_eq!(played.finding, None);
    assert_eq!(played.delivered, "hi\n");
    assert_eq!(played.log, [">hi\\n", ">Reset"]);
    assert!(played.took < ms(1), "{:?}", played.took);
}

/// The kernel shows no socket of it, so the peer need not close it.
#[test]
fn a_connection_that_was_reset_is_over() {
    let trial = Trial {
        delivery: "4 rst",
        ..TRIAL
    };
    let played = trial.play(&[Read(3), Send("ok\n"), ReadToEnd, Pause(FOREVER)]);
    assert_eq!(played.finding, None);
    assert_eq!(played.observations.close_check, CloseCheck::Closed);
    assert!(played.took < ms(5), "{:?}", played.took);
}

#[test]
fn an_extra_answer_that_arrives_before_our_end_is_judged() {
    let exchange = "{ client = 'hi' }, { server = 'ok' }, { client.close = 'full' }";
    let trial = Trial {
        exchange,
        delivery: "3",
        phase: Phase::Batch,
        ..TRIAL
    };
    let extra = [
        Read(3),
        Send("ok\n"),
        SendSlowly("ok\n", MOMENT),
        ReadToEnd,
        Close,
    ];
    assert_eq!(trial.play(&extra).kind(), Some("surplus"));
}

#[test]
fn a_peer_that_pauses_before_each_answer_passes_in_a_batch_too() {
    let pause = Pause(ms(40));
    let slow = [
        Read(3),
        pause,
        Send("ok\n"),
        Read(3),
        pause,
        Send("AB\n"),
        ReadToEnd,
        Close,
    ];
    let baseline = Trial {
        phase: Phase::Baseline,
        ..TRIAL
    }
    .play(&slow);
    assert_eq!(baseline.finding, None);
    for delivery in ["3,3", "1x6", "2,1,3", "3 half", "6 fin"] {
        let batch = Trial {
            delivery,
            phase: Phase::Batch,
            timings: baseline.timings,
            ..TRIAL
        };
        let played = batch.play(&slow);
        assert_eq!(played.finding, None, "{delivery}");
        assert_eq!(played.timings, baseline.timings);
    }
}

#[test]
fn an_answer_too_late_for_a_batch_is_found_alone() {
    let late = [
        Read(3),
        Pause(ms(50)),
        Send("ok\n"),
        Read(3),
        Send("AB\n"),
        ReadToEnd,
        Close,
    ];
    let batch = Trial {
        phase: Phase::Batch,
        ..TRIAL
    }
    .play(&late);
    assert_eq!(batch.kind(), Some("no-answer"));
    assert_eq!(TRIAL.play(&late).kind(), None);
}

#[test]
fn a_missing_answer_is_declared_as_the_peer_shows_it() {
    let blocked = TRIAL.play(&[Read(4)]);
    assert_eq!(blocked.silence(), Some(SilenceProof::Idle(ms(2))));
    let idle = TRIAL.play(&[Read(3), Pause(FOREVER)]);
    assert_eq!(idle.silence(), Some(SilenceProof::Idle(ms(60))));
    let running = TRIAL.play(&[Read(3), Run(FOREVER)]);
    assert!(matches!(running.silence(), Some(SilenceProof::Spinning(time)) if time >= ms(4950)));
}

#[test]
fn what_had_come_of_a_missing_answer_is_shown() {
    let played = TRIAL.play(&[Read(3), Send("o"), Pause(FOREVER)]);
    let Some(Finding::NoAnswer {
        step: 1, partial, ..
    }) = played.finding
    else {
        panic!("{:?}", played.finding);
    };
    assert_eq!(partial, b"o");
}

#[test]
fn a_step_with_a_limit_of_its_own_is_not_given_another() {
    let exchange = "{ client = 'hi' }, { server = 'ok', within = '1s' }";
    let trial = Trial {
        exchange,
        delivery: "3",
        phase: Phase::Batch,
        ..TRIAL
    };
    let answers_after = |time| trial.play(&[Read(3), Run(time), Send("ok\n"), ReadToEnd, Close]);
    assert_eq!(answers_after(ms(990)).finding, None);
    let late = answers_after(ms(1010)).silence();
    assert_eq!(late, Some(SilenceProof::TimeLimit(ms(1000))));
}

/// The peer sends it while the conversation ends.
#[test]
fn an_answer_that_comes_after_its_time_is_missing_all_the_same() {
    let late = |after| {
        [
            Read(3),
            Run(after),
            Send("ok\n"),
            Read(3),
            Send("AB\n"),
            ReadToEnd,
            Close,
        ]
    };
    let exchange = "{ client = 'hi' }, { server = 'ok' }";
    let last = Trial {
        exchange,
        delivery: "3",
        ..TRIAL
    };
    let settling = ms(300);
    for trial in [last, TRIAL] {
        let played = trial.play(&late(LIMIT + settling + ms(10)));
        let Some(Finding::NoAnswer { step: 1, proof, .. }) = played.finding else {
            panic!("{:?}", played.finding);
        };
        assert!(matches!(proof, SilenceProof::Spinning(time) if time >= ms(4950)));
    }
}

#[test]
fn a_peer_that_floods_without_an_answer_is_stopped_at_the_limit() {
    const FLOOD: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    let played = TRIAL.play(&[Read(3), Send(FLOOD), Run(FOREVER)]);
    assert_eq!(played.silence(), Some(SilenceProof::ReplyLimit));
    assert!(played.took < LIMIT);
}

#[test]
fn a_row_of_many_before_the_whole_message_is_an_early_answer() {
    let rows = Trial {
        exchange: "{ client = 'hi' }, { server = { many = 'row', until = 'ok' } }",
        delivery: "2,1",
        ..TRIAL
    };
    let correct = [Read(3), Send("row\nrow\nrow\nok\n"), ReadToEnd, Close];
    assert_eq!(rows.play(&correct).finding, None);
    let early = [
        Read(2),
        Send("row\n"),
        Read(1),
        Send("ok\n"),
        ReadToEnd,
        Close,
    ];
    let played = rows.play(&early);
    assert_eq!(played.finding, Some(Finding::EarlyAnswer { step: 1 }));
    let truncated = Trial {
        delivery: "2 half",
        ..rows
    };
    let played = truncated.play(&early);
    assert!(played.finding.is_some());
}

#[test]
fn a_peer_of_which_wirecheck_takes_no_more_is_not_said_to_leave_bytes_unread() {
    const FLOOD: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    let played = TRIAL.play(&[Read(1), Send(FLOOD), Run(FOREVER)]);
    let why = UnreadState::ReplyLimit;
    assert_eq!(played.finding, Some(Finding::NotRead { why }));
}

#[test]
fn a_wrong_answer_ends_the_conversation() {
    let played = TRIAL.play(&[
        Read(3),
        Send("no\n"),
        Read(3),
        Send("AB\n"),
        ReadToEnd,
        Close,
    ]);
    assert_eq!(played.kind(), Some("wrong-answer"));
    assert_eq!(played.log, [">hi\\n", "<no\\n"]);
}

#[test]
fn a_message_that_another_has_overtaken_is_waited_for() {
    let swapped = |pause| {
        let exchange = "{ client = 'hi' }, { client = 'ab' }, { server = 'ok' }, { server = 'AB' }";
        let program = [Read(6), Send("AB\n"), Pause(pause), Send("ok\n")];
        let trial = Trial {
            exchange,
            delivery: "6",
            timings: PeerTimings::default(),
            ..TRIAL
        };
        let played = trial.play(&program);
        assert_eq!(played.kind(), Some("wrong-answer"));
        (played.log, played.took)
    };
    let (log, _) = swapped(ms(800));
    assert_eq!(log[1..], ["<AB\\n", "<ok\\n"]);
    let (log, took) = swapped(FOREVER);
    assert_eq!(log[1..], ["<AB\\n"]);
    assert!(took < LIMIT * 2, "{took:?}");
}

#[test]
fn a_message_that_another_has_replaced_costs_no_time_if_the_peer_is_idle() {
    let exchange = "{ client = 'hi' }, { client = 'ab' }, { server = 'ok' }, { server = 'AB' }";
    let trial = Trial {
        exchange,
        delivery: "6",
        ..TRIAL
    };
    let played = trial.play(&[Read(6), Send("AB\n"), ReadToEnd]);
    assert_eq!(played.kind(), Some("wrong-answer"));
    assert!(played.took < LIMIT / 2, "{:?}", played.took);
}

#[test]
fn an_answer_to_a_truncated_message_is_an_extra_one() {
    let answers_at_end = [Read(3), Send("ok\n"), ReadToEnd, Send("AB\n"), Close];
    let played = Trial {
        delivery: "4 half",
        ..TRIAL
    }
    .play(&answers_at_end);
    assert_eq!(played.kind(), Some("surplus"));
}

#[test]
fn a_connection_that_is_never_accepted_is_reported_as_such() {
    for phase in PHASES {
        let trial = Trial {
            delivery: "1x6",
            phase,
            ..TRIAL
        };
        let played = trial.play_with(&World::never_accepting());
        assert_eq!(played.kind(), Some("not-accepted"), "{phase:?}");
        assert_eq!(played.delivered, "h");
    }
}

#[test]
fn a_connection_without_input_that_is_never_accepted_is_reported_as_such() {
    let exchange = "{ server = 'ok' }, { client = 'hi' }";
    let trial = Trial {
        exchange,
        delivery: "3",
        ..TRIAL
    };
    let played = trial.play_with(&World::never_accepting());
    assert_eq!(played.kind(), Some("not-accepted"));
}

#[test]
fn a_peer_that_reads_nothing_is_reported_with_what_is_unread() {
    for phase in PHASES {
        let played = Trial { phase, ..TRIAL }.play(&[]);
        let why = UnreadState::Bytes(3);
        assert_eq!(played.finding, Some(Finding::NotRead { why }), "{phase:?}");
    }
}

#[test]
fn what_a_full_buffer_left_unwritten_is_sent_when_there_is_space() {
    let late = [
        Pause(ms(50)),
        Read(3),
        Send("ok\n"),
        Read(3),
        Send("AB\n"),
        ReadToEnd,
        Close,
    ];
    let narrow = Trial { window: 1, ..TRIAL };
    let played = narrow.play(&late);
    assert_eq!(played.finding, None);
    assert_eq!(played.delivered, "hi\nab\n");
}

#[test]
fn nothing_is_sent_after_a_chunk_that_could_not_be_written() {
    // It begins to read when that has been declared.
    let too_late = [Pause(ms(70)), Read(3), Send("ok\n")];
    let narrow = Trial {
        delivery: "2,1,3",
        window: 1,
        ..TRIAL
    };
    let played = narrow.play(&too_late);
    let why = UnreadState::Bytes(1);
    assert_eq!(played.finding, Some(Finding::NotRead { why }));
    assert_eq!(played.delivered, "h");
}

const READS_LATE: [Act; 6] = [
    ReadTogether(3),
    Send("ok\n"),
    ReadTogether(3),
    Send("AB\n"),
    ReadToEnd,
    Close,
];

const READ_AND_ANSWER_REST: [Act; 6] = [
    Read(2),
    Send("ok\n"),
    Read(3),
    Send("AB\n"),
    ReadToEnd,
    Close,
];

#[test]
fn a_peer_that_reads_only_whole_messages_passes_and_its_boundaries_are_not_proven() {
    let cut = Trial {
        delivery: "1,1,1,3",
        ..TRIAL
    };
    let played = cut.play(&READS_LATE);
    assert_eq!(played.finding, None);
    assert!(played.timings.reads_late);
    assert_eq!(played.boundaries, Boundaries { sent: 3, proven: 0 });
    assert_eq!(played.unverified, Some(UnverifiedReason::LeftUnread));
    let again = Trial {
        phase: Phase::Batch,
        timings: played.timings,
        ..cut
    };
    assert_eq!(again.play(&READS_LATE).finding, None);
}

#[test]
fn a_late_reader_on_a_busy_machine_has_all_its_time_to_accept_and_to_take_a_chunk() {
    let timings = PeerTimings {
        reads_late: true,
        ..TRIAL.timings
    };
    let accepts = [&[Starve(ms(700)), Accept][..], &READS_LATE].concat();
    let takes = [&[Starve(ms(700)), Read(1)][..], &READ_AND_ANSWER_REST].concat();
    for phase in [Phase::Batch, Phase::Confirmation] {
        let trial = Trial {
            delivery: "2,4",
            phase,
            timings,
            ..TRIAL
        };
        assert_eq!(trial.play(&accepts).finding, None, "{phase:?}");
        let narrow = Trial { window: 1, ..trial };
        assert_eq!(narrow.play(&takes).finding, None, "{phase:?}");
    }
}

#[test]
fn a_batch_that_does_not_know_of_late_reads_leaves_them_to_a_replay() {
    let cut = Trial {
        delivery: "1,2,3",
        phase: Phase::Batch,
        ..TRIAL
    };
    assert_eq!(cut.play(&READS_LATE).kind(), Some("not-read"));
}

#[test]
fn a_truncated_message_that_is_read_only_with_the_end_of_the_stream_passes() {
    for delivery in ["1 half", "1 fin", "1,1 half", "1,1 fin"] {
        let played = Trial { delivery, ..TRIAL }.play(&READS_LATE);
        assert_eq!(played.finding, None, "{delivery}");
    }
}

#[test]
fn the_end_of_the_stream_comes_soon_after_a_chunk_that_a_late_reader_leaves_unread() {
    let timings = PeerTimings {
        reads_late: true,
        ..TRIAL.timings
    };
    let trial = Trial {
        delivery: "1 half",
        timings,
        ..TRIAL
    };
    // It looks for more all the time, and so is never idle.
    let played = trial.play(&[Run(FOREVER)]);
    assert_eq!(played.kind(), Some("stays-open"));
    // Not the limit for an answer, and then the time after which it spins.
    assert!(played.took < ms(6000), "{:?}", played.took);
}

#[test]
fn a_peer_that_closes_instead_of_answering_ended_early() {
    for last in [Close, Exit, Reset] {
        let played = TRIAL.play(&[Read(3), Send("ok\n"), Read(3), last]);
        let how = match last {
            Reset => crate::judge::PeerClose::Reset,
            _ => crate::judge::PeerClose::Fin,
        };
        let owner = StepOwner::Peer;
        assert_eq!(
            played.finding,
            Some(Finding::EndedEarly {
                step: 3,
                owner,
                how
            })
        );
    }
}

fn closing_server(close: &str) -> String {
    format!(
        "{{ client = 'hi' }}, {{ server = 'ok' }}, {{ client = 'ab' }}, \
         {{ server.close = '{close}' }}"
    )
}

#[test]
fn a_peer_that_closes_while_more_is_to_be_sent_ended_early() {
    let [fin, any] = ["fin", "any"].map(closing_server);
    // It closes while its read is being proven, or later.
    for delay in [ms(0), ms(1)] {
        let program = [Read(3), Send("ok\n"), Run(delay), Close];
        let trial = |exchange| Trial { exchange, ..TRIAL };
        let played = trial(&fin).play(&program);
        let Some(Finding::EndedEarly { step: 2, owner, .. }) = played.finding else {
            panic!("{:?}", played.finding);
        };
        assert_eq!(owner, StepOwner::Wirecheck);
        assert_eq!(played.log, [">hi\\n", "<ok\\n", "<Fin"]);
        assert_eq!(trial(&any).play(&program).finding, None);
    }
}

#[test]
fn a_peer_that_closes_at_its_last_message_has_read_it() {
    let exchange = "{ client = 'hi' }, { server = 'ok' }, { server.close = 'fin' }";
    let trial = Trial {
        exchange,
        delivery: "1,2",
        ..TRIAL
    };
    let played = trial.play(&[Read(3), Send("ok\n"), Close]);
    assert_eq!(played.finding, None);
    let unread = trial.play(&[Read(2), Send("ok\n"), Close]);
    assert_eq!(unread.kind(), Some("wrong-close"));
}

fn stays_open(delivery: &str, program: &[Act]) -> (SilenceProof, String) {
    let played = Trial { delivery, ..TRIAL }.play(program);
    match played.finding {
        Some(Finding::StaysOpen { proof, seen }) => (proof, seen),
        other => panic!("{delivery}: {other:?}"),
    }
}

#[test]
fn a_peer_that_does_not_close_is_reported_with_what_its_socket_shows() {
    let idle = SilenceProof::Idle(ms(60));
    let read = "it has read the end, and its socket stays in CLOSE_WAIT";
    let unread = "its socket is in CLOSE_WAIT and it has not read to the end";
    let answers = [Read(3), Send("ok\n"), Read(3), Send("AB\n")];
    for delivery in ["3,3", "6 half", "6 fin"] {
        let reads_end = [&answers[..], &[ReadToEnd, Pause(FOREVER)]].concat();
        assert_eq!(stays_open(delivery, &reads_end), (idle, read.to_owned()));
        let ignores_end = [&answers[..], &[Pause(FOREVER)]].concat();
        assert_eq!(
            stays_open(delivery, &ignores_end),
            (idle, unread.to_owned())
        );
    }
}

#[test]
fn a_peer_that_spins_after_the_end_of_the_stream_is_reported() {
    for delivery in ["3 half", "3 fin"] {
        let (proof, _) = stays_open(delivery, &[Read(3), Send("ok\n"), ReadToEnd, Run(FOREVER)]);
        assert!(matches!(proof, SilenceProof::Spinning(time) if time >= ms(4500)));
    }
}

#[test]
fn a_peer_that_works_for_long_before_it_closes_passes() {
    for work in [Run(ms(4000)), Pause(ms(55)), Starve(ms(4900))] {
        for delivery in ["3 half", "3 fin"] {
            let program = [Read(3), Send("ok\n"), ReadToEnd, work, Close];
            let played = Trial { delivery, ..TRIAL }.play(&program);
            assert_eq!(played.finding, None, "{work:?} {delivery}");
        }
    }
}

#[test]
fn a_reset_where_a_fin_is_expected_is_a_wrong_close() {
    let program = [
        Read(3),
        Send("ok\n"),
        Read(3),
        Send("AB\n"),
        ReadToEnd,
        Reset,
    ];
    assert_eq!(TRIAL.play(&program).kind(), Some("wrong-close"));
}

/// A correct server or client that ends its side first (`shutdown`, `s.end()`), and reads on.
#[test]
fn a_peer_that_ends_first_is_answered_with_a_fin() {
    let trial = Trial {
        exchange: "{ client = 'hi' }, { server = 'ok' }",
        delivery: "3",
        ..TRIAL
    };
    let polite = trial.play(&[Read(3), Send("ok\n"), Shut, ReadToEnd, Close]);
    assert_eq!(polite.finding, None);
    assert_eq!(polite.log, [">hi\\n", "<ok\\n", "<Fin", ">Fin"]);
}

#[test]
fn a_peer_has_no_time_to_answer_the_goodbye_after_a_failure() {
    let wrong = [Read(3), Send("no\n"), ReadToEnd, Send("bye\n"), Close];
    let played = TRIAL.play(&wrong);
    assert_eq!(played.kind(), Some("wrong-answer"));
    assert_eq!(played.log, [">hi\\n", "<no\\n"]);
    // One that runs on is left behind.
    let busy = [Read(3), Send("no\n"), ReadToEnd, Run(FOREVER)];
    let took = TRIAL.play(&busy).took;
    assert!(ms(100) <= took && took < ms(101), "{took:?}");
}

#[test]
fn answers_before_their_question_are_noted_in_baselines_only() {
    let early = [
        Read(3),
        Send("ok\n"),
        Send("AB\n"),
        Read(3),
        ReadToEnd,
        Close,
    ];
    let unasked = [
        Send("ok\n"),
        Read(3),
        Read(3),
        Send("AB\n"),
        ReadToEnd,
        Close,
    ];
    for phase in PHASES {
        let noted = |program| {
            Trial { phase, ..TRIAL }
                .play(program)
                .observations
                .not_waited_for
        };
        let is_baseline = phase.is_baseline();
        assert_eq!(noted(&early), if is_baseline { vec![2] } else { vec![] });
        assert_eq!(noted(&unasked), if is_baseline { vec![0] } else { vec![] });
        assert!(noted(&CORRECT).is_empty());
    }
}

#[test]
fn a_confirmation_sends_more_only_when_the_peer_has_done_its_part() {
    let hasty = [Read(1), Run(ms(2)), Send("no\n"), Read(2), ReadToEnd, Close];
    let alone = Trial {
        delivery: "1,2,3",
        ..TRIAL
    }
    .play(&hasty);
    assert_eq!(alone.log, [">h", "<no\\n", ">i\\n"]);
    let batch = Trial {
        delivery: "1,2,3",
        phase: Phase::Batch,
        ..TRIAL
    };
    assert_eq!(batch.play(&hasty).log, [">h", ">i\\n", "<no\\n"]);
}

/// The peer must not be judged on the bytes of the example.
#[test]
fn a_captured_value_that_the_framing_cannot_carry_is_named_and_not_replaced() {
    let exchange = "{ client = 'hi' }, \
        { server = { json_subset = {}, example = { t = 'x' }, capture = { token = '/t' } } }, \
        { client = '${token}!' }, { server = 'ok' }";
    let trial = Trial {
        exchange,
        delivery: "3,3",
        ..TRIAL
    };
    let sends = |token: &'static str| [Read(3), Send(token), ReadToEnd, Close];
    let played = trial.play(&sends("{\"t\":\"a\\nb\"}\n"));
    assert_eq!(
        played.unsendable.as_deref(),
        Some(
            "the message of line 6 cannot be sent with the captured `${token}` = `a\\nb`: \
             the payload contains the line ending \\n at byte 1: it would be read as two lines; \
             let the suite capture only what it can send, e.g. with `matches`"
        )
    );
    assert_eq!(played.delivered, "hi\n");
    let played = trial.play(&sends("{\"t\":\"abc\"}\n"));
    assert_eq!(played.unsendable, None);
    assert_eq!(played.delivered, "hi\nabc!\n");
}

#[test]
fn a_long_value_that_is_used_often_is_counted_and_not_sent() {
    let exchange = "{ client = 'hi' }, \
        { server = { any = true, example = 'x', capture = 'token' } }, \
        { client = '${token}${token}${token}${token}' }, { server = 'ok' }]\n\
        limits = { stream_bytes = 100 } # ";
    let trial = Trial {
        exchange,
        delivery: "3,5",
        ..TRIAL
    };
    let answer = "abcdefghijklmnopqrstuvwxyz\n";
    let played = trial.play(&[Read(3), Send(answer), ReadToEnd, Close]);
    let said = played.unsendable.unwrap_or_default();
    let expected = "there are 108 bytes, more than `limits.stream_bytes` = 100";
    assert!(said.contains(expected), "{said}");
    assert_eq!(said.matches("`${token}`").count(), 1);
    assert_eq!(played.delivered, "hi\n");
}

#[test]
fn an_answer_before_its_message_is_whole_is_early() {
    let hasty = [
        Read(2),
        Run(ms(1)),
        Send("ok\n"),
        Read(1),
        Read(3),
        Send("AB\n"),
        ReadToEnd,
        Close,
    ];
    for phase in [Phase::Batch, Phase::Confirmation] {
        let kind = |delivery| {
            let trial = Trial {
                delivery,
                phase,
                ..TRIAL
            };
            trial.play(&hasty).kind()
        };
        for delivery in ["2,1,3", "1x6"] {
            assert_eq!(kind(delivery), Some("early-answer"), "{phase:?}");
        }
        for delivery in ["1,2,3", "3,3", "6"] {
            assert_eq!(kind(delivery), None, "{delivery} in {phase:?}");
        }
    }
}

/// It comes before the FIN: the end is not what makes the peer answer.
#[test]
fn an_answer_to_a_truncated_message_is_early_if_it_comes_before_the_end() {
    let truncated = Trial {
        delivery: "2 half",
        ..TRIAL
    };
    let hasty = [Read(2), Run(ms(1)), Send("ok\n"), ReadToEnd, Close];
    assert_eq!(truncated.play(&hasty).kind(), Some("early-answer"));
    let waits_for_the_end = [Read(2), ReadToEnd, Send("ok\n"), Close];
    assert_eq!(truncated.play(&waits_for_the_end).kind(), Some("surplus"));
}

#[test]
fn an_answer_to_an_earlier_message_or_to_raw_bytes_is_not_early() {
    let together = Trial {
        exchange: "{ client = 'hi' }, { client = 'ab' }, { server = 'ok' }, { server = 'AB' }",
        delivery: "5,1",
        ..TRIAL
    };
    let answers_each = [
        Read(5),
        Send("ok\n"),
        Read(1),
        Send("AB\n"),
        ReadToEnd,
        Close,
    ];
    assert_eq!(together.play(&answers_each).finding, None);
    let raw = Trial {
        exchange: "{ client.raw = 'hi\\nab\\n' }, { server = 'ok' }, { server = 'AB' }",
        ..together
    };
    assert_eq!(raw.play(&answers_each).finding, None);
    let late = [
        Read(3),
        Run(ms(20)),
        Send("ok\n"),
        Read(2),
        Read(1),
        Send("AB\n"),
        ReadToEnd,
        Close,
    ];
    let cut = Trial {
        delivery: "3,2,1",
        ..TRIAL
    };
    assert_eq!(cut.play(&late).finding, None);
}

#[test]
fn an_interrupt_ends_a_conversation_at_once() {
    let programs: [&[Act]; 4] = [
        &[],
        &[Read(3), Pause(FOREVER)],
        &[Read(3), Run(FOREVER)],
        &[Read(3), Send("ok\n"), Run(FOREVER)],
    ];
    let slow = PeerTimings {
        longest_pause: ms(40),
        ..TRIAL.timings
    };
    for program in programs {
        for phase in PHASES {
            let trial = Trial {
                phase,
                timings: slow,
                ..TRIAL
            };
            let world = World::new(program).interrupted_at(ms(20));
            let played = trial.play_with(&world);
            // A look, and the goodbye.
            assert!(played.took <= ms(20 + 20 + 101), "{:?}", played.took);
            assert_eq!(played.timings, slow);
        }
    }
}

#[test]
fn an_interrupt_while_the_peer_should_close_proves_nothing() {
    let trial = Trial {
        delivery: "3 fin",
        ..TRIAL
    };
    let world = World::new(&[Read(3), Send("ok\n"), Run(FOREVER)]).interrupted_at(ms(500));
    let played = trial.play_with(&world);
    assert_eq!(played.observations.close_check, CloseCheck::NotChecked);
}

/// [`TWO_LINES`] of a server that may send `note` at any time. The bracket closes the exchange.
const WITH_NOTES: &str = "{ client = 'hi' }, { server = 'ok' }, { client = 'ab' }, { server = 'AB' }, \
                          { client.close = 'write' }, { server.close = 'fin' }]\n\
                          ignore = [{ server = 'note' }";

#[test]
fn an_ignored_message_is_passed_over_wherever_it_comes() {
    let early = [
        Send("no"),
        Read(3),
        Send("te\nok\nnote\n"),
        Read(3),
        Send("AB\n"),
        ReadToEnd,
        Close,
    ];
    let late = [
        Read(3),
        Send("ok\n"),
        Read(3),
        Send("AB\nno"),
        ReadToEnd,
        Send("te\n"),
        Close,
    ];
    for program in [early, late] {
        for phase in PHASES {
            for delivery in ["3,3", "1x6", "6 hold", "6 half", "6 fin"] {
                let trial = Trial {
                    exchange: WITH_NOTES,
                    delivery,
                    phase,
                    ..TRIAL
                };
                let played = trial.play(&program);
                assert_eq!(played.kind(), None, "{delivery} {phase:?}");
                assert!(played.observations.not_waited_for.is_empty());
            }
        }
    }
}

#[test]
fn an_ignored_message_is_no_answer() {
    let trial = Trial {
        exchange: WITH_NOTES,
        ..TRIAL
    };
    let instead = [Read(3), Send("note\n"), ReadToEnd, Close];
    assert_eq!(trial.play(&instead).kind(), Some("no-answer"));
    let closes = [Read(3), Send("note\n"), Close];
    assert_eq!(trial.play(&closes).kind(), Some("ended-early"));
    let half = [
        Read(3),
        Send("ok\n"),
        Read(3),
        Send("AB\nno"),
        ReadToEnd,
        Close,
    ];
    assert_eq!(trial.play(&half).kind(), Some("surplus"));
    // Nor an early answer to a part of a message, or a reply to a truncated one.
    let early = [
        Read(3),
        Send("ok\n"),
        Read(2),
        Send("note\n"),
        ReadToEnd,
        Close,
    ];
    for delivery in ["5 hold", "1x5 hold", "5 half"] {
        let cut_off = Trial { delivery, ..trial };
        assert_eq!(cut_off.play(&early).kind(), None, "{delivery}");
    }
}

#[test]
fn an_optional_message_is_not_waited_for_and_is_no_answer() {
    let exchange = "{ client = 'hi' }, { server = 'wait', optional = true }, { client = 'ab' }, \
                    { server = 'soon', optional = true }, { server = 'AB' }, \
                    { client.close = 'write' }, { server.close = 'fin' }";
    let without = [Read(6), Send("AB\n"), ReadToEnd, Close];
    let with = [
        Read(3),
        Send("wait\n"),
        Read(3),
        Send("soon\nAB\n"),
        ReadToEnd,
        Close,
    ];
    let late = [Read(6), Send("wait\nAB\n"), ReadToEnd, Close];
    for phase in PHASES {
        let trial = Trial {
            exchange,
            phase,
            ..TRIAL
        };
        for program in [&without[..], &with, &late] {
            let played = trial.play(program);
            assert_eq!(played.kind(), None, "{phase:?}");
            assert!(played.took < LIMIT, "{:?}", played.took);
        }
        let wrong = [Read(6), Send("soon\nwait\nAB\n"), ReadToEnd, Close];
        assert_eq!(trial.play(&wrong).kind(), Some("wrong-answer"));
        // It may come while a message is incomplete, or truncated.
        let early = [Read(5), Send("soon\n"), ReadToEnd, Close];
        for delivery in ["5 hold", "5 half"] {
            let cut_off = Trial { delivery, ..trial };
            assert_eq!(cut_off.play(&early).kind(), None, "{delivery} {phase:?}");
        }
    }
}

#[test]
fn unordered_messages_are_all_waited_for() {
    let exchange = "{ client = 'hi' }, { server.unordered = ['a', 'b'] }, { client = 'ab' }, \
                    { server = 'AB' }, { client.close = 'write' }, { server.close = 'fin' }";
    for phase in PHASES {
        let trial = Trial {
            exchange,
            phase,
            ..TRIAL
        };
        for first in ["a\nb\n", "b\na\n"] {
            let program = [
                Read(3),
                Send(first),
                Read(3),
                Send("AB\n"),
                ReadToEnd,
                Close,
            ];
            assert_eq!(trial.play(&program).kind(), None, "{first:?} {phase:?}");
        }
        let one = [Read(3), Send("b\n"), ReadToEnd, Close];
        assert_eq!(trial.play(&one).kind(), Some("no-answer"), "{phase:?}");
        let early = [Read(2), Send("b\n"), Read(1), Send("a\n"), ReadToEnd, Close];
        let on_hold = Trial {
            delivery: "2 hold",
            ..trial
        };
        assert_eq!(
            on_hold.play(&early).kind(),
            Some("early-answer"),
            "{phase:?}"
        );
    }
}

/// The same of a server that may ask for a reply at any time.
const WITH_PINGS: &str = "{ client = 'hi' }, { server = 'ok' }, { client = 'ab' }, { server = 'AB' }, \
                          { client.close = 'write' }, { server.close = 'fin' }]\n\
                          replies = [{ server.matches = 'ping (?<n>.*)', reply = 'pong ${n}' }";

#[test]
fn a_peer_that_waits_for_a_reply_gets_it_whole_between_two_messages() {
    let before_answers = [
        Read(3),
        Send("ping 1\n"),
        Read(7),
        Send("ok\n"),
        Read(3),
        Send("ping 2\n"),
        Read(7),
        Send("AB\n"),
        ReadToEnd,
        Close,
    ];
    let inside_a_message = [
        Send("ping 1\n"),
        Read(10),
        Send("ok\n"),
        Read(2),
        Send("pi"),
        Run(ms(3)),
        Send("ng 2\n"),
        Read(8),
        Send("AB\n"),
        ReadToEnd,
        Close,
    ];
    for phase in PHASES {
        for delivery in ["3,3", "1x6", "6 half", "2,1,2,1 hold"] {
            let trial = Trial {
                exchange: WITH_PINGS,
                delivery,
                phase,
                ..TRIAL
            };
            let played = trial.play(&before_answers);
            assert_eq!(played.kind(), None, "{delivery} {phase:?}");
            assert_eq!(played.reply_doubt, None, "{delivery} {phase:?}");
            if delivery != "6 half" {
                assert_eq!(played.delivered, "hi\npong 1\nab\npong 2\n");
                assert!(played.log.iter().any(|it| it.contains("pong 1")));
                let played = trial.play(&inside_a_message);
                assert_eq!(played.kind(), None, "{delivery} {phase:?}");
                let stream = played.delivered.replace("pong 1\n", "");
                assert_eq!(stream, "hi\nab\npong 2\n", "{delivery} {phase:?}");
            }
        }
    }
}

#[test]
fn a_reply_follows_the_last_message_of_a_chunk() {
    let program = [
        Read(6),
        Send("ping 1\nping 2\n"),
        Read(14),
        Send("ok\nAB\n"),
        ReadToEnd,
        Close,
    ];
    for phase in PHASES {
        let trial = Trial {
            exchange: WITH_PINGS,
            delivery: "6",
            phase,
            ..TRIAL
        };
        let played = trial.play(&program);
        assert_eq!(played.kind(), None, "{phase:?}");
        assert_eq!(played.delivered, "hi\nab\npong 1\npong 2\n");
    }
}

#[test]
fn after_our_end_nothing_is_replied() {
    let program = [
        Read(3),
        Send("ok\n"),
        Read(3),
        Send("AB\n"),
        ReadToEnd,
        Send("ping 1\n"),
        Close,
    ];
    for delivery in ["3,3", "3,3 half"] {
        let trial = Trial {
            exchange: WITH_PINGS,
            delivery,
            ..TRIAL
        };
        let played = trial.play(&program);
        assert_eq!((played.kind(), played.reply_doubt), (None, None));
        assert_eq!(played.delivered, "hi\nab\n");
    }
}

#[test]
fn what_a_peer_does_without_a_reply_that_the_delivery_withholds_is_not_judged() {
    let waits = [Read(5), Send("ping 1\n"), ReadToEnd, Close];
    let complains = [Read(5), Send("ping 1\n"), ReadToEnd, Send("late\n"), Close];
    for phase in PHASES {
        for (delivery, program) in [("5 hold", waits), ("5 half", waits)] {
            let trial = Trial {
                exchange: WITH_PINGS,
                delivery,
                phase,
                ..TRIAL
            };
            let played = trial.play(&program);
            let result = (played.kind(), played.reply_doubt);
            assert_eq!(result, (None, Some(ReplyDoubt::Withheld)), "{delivery}");
            assert_eq!(played.delivered, "hi\nab");
        }
        let trial = Trial {
            exchange: WITH_PINGS,
            delivery: "5 half",
            phase,
            ..TRIAL
        };
        let played = trial.play(&complains);
        assert_eq!(played.reply_doubt, Some(ReplyDoubt::Withheld));
    }
}

#[test]
fn an_answer_to_a_truncated_message_does_not_follow_from_a_missing_reply() {
    for phase in PHASES {
        let trial = Trial {
            exchange: WITH_PINGS,
            delivery: "2 half",
            phase,
            ..TRIAL
        };
        let answers = [Send("ping 1\n"), Read(2), ReadToEnd, Send("ok\n"), Close];
        let played = trial.play(&answers);
        assert_eq!(played.reply_doubt, None, "{phase:?}");
        assert_eq!(played.kind(), Some("surplus"), "{phase:?}");
        let complains = [Send("ping 1\n"), Read(2), ReadToEnd, Send("no\n"), Close];
        assert_eq!(trial.play(&complains).kind(), None, "{phase:?}");
    }
}

#[test]
fn a_peer_that_got_its_reply_is_judged_as_any_other() {
    let trial = Trial {
        exchange: WITH_PINGS,
        ..TRIAL
    };
    let silent = [Read(3), Send("ping 1\n"), Read(7), ReadToEnd, Close];
    let wrong = [
        Read(3),
        Send("ping 1\n"),
        Read(7),
        Send("no\n"),
        ReadToEnd,
        Close,
    ];
    let unread = [Read(3), Send("ping 1\n"), Pause(FOREVER)];
    let takes_it_for_a_message = [
        Read(3),
        Send("ping 1\nok\n"),
        Read(7),
        Send("PONG\n"),
        ReadToEnd,
        Close,
    ];
    let of = |program: &[Act]| trial.play(program).kind();
    assert_eq!(of(&silent), Some("no-answer"));
    assert_eq!(of(&wrong), Some("wrong-answer"));
    assert_eq!(of(&unread), Some("no-answer"));
    assert_eq!(of(&takes_it_for_a_message), Some("wrong-answer"));
}

#[test]
fn a_peer_that_asks_for_replies_without_end_gets_no_more_than_its_time() {
    let flood = "ping 1\nping 2\nping 3\nping 4\nping 5\n";
    for phase in PHASES {
        let trial = Trial {
            exchange: WITH_PINGS,
            phase,
            ..TRIAL
        };
        let played = trial.play(&[Read(3), Send(flood), ReadToEnd, Close]);
        assert_eq!(played.kind(), Some("no-answer"), "{phase:?}");
        let slow = [
            Read(3),
            Send("ping 1\n"),
            Read(7),
            Pause(ms(4_000)),
            Send("ping 2\n"),
            Read(7),
            Pause(ms(4_000)),
            Send("ping 3\n"),
            Read(7),
            Pause(FOREVER),
        ];
        let played = trial.play(&slow);
        assert_eq!(played.kind(), Some("no-answer"), "{phase:?}");
        assert!(played.took <= 3 * LIMIT, "{phase:?} {:?}", played.took);
    }
}

#[test]
fn a_peer_that_closes_before_it_reads_a_reply_is_not_blamed_for_the_reset() {
    let exchange = "{ client = 'hi' }, { server = 'ok' }, { server.close = 'fin' }]\n\
                    replies = [{ server = 'ping', reply = 'pong' }";
    let trial = Trial {
        exchange,
        delivery: "3",
        ..TRIAL
    };
    let unread = [Read(3), Send("ok\nping\n"), Pause(ms(3)), Close];
    let played = trial.play(&unread);
    assert_eq!(
        (played.kind(), played.reply_doubt),
        (None, Some(ReplyDoubt::Unread))
    );
    let read = [Read(3), Send("ok\nping\n"), Read(5), Pause(ms(3)), Close];
    let played = trial.play(&read);
    assert_eq!((played.kind(), played.reply_doubt), (None, None));
    let resets = [Read(3), Send("ok\nping\n"), Read(5), Pause(ms(3)), Reset];
    assert_eq!(trial.play(&resets).kind(), Some("wrong-close"));
}
