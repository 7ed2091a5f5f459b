//! Evidence made by hand, and the codes that it means: each rule beside the
//! neighbours that it must not be taken for.

use super::sample::{Fell, codes, lines, reasons, with_header};
use super::{Code, Ending, Evidence, Life, Sign, Slip, diagnose};
use crate::judge::Ended;
use crate::tactic::{Tactic, TacticFamily};

const fn wrong(step: usize, slip: Slip) -> [Sign; 1] {
    [Sign::WrongAnswer { step, slip }]
}
const OTHER: [Sign; 1] = wrong(1, Slip::Other);
const SHORTENED: [Sign; 1] = wrong(1, Slip::LeftOut);
const SHORTENED_LATER: [Sign; 1] = wrong(3, Slip::LeftOut);
const GARBLED: [Sign; 1] = wrong(1, Slip::Garbled);
const IN_CHARACTERS: [Sign; 1] = wrong(1, Slip::CountedInCharacters);
const SILENT: [Sign; 1] = [Sign::NoAnswer { step: 1 }];
const SILENT_LATER: [Sign; 1] = [Sign::NoAnswer { step: 3 }];
const SURPLUS: [Sign; 1] = [Sign::Surplus];
const UNREAD: [Sign; 1] = [Sign::NotRead];
const CLOSED: [Sign; 1] = [Sign::EndedEarly {
    step: 1,
    how: Ended::Closed,
}];
const RESET: [Sign; 1] = [Sign::EndedEarly {
    step: 1,
    how: Ended::Reset,
}];
const RESET_AT_LAST: [Sign; 1] = [Sign::WrongClose { how: Ended::Reset }];
const ASLEEP: [Sign; 1] = [Sign::StaysOpenAsleep];
const SPINNING: [Sign; 1] = [Sign::StaysOpenSpinning];
const CRASHED: [Sign; 1] = [Sign::Crashed];
const CRASHED_UNANSWERED: [Sign; 2] = [
    Sign::Crashed,
    Sign::EndedEarly {
        step: 1,
        how: Ended::Closed,
    },
];
const EXITED: [Sign; 1] = [Sign::Exited];
const UNSERVED: [Sign; 1] = [Sign::NextNotServed];

/// What is told, what fell, what held, and the codes.
type Row<'a> = (&'a str, &'a [Fell<'a>], &'a str, &'a str);

