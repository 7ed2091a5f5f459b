//! Programs that are started for one case each: what they print, and how they exit.

use super::sample::{Failed, codes, lines, program, reasons, server};
use super::{OutputDifference, Symptom};
use crate::judge::PeerClose;
use crate::peer::ExitStatus;
use crate::tactic::Script;

const fn printed(difference: OutputDifference) -> Symptom {
    Symptom::NotPrinted {
        step: 1,
        difference,
    }
}
const PART: [Symptom; 1] = [printed(OutputDifference::PartMissing)];
const PART_AND_EXIT: [Symptom; 2] = [printed(OutputDifference::PartMissing), Symptom::OtherExit];
const OTHER: [Symptom; 1] = [printed(OutputDifference::Other)];
const OTHER_THAN_BASELINE: [Symptom; 1] = [Symptom::PrintsOther {
    difference: OutputDifference::Other,
}];
const RESET_AT_CLOSE: [Symptom; 1] = [Symptom::WrongClose {
    how: PeerClose::Reset,
}];
const RESET_EARLY: [Symptom; 1] = [Symptom::EndedEarly {
    step: 1,
    how: PeerClose::Reset,
}];

/// One line with a character that is cut at 3.
fn script() -> Script {
    lines("\n", &["abéc"])
}

fn program_codes(failed: &[Failed<'_>], passed: &str) -> String {
    codes(&program(&script(), failed, passed))
}

#[test]
fn a_program_that_fails_only_on_cut_characters_decodes_segments() {
    let failed: &[Failed<'_>] = &[("cut@1-2 cut@4-5", &PART), ("cut@3", &PART_AND_EXIT)];
    assert_eq!(program_codes(failed, "whole"), "F02 F05");
}

#[test]
fn a_program_that_fails_on_every_cut_does_not_fail_on_characters() {
    assert_eq!(
        program_codes(&[("cut@1-5", &PART_AND_EXIT)], "whole"),
        "F02"
    );
}

#[test]
fn the_output_of_a_program_that_failed_is_no_partial_answer() {
    let passed = "whole cut@2-5";
    assert_eq!(program_codes(&[("cut@1", &PART_AND_EXIT)], passed), "");
    assert_eq!(program_codes(&[("cut@1", &PART)], passed), "F02");
}

#[test]
fn a_client_that_exits_with_an_error_on_part_of_a_line_does_not_die_of_an_end() {
    const FAILED_EXIT: [Symptom; 1] = [Symptom::FailedExit];
    let cuts: &[Failed<'_>] = &[("cut@1-5 bytes", &FAILED_EXIT)];
    assert_eq!(program_codes(cuts, "whole fin@0-6 half@0-6"), "F02");
    assert_eq!(program_codes(&[("whole", &FAILED_EXIT)], ""), "C03");
}

#[test]
fn a_program_that_a_signal_kills_dies_of_its_input() {
    let how = ExitStatus::Signal(6);
    let killed = [printed(OutputDifference::Other), Symptom::Died { how }];
    assert_eq!(
        program_codes(&[("joined", &killed)], "whole cut@1-5"),
        "C10"
    );
}

#[test]
fn a_wrong_text_is_one_way_to_fail_whether_a_step_or_the_baseline_expects_it() {
    let failed: &[Failed<'_>] = &[("cut@1-2 cut@4-5", &OTHER_THAN_BASELINE), ("cut@3", &OTHER)];
    assert_eq!(program_codes(failed, "whole"), "F02");
}

#[test]
fn an_early_reset_is_named_only_of_a_peer_that_should_keep_running() {
    let failed: &[Failed<'_>] = &[("cut@4", &RESET_EARLY)];
    let passed = "cut@1-3 cut@5";
    assert_eq!(program_codes(failed, passed), "");
    assert_eq!(
        reasons(&server(&script(), failed, passed)),
        [
            "C08: under the tactic `cut@4` the peer resets the connection before the exchange is complete"
        ]
    );
}

#[test]
fn a_reset_where_the_exchange_expects_a_fin_is_named_of_any_peer() {
    let failed: &[Failed<'_>] = &[("cut@4", &RESET_AT_CLOSE)];
    let passed = "cut@1-3 cut@5";
    for evidence in [
        program(&script(), failed, passed),
        server(&script(), failed, passed),
    ] {
        assert_eq!(
            reasons(&evidence),
            [
                "C08: under the tactic `cut@4` the peer resets the connection where the exchange expects a FIN"
            ]
        );
    }
}

#[test]
fn a_program_that_takes_a_truncated_message_for_whole_is_told_from_one_that_takes_each_recv_for_one()
 {
    let printed = [Symptom::PrintsTruncated];
    let exited = [Symptom::ExitsAsWhole];
    let passed = "whole cut@1-5 fin@0";
    let of_printed = program(&script(), &[("fin@2-4", &printed)], passed);
    assert_eq!(
        reasons(&of_printed),
        [
            "C06: the stream ends inside a message (offset 2–4), and the program prints what came as if it were whole; a cut there without an end passes"
        ]
    );
    let of_exited = program(&script(), &[("fin@2-4", &exited)], passed);
    assert_eq!(
        reasons(&of_exited),
        [
            "C06: the stream ends inside a message (offset 2–4), and the program exits as after a whole exchange"
        ]
    );
    let each_recv: &[Failed<'_>] = &[("cut@1-4", &PART), ("fin@1-5", &printed)];
    assert_eq!(program_codes(each_recv, "whole cut@5"), "F02");
}
