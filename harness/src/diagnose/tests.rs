//! Each rule beside the similar defects that it must not be taken for: evidence made
//! by hand, and the codes that it means.

use super::sample::{Failed, codes, http, lines, raw, reasons, server, with_header};
use super::{DefectEvidence, ExchangeEnd, OutputDifference, PeerLifetime, Symptom};
use crate::judge::PeerClose;
use crate::peer::ExitStatus;
use crate::tactic::{Script, TacticFamily};

const fn wrong(step: usize, difference: OutputDifference) -> [Symptom; 1] {
    [Symptom::WrongAnswer { step, difference }]
}
const OTHER: [Symptom; 1] = wrong(1, OutputDifference::Other);
const SHORTENED: [Symptom; 1] = wrong(1, OutputDifference::PartMissing);
const SHORTENED_LATER: [Symptom; 1] = wrong(3, OutputDifference::PartMissing);
const GARBLED: [Symptom; 1] = wrong(1, OutputDifference::Garbled);
const IN_CHARACTERS: [Symptom; 1] = wrong(1, OutputDifference::CountedInCharacters);
const LATER: [Symptom; 1] = wrong(1, OutputDifference::LaterAnswer);
const OUT_OF_ORDER: [Symptom; 1] = wrong(1, OutputDifference::OutOfOrder);
const NO_ANSWER: [Symptom; 1] = [Symptom::NoAnswer { step: 1 }];
const NO_LATER_ANSWER: [Symptom; 1] = [Symptom::NoAnswer { step: 3 }];
const SURPLUS: [Symptom; 1] = [Symptom::Surplus];
const ACCEPTED: [Symptom; 1] = [Symptom::AcceptsMalformed];
const MEMORY_FOR_LENGTH: [Symptom; 2] = [Symptom::MemoryForLength, Symptom::StaysOpenIdle];
const MEMORY_FOR_ENDLESS: [Symptom; 1] = [Symptom::MemoryForEndless];
const EARLY: [Symptom; 1] = [Symptom::EarlyAnswer];
const UNREAD: [Symptom; 1] = [Symptom::NotRead];
const CLOSED: [Symptom; 1] = [ended_early(PeerClose::Fin)];
const RESET: [Symptom; 1] = [ended_early(PeerClose::Reset)];
const RESET_AT_CLOSE: [Symptom; 1] = [wrong_close(PeerClose::Reset)];
const FIN_AT_CLOSE: [Symptom; 1] = [wrong_close(PeerClose::Fin)];
const IDLE: [Symptom; 1] = [Symptom::StaysOpenIdle];
const SPINNING: [Symptom; 1] = [Symptom::StaysOpenSpinning];
const OPEN: [Symptom; 1] = [Symptom::StaysOpen];
const SPINS_ON: [Symptom; 1] = [Symptom::Spins];
const RUNS_ON: [Symptom; 1] = [Symptom::StillRunningSpinning];
const CRASHED: [Symptom; 1] = [died(ExitStatus::Code(1))];
const CRASHED_UNANSWERED: [Symptom; 2] =
    [died(ExitStatus::Signal(11)), ended_early(PeerClose::Fin)];
const EXITED: [Symptom; 1] = [died(ExitStatus::Code(0))];
const EXITED_UNANSWERED: [Symptom; 2] = [died(ExitStatus::Code(0)), ended_early(PeerClose::Fin)];
const UNSERVED: [Symptom; 1] = [Symptom::NextNotServed];
const LEAKS: [Symptom; 1] = [Symptom::Leaks];
const FOUR_SERVED: [Symptom; 1] = [Symptom::StopsServing { connection: 5 }];
const BLOCKED: [Symptom; 1] = [Symptom::BlockedByOthers];
const CROSSED: [Symptom; 1] = [Symptom::CrossTalk];

const fn died(how: ExitStatus) -> Symptom {
    Symptom::Died { how }
}

const fn ended_early(how: PeerClose) -> Symptom {
    Symptom::EndedEarly { step: 1, how }
}