fn check(script: &crate::tactic::Script, rows: &[Row<'_>]) {
    for (told, fell, held, expected) in rows {
        assert_eq!(codes(script, fell, held), *expected, "{told}");
    }
}

/// `123abcdef123ghi`: headers at 0–3 and 9–12, edges at 9 and 15.
#[test]
fn messages_with_headers() {
    check(
        &with_header(&["abcdef", "ghi"]),
        &[
            ("nothing fell", &[], "whole bytes cut@1-8 joined", ""),
            (
                "only cuts in headers",
                &[("cut@1-2 cut@10-11 bytes", &OTHER)],
                "cut@3-8 cut@12-14 joined",
                "F01",
            ),
            (
                "a header cut at one of many places",
                &[("cut@1", &OTHER)],
                "cut@2-8 cut@10-14",
                "",
            ),
            (
                "only cuts in bodies",
                &[("cut@4-8 cut@12-14", &SILENT)],
                "cut@1-3 cut@10-11",
                "F02",
            ),
            (
                "the far ends of bodies, answered in part",
                &[("cut@8", &SHORTENED)],
                "cut@1-7 cut@10-14",
                "F02",
            ),
            (
                "one offset of a body, and no sign of what went wrong",
                &[("cut@8", &SILENT)],
                "cut@1-7 cut@10-14",
                "",
            ),
            (
                "headers and bodies",
                &[("cut@1-8 cut@10-14", &OTHER)],
                "whole",
                "F01 F02",
            ),
            (
                "more answers than due, where a header may have been misread",
                &[("cut@4-8", &SURPLUS)],
                "cut@1-3 cut@9-14",
                "F02",
            ),
            (
                "joined messages lose the second answer",
                &[("joined", &SILENT_LATER)],
                "cut@1-8 cut@10-14",
                "F03",
            ),
            (
                "joined messages lose the first answer",
                &[("joined", &SILENT)],
                "cut@1-8 cut@10-14",
                "",
            ),
            (
                "half a message after a whole one is lost",
                &[("joined+cut@12-13", &SHORTENED_LATER)],
                "joined cut@1-8 cut@10-14",
                "F03",
            ),
            (
                "the same half is lost without a message before it",
                &[
                    ("joined+cut@10-11", &SILENT_LATER),
                    ("cut@1-2 cut@10-11", &SILENT),
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
                "a fragment is answered, then the connection is closed",
                &[("cut@1-3", &SHORTENED), ("cut@4", &RESET_AT_LAST)],
                "cut@6-7",
                "F02 C08",
            ),
            (
                "each segment is answered",
                &[
                    ("cut@1-4 cut@6", &SHORTENED),
                    ("cut@7 random@3", &SURPLUS),
                    ("joined", &SILENT_LATER),
                ],
                "whole",
                "F07",
            ),
            (
                "more answers than due, but to a stream that was cut off",
                &[("half@1-3", &SURPLUS)],
                "cut@1-4 cut@6-7 half@0 half@5",
                "C06",
            ),
            (
                "fragments are answered, with and without an end",
                &[("cut@1-3 cut@6", &SHORTENED), ("half@1-3", &SURPLUS)],
                "cut@4 cut@7 half@0",
                "F02",
            ),
            (
                "fragments are answered, and so is an end after nothing",
                &[("cut@1-3 cut@6", &SHORTENED), ("half@0-3", &SURPLUS)],
                "cut@4 cut@7",
                "F02 C06",
            ),
            (
                "no cut is answered, for a reason that nobody knows",
                &[("cut@3", &SILENT)],
                "cut@1-2 cut@4 cut@6-7",
                "",
            ),
        ],
    );
}

/// `ab\r\ncd\r\n`: delimiters cut at 3 and 7.
#[test]
fn delimiters_of_two_bytes() {
    check(
        &lines("\r\n", &["ab", "cd"]),
        &[
            (
                "only cuts in delimiters",
                &[("cut@3 cut@7", &SILENT)],
                "cut@1-2 cut@5-6",
                "F04",
            ),
            (
                "cuts everywhere",
                &[("cut@1-3 cut@5-7", &SHORTENED)],
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
                "characters in one way, the rest in another, twice answered",
                &[
                    ("cut@2", &UNREAD),
                    ("cut@1 cut@3", &SHORTENED),
                    ("cut@4", &SURPLUS),
                ],
                "whole",
                "F05 F07",
            ),
            (
                "characters and the rest in the same way",
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
                "nobody knows how the rest would have gone",
                &[("cut@2", &CLOSED)],
                "whole",
                "",
            ),
            (
                "an end inside a character is too much, an end elsewhere is not",
                &[("cut@2", &CRASHED_UNANSWERED), ("half@2 fin@2", &CRASHED)],
                "cut@1 cut@3-4 half@0-1 half@3-5",
                "F05",
            ),
            (
                "a socket is kept that broke on a character",
                &[("cut@2", &UNREAD), ("half@2 fin@2", &ASLEEP)],
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
            ("counted", &[("whole", &IN_CHARACTERS)], "", "F06"),
            ("only short", &[("whole", &SHORTENED)], "", ""),
            ("crashed after the end", &[("whole", &CRASHED)], "", "C03"),
            (
                "crashed in between",
                &[("whole", &CRASHED_UNANSWERED)],
                "",
                "",
            ),
            ("done after the end", &[("whole", &EXITED)], "", "C05"),
            ("mute", &[("whole", &SILENT)], "", ""),
            ("asleep after the end", &[("whole", &ASLEEP)], "", "C01"),
            (
                "open after the end, and nobody knows what it does",
                &[("whole", &[Sign::StaysOpen])],
                "",
                "",
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
                "every end is slept through",
                &[("half@0-8", &ASLEEP)],
                "whole",
                "C01",
            ),
            (
                "ends inside messages are slept through, others are not",
                &[("half@1-4", &ASLEEP)],
                "half@0 half@5",
                "C07",
            ),
            (
                "ends inside messages are slept through, of others nothing is known",
                &[("half@1-4", &ASLEEP)],
                "",
                "",
            ),
            (
                "an end inside a message spins",
                &[("half@2", &SPINNING)],
                "half@0",
                "C02",
            ),
            (
                "a crash at an end",
                &[("fin@0 fin@3", &CRASHED)],
                "half@1",
                "C03",
            ),
            (
                "a crash at the end of every connection, cut or not",
                &[("cut@1-3 fin@1-3", &CRASHED)],
                "",
                "C03",
            ),
            (
                "a crash at fragments, whatever follows",
                &[("cut@1-3", &CRASHED_UNANSWERED), ("fin@1-3", &CRASHED)],
                "fin@0",
                "F02",
            ),
            ("a crash at a reset", &[("rst@0", &CRASHED)], "fin@0", "C04"),
            (
                "a crash before accept",
                &[("rst@accept", &CRASHED)],
                "",
                "C04",
            ),
            (
                "a process that is done",
                &[("fin@0 cut@2", &EXITED)],
                "",
                "C05",
            ),
            (
                "the next one waits",
                &[("rst@accept", &UNSERVED)],
                "",
                "C05",
            ),
            (
                "a reset at last",
                &[("cut@4", &RESET_AT_LAST)],
                "cut@1-3",
                "C08",
            ),
            (
                "the resets of a process that dies",
                &[("cut@4", &RESET), ("fin@0", &CRASHED)],
                "cut@1-3",
                "C03",
            ),
            (
                "another close",
                &[("whole", &[Sign::WrongClose { how: Ended::Closed }])],
                "",
                "",
            ),
            (
                "an end takes the answer away",
                &[("fin+@5", &SILENT)],
                "joined half@5",
                "C09",
            ),
            (
                "an end takes the second answer away, and joining does too",
                &[("fin+@8 joined", &SILENT_LATER)],
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
                "a header that is none is answered",
                &[("header:negative header:hex", &SURPLUS)],
                "",
                "H01",
            ),
            (
                "a header that lies is believed",
                &[("header:shorter", &SURPLUS)],
                "",
                "",
            ),
            ("a header kills", &[("header:empty", &CRASHED)], "", "H03"),
            (
                "a header hangs",
                &[("header:empty", &ASLEEP)],
                "half@0",
                "H04",
            ),
            (
                "a silent neighbour",
                &[("neighbours:stalled", &SILENT)],
                "",
                "S01",
            ),
            (
                "a neighbour's bytes",
                &[("neighbours:interleaved", &OTHER)],
                "bytes",
                "F09",
            ),
            (
                "bytes alone",
                &[("neighbours:interleaved bytes", &OTHER)],
                "",
                "",
            ),
            (
                "a slow reader",
                &[("slow-read", &[Sign::BrokenAnswer { step: 1 }])],
                "whole",
                "F08",
            ),
            (
                "a slow reader that is reset",
                &[("slow-read", &RESET)],
                "whole",
                "C08",
            ),
        ],
    );
}

#[test]
fn a_reason_has_the_numbers() {
    let script = with_header(&["abcdef", "ghi"]);
    let fell: &[Fell<'_>] = &[("cut@1-2 cut@10-11", &OTHER)];
    assert_eq!(
        reasons(&script, fell, "cut@3-8 cut@12-14"),
        ["F01: the cuts at 1–2 and 10–11, inside a header, fail; the 9 cuts inside a payload hold"]
    );
    let fell: &[Fell<'_>] = &[("cut@7-8", &SHORTENED)];
    assert_eq!(
        reasons(&script, fell, "cut@1-6 cut@10-14"),
        [
            "F02: the cuts at 7–8, inside a payload, fail (2 with answers that leave a part out); \
          the 4 cuts inside a header hold"
        ]
    );
    let fell: &[Fell<'_>] = &[("half@4-5", &SURPLUS)];
    assert_eq!(
        reasons(&script, fell, "cut@1-8"),
        ["C06: what the stream's end cuts off at 4–5 is answered; \
          cut there without an end it is waited for"]
    );
}

#[test]
fn a_process_that_crashes_after_its_own_close_stops_serving() {
    let mut evidence = Evidence::new(&lines("\n", &["a"]), [1], Ending::ByPeer, Life::ManyCases);
    evidence.fell(Tactic::Whole, CRASHED.to_vec());
    let found = diagnose(&evidence);
    assert_eq!(found[0].code, Code::StopsServing);
    assert_eq!(found.len(), 1);
}

#[test]
fn passes_are_kept_only_where_a_rule_may_ask_for_them() {
    assert!(Evidence::keeps(TacticFamily::Cut));
    assert!(!Evidence::keeps(TacticFamily::Cuts));
}