const fn wrong_close(how: PeerClose) -> Symptom {
    Symptom::WrongClose { how }
}

/// A description, what failed, what passed, and the codes that are expected.
type Row<'a> = (&'a str, &'a [Failed<'a>], &'a str, &'a str);

fn check(script: &Script, rows: &[Row<'_>]) {
    for (description, failed, passed, expected) in rows {
        let evidence = server(script, failed, passed);
        assert_eq!(codes(&evidence), *expected, "{description}");
    }
}

/// `GET\r\na: b\r\n\r\nxy`: line endings cut at 4 and 10–12.
#[test]
fn line_endings_in_bytes_that_no_framing_encodes() {
    check(
        &raw(&["GET\r\na: b\r\n\r\nxy"]),
        &[
            (
                "one cut of three in the empty line",
                &[("cut@11", &NO_ANSWER)],
                "cut@1-10 cut@12-14",
                "F04",
            ),
            (
                "cuts in line endings and elsewhere",
                &[("cut@4 cut@7", &NO_ANSWER)],
                "cut@1-3 cut@5-6 cut@8-14",
                "",
            ),
        ],
    );
}

/// `123abcdef123ghi`: headers at 0–3 and 9–12, edges at 9 and 15.
#[test]
fn messages_with_headers() {
    check(
        &with_header(&["abcdef", "ghi"]),
        &[
            ("nothing failed", &[], "whole bytes cut@1-8 joined", ""),
            (
                "only cuts in headers",
                &[("cut@1-2 cut@10-11 bytes", &OTHER)],
                "cut@3-8 cut@12-14 joined",
                "F01",
            ),
            (
                "one of several cuts in headers",
                &[("cut@1", &OTHER)],
                "cut@2-8 cut@10-14",
                "F01",
            ),
            (
                "one of several cuts in headers, with a reset",
                &[("cut@1", &RESET)],
                "cut@2-8 cut@10-14",
                "F01",
            ),
            (
                "one of several cuts in headers, and one in a payload",
                &[("cut@1 cut@13", &OTHER)],
                "cut@2-8 cut@10-12 cut@14",
                "",
            ),
            (
                "adjacent cuts in a payload, not answered",
                &[("cut@5-6", &NO_ANSWER)],
                "cut@1-4 cut@7-8 cut@10-14",
                "F02",
            ),
            (
                "only cuts in payloads",
                &[("cut@4-8 cut@12-14", &NO_ANSWER)],
                "cut@1-3 cut@10-11",
                "F02",
            ),
            (
                "one cut in a payload, answered in part",
                &[("cut@8", &SHORTENED)],
                "cut@1-7 cut@10-14",
                "F02",
            ),
            (
                "one cut in a payload, not answered",
                &[("cut@8", &NO_ANSWER)],
                "cut@1-7 cut@10-14",
                "",
            ),
            (
                "cuts in headers and in payloads, but not between the two",
                &[("cut@1-2 cut@4-8 cut@10-11 cut@13-14", &OTHER)],
                "whole cut@3 cut@12",
                "F01 F02",
            ),
            (
                "each read is taken for a message: every cut fails, and joined messages",
                &[("cut@1-8 cut@10-14", &OTHER), ("joined", &NO_LATER_ANSWER)],
                "whole",
                "F02",
            ),
            (
                "extra answers, where a header may have been misread",
                &[("cut@4-8", &SURPLUS)],
                "cut@1-3 cut@9-14",
                "F02",
            ),
            (
                "the second of two joined messages is not answered",
                &[("joined", &NO_LATER_ANSWER)],
                "cut@1-8 cut@10-14",
                "F03",
            ),
            (
                "joined messages are met by silence",
                &[("joined", &NO_ANSWER)],
                "cut@1-8 cut@10-14",
                "F03",
            ),
            (
                "the second of two joined messages is not answered, and the connection is reset",
                &[("joined", &NO_LATER_ANSWER), ("joined+cut@12", &RESET)],
                "cut@1-8 cut@10-14",
                "F03",
            ),
            (
                "a whole message is answered when the next one is whole, too",
                &[("hold@10-14", &NO_ANSWER)],
                "joined joined+cut@10-14 cut@1-8 cut@10-14 hold@2-9",
                "F11",
            ),
            (
                "the same, and messages that are joined lose answers",
                &[("hold@10-14 joined", &NO_ANSWER)],
                "cut@1-8 cut@10-14 hold@2-9",
                "F03",
            ),
            (
                "a message is not answered after the cut that a hold has, either",
                &[("hold@2 cut@2", &NO_ANSWER)],
                "joined joined+cut@10-14 cut@1 cut@3-8 cut@10-14",
                "F01",
            ),
            (
                "a header that comes in parts loses the answer, also where the bytes are held",
                &[("hold@3-14 cut@1-3", &NO_ANSWER)],
                "joined joined+cut@10-14 cut@4-8 cut@10-14 hold@1-2",
                "F01",
            ),
            (
                "a pause in a message, and not the cut, makes the peer misread the rest",
                &[
                    ("pause@1 pause@3", &OTHER),
                    ("pause@6", &NO_ANSWER),
                    ("pause@12", &OPEN),
                ],
                "cut@1-8 cut@10-14 pause@10-11",
                "F13",
            ),
            (
                "the cut fails as the pause does",
                &[("pause@1-2 cut@1-2", &OTHER)],
                "cut@3-8 cut@10-14",
                "F01",
            ),
            (
                "a later answer in the place of an earlier one",
                &[("joined", &LATER), ("joined+cut@12", &LATER)],
                "whole cut@1-8 cut@10-14",
                "F12",
            ),
            (
                "answers in the wrong order",
                &[("joined", &OUT_OF_ORDER), ("random@2", &LATER)],
                "whole cut@1-8 cut@10-14",
                "F09",
            ),
            (
                "a part of a message is lost behind a whole message",
                &[("joined+cut@12-13", &SHORTENED_LATER)],
                "joined cut@1-8 cut@10-14",
                "F03",
            ),
            (
                "the same part is lost without a message before it",
                &[
                    ("joined+cut@10-11", &NO_LATER_ANSWER),
                    ("cut@1-2 cut@10-11", &NO_ANSWER),
                ],
                "joined cut@3-8 cut@12-14",
                "F01",
            ),
        ],
    );
}

/// `abcd\nef\n`: delimiters of one byte at 4 and 7.
#[test]
fn messages_before_delimiters() {
    check(
        &lines("\n", &["abcd", "ef"]),
        &[
            (
                "a part is answered and the connection closed",
                &[("cut@1-3", &SHORTENED), ("cut@4", &RESET_AT_CLOSE)],
                "cut@6-7",
                "F02",
            ),
            (
                "each read is taken for a request: parts are rejected",
                &[
                    ("cut@1-3 cut@6 bytes", &OTHER),
                    ("cut@4 cut@7", &SURPLUS),
                    ("joined", &NO_LATER_ANSWER),
                ],
                "whole",
                "F02",
            ),
            (
                "each read is taken for a request: parts are ignored",
                &[
                    ("cut@1-4 cut@6-7 bytes", &NO_ANSWER),
                    ("joined", &NO_LATER_ANSWER),
                ],
                "whole",
                "F02",
            ),
            (
                "an extra answer beside payload cuts that pass",
                &[("random@1-9 bytes", &SURPLUS)],
                "whole cut@1-4 cut@6-7",
                "",
            ),
            (
                "an extra answer to whole messages",
                &[("whole", &SURPLUS)],
                "",
                "",
            ),
            (
                "an extra answer to one message in three, by chance",
                &[("cut@1 cut@4 cut@7", &SURPLUS)],
                "whole bytes cut@2-3 cut@5 cut@6",
                "",
            ),
            (
                "each segment is answered",
                &[
                    ("cut@1-4 cut@6", &SHORTENED),
                    ("cut@7 random@3", &SURPLUS),
                    ("joined", &NO_LATER_ANSWER),
                ],
                "whole",
                "F07",
            ),
            (
                "extra answers, but to a stream that ended early",
                &[("half@1-3", &SURPLUS)],
                "cut@1-4 cut@6-7 half@0 half@5",
                "C06",
            ),
            (
                "parts are answered, with and without a FIN",
                &[("cut@1-3 cut@6", &SHORTENED), ("half@1-3", &SURPLUS)],
                "cut@4 cut@7 half@0",
                "F02",
            ),
            (
                "parts are answered, and so is a FIN between messages",
                &[("cut@1-3 cut@6", &SHORTENED), ("half@0-3", &SURPLUS)],
                "cut@4 cut@7",
                "F02 C06",
            ),
            (
                "one cut is not answered",
                &[("cut@3", &NO_ANSWER)],
                "cut@1-2 cut@4 cut@6-7",
                "",
            ),
        ],
    );
}

/// `ab\r\ncd\r\n`: delimiters cut at 3 and 7.
#[test]
fn heads_of_http() {
    check(
        &http(&["GET /a HTTP/1.0\r\nA: b\r\n\r\n"]),
        &[
            (
                "each read is searched alone for the blank line",
                &[("cut@22-24", &NO_ANSWER)],
                "cut@1-21",
                "F04",
            ),
            (
                "one place inside the head",
                &[("cut@6 bytes", &OTHER)],
                "cut@1-5 cut@7-24",
                "F01",
            ),
            (
                "one place inside the head, and the blank line",
                &[("cut@6 cut@23", &OTHER)],
                "cut@1-5 cut@7-22 cut@24",
                "",
            ),
            (
                "the first read is taken for the whole head",
                &[("cut@1-15 cut@17-24", &OTHER)],
                "cut@16",
                "F01",
            ),
        ],
    );
}

#[test]
fn delimiters_of_two_bytes() {
    check(
        &lines("\r\n", &["ab", "cd"]),
        &[
            (
                "only cuts in delimiters",
                &[("cut@3 cut@7", &NO_ANSWER)],
                "cut@1-2 cut@5-6",
                "F04",
            ),
            (
                "cuts everywhere",
                &[("cut@1-3 cut@5-7", &SHORTENED)],
                "whole",
                "F02",
            ),
            (
                "half of a delimiter is answered, with and without a FIN",
                &[("cut@3 cut@7 half@3 half@7 bytes", &EARLY)],
                "cut@1-2 cut@5-6",
                "F10",
            ),
            (
                "half of a delimiter is answered, seen before a FIN only",
                &[("half@3", &EARLY)],
                "cut@1-3 cut@5-7",
                "F10",
            ),
            (
                "half of a delimiter is answered while the connection stays open",
                &[("hold@3 hold@7", &EARLY)],
                "cut@1-3 cut@5-7 hold@2 hold@4-6 hold@8",
                "F10",
            ),
            (
                "only the end of the stream makes the peer answer half of a delimiter",
                &[("half@3", &SURPLUS)],
                "cut@1-3 cut@5-7",
                "C06",
            ),
            (
                "parts are answered, and one of them as the whole is",
                &[("cut@1-3 cut@5-7", &SHORTENED), ("half@3", &EARLY)],
                "whole",
                "F02",
            ),
        ],
    );
}

/// `aéb\n`: a character cut at 2.
#[test]
fn characters_of_two_bytes() {
    check(
        &lines("\n", &["aéb"]),
        &[
            (
                "only cuts in characters",
                &[("cut@2", &CLOSED)],
                "cut@1 cut@3-4",
                "F05",
            ),
            (
                "cuts in characters fail differently, a cut before the delimiter gets two answers",
                &[
                    ("cut@2", &UNREAD),
                    ("cut@1 cut@3", &SHORTENED),
                    ("cut@4", &SURPLUS),
                ],
                "whole",
                "F05 F07",
            ),
            (
                "all cuts fail in the same way",
                &[("cut@1-4", &SHORTENED)],
                "whole",
                "F02",
            ),
            (
                "replacement characters where a character was cut",
                &[("cut@2", &GARBLED), ("cut@1 cut@3-4", &OTHER)],
                "whole",
                "F02 F05",
            ),
            (
                "no cut between characters was played",
                &[("cut@2", &CLOSED)],
                "whole",
                "",
            ),
            (
                "a crash at an end inside a character only",
                &[("cut@2", &CRASHED_UNANSWERED), ("half@2 fin@2", &CRASHED)],
                "cut@1 cut@3-4 half@0-1 half@3-5",
                "F05 C10",
            ),
            (
                "the connection stays open after a cut in a character",
                &[("cut@2", &UNREAD), ("half@2 fin@2", &IDLE)],
                "cut@1 cut@3-4 half@0-1 half@3-5 fin@0",
                "F05 C07",
            ),
        ],
    );
}

#[test]
fn baselines() {
    check(
        &lines("\n", &["aé"]),
        &[
            (
                "as many bytes as characters",
                &[("whole", &IN_CHARACTERS)],
                "",
                "F06",
            ),
            ("a part is missing", &[("whole", &SHORTENED)], "", ""),
            ("crashed after the end", &[("whole", &CRASHED)], "", "C03"),
            (
                "crashed before the answer",
                &[("whole", &CRASHED_UNANSWERED)],
                "",
                "C10",
            ),
            (
                "exit code 0 after the end",
                &[("whole", &EXITED)],
                "",
                "C05",
            ),
            ("no answer", &[("whole", &NO_ANSWER)], "", ""),
            ("idle after the end", &[("whole", &IDLE)], "", "C01"),
            (
                "open after the end until the limit",
                &[("whole", &OPEN)],
                "",
                "C01",
            ),
            ("spinning after the end", &[("whole", &SPINNING)], "", "C02"),
        ],
    );
}

/// `abcd\nef\n` again: edges at 0, 5 and 8.
#[test]
fn ends() {
    check(
        &lines("\n", &["abcd", "ef"]),
        &[
            (
                "idle after every FIN",
                &[("half@0-8", &IDLE)],
                "whole",
                "C01",
            ),
            (
                "idle after FINs inside messages only",
                &[("half@1-4", &IDLE)],
                "half@0 half@5",
                "C07",
            ),
            (
                "idle after FINs inside messages, no others played",
                &[("half@1-4", &IDLE)],
                "",
                "",
            ),
            (
                "spinning after a FIN inside a message",
                &[("half@2", &SPINNING)],
                "half@0",
                "C02",
            ),
            (
                "spinning after some FINs inside a message, and open until the limit after others",
                &[("half@2", &SPINNING), ("half@3", &OPEN)],
                "half@0 half@5",
                "C02",
            ),
            (
                "more is kept with each connection that spins",
                &[("half@2", &SPINNING), ("half@1", &LEAKS)],
                "half@0",
                "C02",
            ),
            (
                "more is kept with each connection whose end is ignored",
                &[("half@0-8", &IDLE), ("whole", &LEAKS)],
                "",
                "C01",
            ),
            (
                "a crash at a FIN",
                &[("fin@0 fin@3", &CRASHED)],
                "half@1",
                "C03",
            ),
            (
                "a crash after every cut exchange, and at every FIN",
                &[("cut@1-3 fin@1-3", &CRASHED)],
                "whole",
                "C10",
            ),
            (
                "a crash at parts of messages, with and without a FIN",
                &[("cut@1-3", &CRASHED_UNANSWERED), ("fin@1-3", &CRASHED)],
                "fin@0",
                "F02 C10",
            ),
            (
                "a crash at parts of messages, of which not all cuts were played",
                &[("cut@1", &CRASHED_UNANSWERED), ("fin@2-3", &CRASHED)],
                "whole fin@0",
                "F02 C10",
            ),
            (
                "a crash at one cut, and at a FIN where a cut passes",
                &[("joined+cut@6", &CRASHED_UNANSWERED), ("fin@3", &CRASHED)],
                "whole cut@1-7 joined",
                "C03 C10",
            ),
            (
                "exit code 0 in the middle of an exchange",
                &[("joined", &EXITED_UNANSWERED)],
                "whole cut@1-7",
                "C10",
            ),
            (
                "open after every FIN until the limit",
                &[("half@0-8", &OPEN)],
                "whole",
                "C01",
            ),
            (
                "open after FINs inside messages until the limit",
                &[("half@1-4", &OPEN)],
                "half@0 half@5",
                "C07",
            ),
            ("a crash at a reset", &[("rst@0", &CRASHED)], "fin@0", "C04"),
            (
                "a crash before accept",
                &[("rst@accept", &CRASHED)],
                "",
                "C04",
            ),
            (
                "a crash at a reset and at a FIN",
                &[("rst@2 fin@2 fin+@2", &CRASHED)],
                "whole cut@2",
                "C03 C04",
            ),
            (
                "a crash of the bytes before the reset",
                &[("cut@2", &CRASHED_UNANSWERED), ("rst@2", &CRASHED)],
                "whole",
                "F02 C10",
            ),
            (
                "spinning after a reset",
                &[("rst@2", &SPINS_ON)],
                "fin@2",
                "C02",
            ),
            (
                "spinning after a reset before accept",
                &[("rst@accept", &SPINS_ON)],
                "rst@0",
                "C02",
            ),
            (
                "spinning after a FIN, although the socket is closed",
                &[("half@5", &SPINS_ON)],
                "half@0",
                "C02",
            ),
            (
                "a client that spins after a reset",
                &[("rst@2", &RUNS_ON)],
                "rst@0",
                "C02",
            ),
            (
                "the next connection is not served after a reset",
                &[("rst@3", &UNSERVED)],
                "fin@3",
                "C05",
            ),
            (
                "an extra answer to a truncated message with a FIN right behind it",
                &[("fin+@2", &SURPLUS)],
                "cut@2",
                "C06",
            ),
            (
                "a process that exits with code 0",
                &[("fin@0 cut@2", &EXITED)],
                "",
                "C05",
            ),
            (
                "the next connection is not served",
                &[("rst@accept", &UNSERVED)],
                "",
                "C05",
            ),
            (
                "the next connection is not served by a process that died",
                &[("cut@2", &CRASHED_UNANSWERED), ("cut@3", &UNSERVED)],
                "whole cut@1 cut@4-7",
                "C10",
            ),
            (
                "a reset under one tactic, and an answer missing without one",
                &[("cut@2", &CLOSED), ("random@15", &RESET)],
                "whole cut@1 cut@3-7",
                "",
            ),
            (
                "connections are served up to some number",
                &[("whole", &FOUR_SERVED)],
                "cut@2",
                "C05",
            ),
            (
                "silence beside other connections only",
                &[("cut@2", &BLOCKED)],
                "cut@3",
                "S01",
            ),
            (
                "the bytes of another connection",
                &[("cut@2", &CROSSED)],
                "cut@3",
                "F09",
            ),
            (
                "a reset in place of the FIN",
                &[("cut@4", &RESET_AT_CLOSE)],
                "cut@1-3",
                "C08",
            ),
            (
                "early resets of a process that dies",
                &[("cut@4", &RESET), ("fin@0", &CRASHED)],
                "cut@1-3",
                "C03",
            ),
            (
                "a FIN in place of the reset",
                &[("whole", &FIN_AT_CLOSE)],
                "",
                "",
            ),
            (
                "no answer to a message with a FIN right behind it",
                &[("fin+@5", &NO_ANSWER)],
                "joined half@5",
                "C09",
            ),
            (
                "a close in place of the answer to a message with a FIN right behind it",
                &[("fin+@5", &CLOSED)],
                "joined half@5",
                "C09",
            ),
            (
                "a reset in place of the answer to a message with a FIN right behind it",
                &[("fin+@5", &RESET)],
                "joined half@5",
                "C09",
            ),
            (
                "no answer to a message, with a FIN and cut there",
                &[("fin+@5 cut@5", &NO_ANSWER)],
                "joined half@5",
                "",
            ),
            (
                "no second answer, with a FIN or joined",
                &[("fin+@8 joined", &NO_LATER_ANSWER)],
                "half@5",
                "F03",
            ),
        ],
    );
}

#[test]
fn headers_and_neighbours() {
    check(
        &with_header(&["abc"]),
        &[
            (
                "malformed headers are taken for valid ones",
                &[("header:negative header:hex", &ACCEPTED)],
                "",
                "H01",
            ),
            (
                "bytes beyond the declared length are read",
                &[("header:shorter", &ACCEPTED)],
                "",
                "H01",
            ),
            (
                "a reply that the suite forbids",
                &[("header:hex", &SURPLUS)],
                "",
                "",
            ),
            (
                "the end of the stream is taken for the end of the body",
                &[
                    ("header:longer", &SURPLUS),
                    ("header:too-large header:negative", &ACCEPTED),
                ],
                "cut@1-5",
                "C06",
            ),
            (
                "one recv is taken for a message, whatever its header declares",
                &[("cut@1-5", &NO_ANSWER), ("header:longer", &SURPLUS)],
                "",
                "F02",
            ),
            (
                "memory for a declared length, and then no answer",
                &[("header:too-large", &MEMORY_FOR_LENGTH)],
                "",
                "H02",
            ),
            (
                "memory for bytes without an end",
                &[("header:endless", &MEMORY_FOR_ENDLESS)],
                "",
                "H05",
            ),
            (
                "a crash at a malformed header, and at any end inside a message",
                &[("header:empty half@4 fin@1", &CRASHED)],
                "",
                "C03",
            ),
            (
                "a crash at a malformed header, and at ends between messages",
                &[("header:empty fin@0", &CRASHED)],
                "",
                "C03 H03",
            ),
            (
                "idle after a malformed header, and after any end inside a message",
                &[("header:empty half@4", &IDLE)],
                "half@0",
                "C07",
            ),
            (
                "a malformed header makes it spin",
                &[("header:empty", &SPINNING)],
                "half@4",
                "H04",
            ),
            (
                "any end makes it spin",
                &[("header:empty half@4", &SPINNING)],
                "",
                "C02",
            ),
            (
                "neither reads nor closes after a malformed header",
                &[("header:endless", &UNREAD)],
                "",
                "H04",
            ),
            (
                "a malformed header blocks the next client",
                &[("header:empty", &UNSERVED)],
                "",
                "H04",
            ),
            (
                "a crash at a malformed header",
                &[("header:empty", &CRASHED)],
                "",
                "H03",
            ),
            (
                "idle after a malformed header",
                &[("header:empty", &IDLE)],
                "half@0",
                "H04",
            ),
            (
                "served when a stalled client is closed",
                &[(
                    "neighbours:stalled",
                    &[Symptom::BlockedByOthers, Symptom::NoAnswer { step: 1 }],
                )],
                "",
                "S01",
            ),
            (
                "not served beside a stalled client, and not later",
                &[(
                    "neighbours:stalled",
                    &[Symptom::Interference, Symptom::NoAnswer { step: 1 }],
                )],
                "",
                "F09",
            ),
            (
                "not read beside a stalled client, and alone not compared",
                &[("neighbours:stalled", &UNREAD)],
                "",
                "",
            ),
            (
                "not served beside an interleaved client",
                &[(
                    "neighbours:interleaved",
                    &[Symptom::Interference, Symptom::NoAnswer { step: 1 }],
                )],
                "",
                "",
            ),
            (
                "the bytes of an interleaved client",
                &[(
                    "neighbours:interleaved",
                    &[Symptom::CrossTalk, Symptom::Surplus],
                )],
                "",
                "F09",
            ),
            (
                "wrong answers beside an interleaved client",
                &[("neighbours:interleaved", &OTHER)],
                "bytes",
                "F09",
            ),
            (
                "wrong answers beside an interleaved client and alone",
                &[("neighbours:interleaved bytes", &OTHER)],
                "",
                "",
            ),
            (
                "a slow reader gets a broken answer",
                &[("slow-read", &[Symptom::BrokenAnswer { step: 1 }])],
                "whole",
                "F08",
            ),
            (
                "a slow reader is reset",
                &[("slow-read", &RESET)],
                "whole",
                "C08",
            ),
        ],
    );
}

#[test]
fn a_reason_gives_the_numbers() {
    let script = with_header(&["abcdef", "ghi"]);
    let reasons = |failed: &[Failed<'_>], passed| reasons(&server(&script, failed, passed));
    assert_eq!(
        reasons(&[("cut@1-2 cut@10-11", &OTHER)], "cut@3-8 cut@12-14"),
        ["F01: the cuts at 1–2 and 10–11, inside the header, fail; \
             all 9 cuts inside the payload pass"]
    );
    assert_eq!(
        reasons(&[("cut@7-8", &SHORTENED)], "cut@1-6 cut@10-14"),
        [
            "F02: the cuts at 7–8, inside the payload, fail (2 with a part of the output missing); \
             all 4 cuts inside the header pass"
        ]
    );
    assert_eq!(
        reasons(&[("half@4-5", &SURPLUS)], "cut@1-8"),
        [
            "C06: a FIN inside a message (offset 4–5) gets an extra answer; \
             a cut there without a FIN passes"
        ]
    );
    assert_eq!(
        reasons(&[("half@4-5", &EARLY)], "cut@1-8"),
        ["F10: at offset 4–5 the answer to a message comes before the whole of it is sent"]
    );
}

/// Codes of a server whose exchange ends with its own close.
fn codes_of_closing_peer(failed: &[Symptom], tactic: &str) -> String {
    let script = lines("\n", &["a"]);
    let many = PeerLifetime::ManyCases;
    let mut evidence = DefectEvidence::new(&script, [1], ExchangeEnd::ByPeer, many);
    evidence.add_failure(tactic.parse().expect("a tactic"), failed.to_vec());
    codes(&evidence)
}

#[test]
fn a_process_that_crashes_after_its_own_close_stops_serving() {
    assert_eq!(codes_of_closing_peer(&CRASHED, "whole"), "C05");
}

#[test]
fn a_peer_that_should_close_first_and_does_not_has_seen_no_fin() {
    for open in [IDLE, OPEN, SPINNING] {
        assert_eq!(codes_of_closing_peer(&open, "whole"), "C11", "{open:?}");
        assert_eq!(codes_of_closing_peer(&open, "cut@1"), "C11", "{open:?}");
    }
    assert_eq!(codes_of_closing_peer(&IDLE, "half@2"), "C01");
    assert_eq!(codes_of_closing_peer(&SPINNING, "half@1"), "C02");
}

#[test]
fn a_death_gives_its_signal_and_the_first_delivery() {
    let script = lines("\n", &["abcd", "ef"]);
    let failed: &[Failed<'_>] = &[("joined joined+cut@6-7", &CRASHED_UNANSWERED)];
    assert_eq!(
        reasons(&server(&script, failed, "whole cut@1-7")),
        [
            "C10: in 3 deliveries (the first is joined) the process ends with signal 11 (SIGSEGV) \
             in the middle of the exchange"
        ]
    );
}

#[test]
fn flaky_failures_name_no_defect() {
    let script = lines("\n", &["abcd"]);
    let mut evidence = server(&script, &[("cut@1-4 bytes", &SURPLUS)], "whole");
    assert_eq!(codes(&evidence), "F07");
    let flaky = "random@1".parse().expect("a tactic");
    evidence.add_flaky(flaky, SURPLUS.to_vec());
    assert_eq!(codes(&evidence), "");
}

#[test]
fn passes_are_kept_only_where_a_rule_may_ask_for_them() {
    assert!(DefectEvidence::keeps_passes_of(TacticFamily::Cut));
    assert!(!DefectEvidence::keeps_passes_of(TacticFamily::Cuts));
}
