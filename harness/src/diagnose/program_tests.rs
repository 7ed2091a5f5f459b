//! Evidence of programs that are started for one case each: what they print, and how
//! they end.

use super::sample::{Fell, evidence_of, lines};
use super::{Life, Sign, Slip, diagnose};
use crate::judge::Ended;

const fn printed(slip: Slip) -> Sign {
    Sign::NotPrinted { step: 1, slip }
}
const PART: [Sign; 1] = [printed(Slip::LeftOut)];
const PART_AND_DIED: [Sign; 2] = [printed(Slip::LeftOut), Sign::EndsOtherwise];
const OTHER: [Sign; 1] = [printed(Slip::Other)];
const OTHER_BEYOND: [Sign; 1] = [Sign::PrintsOther { slip: Slip::Other }];
const RESET_AT_LAST: [Sign; 1] = [Sign::WrongClose { how: Ended::Reset }];
const RESET_EARLY: [Sign; 1] = [Sign::EndedEarly {
    step: 1,
    how: Ended::Reset,
}];

/// What is named of a peer that is sent `abéc\n`: a character is cut at 3.
fn named(life: Life, fell: &[Fell<'_>], held: &str) -> Vec<String> {
    let evidence = evidence_of(&lines("\n", &["abéc"]), life, fell, held);
    let found = diagnose(&evidence).into_iter();
    found
        .map(|it| format!("{}: {}", it.code.code(), it.because))
        .collect()
}

fn codes(fell: &[Fell<'_>], held: &str) -> String {
    let named = named(Life::OneCase, fell, held);
    let codes = named.iter().filter_map(|it| it.split(':').next());
    codes.collect::<Vec<_>>().join(" ")
}

#[test]
fn one_that_dies_only_of_cut_characters_decodes_by_the_segment() {
    let fell: &[Fell<'_>] = &[("cut@1-2 cut@4-5", &PART), ("cut@3", &PART_AND_DIED)];
    assert_eq!(codes(fell, "whole"), "F02 F05");
}

#[test]
fn one_that_dies_of_every_cut_does_not_die_of_characters() {
    assert_eq!(codes(&[("cut@1-5", &PART_AND_DIED)], "whole"), "F02");
}

#[test]
fn what_one_had_printed_that_died_now_and_then_was_taken_for_no_message() {
    let fell: &[Fell<'_>] = &[("cut@1", &PART_AND_DIED)];
    assert_eq!(codes(fell, "whole cut@2-5"), "");
    let fell: &[Fell<'_>] = &[("cut@1", &PART)];
    assert_eq!(codes(fell, "whole cut@2-5"), "F02");
}

#[test]
fn a_wrong_text_is_one_way_to_fail_wherever_the_exchange_looks_for_it() {
    let fell: &[Fell<'_>] = &[("cut@1-2 cut@4-5", &OTHER_BEYOND), ("cut@3", &OTHER)];
    assert_eq!(codes(fell, "whole"), "F02");
}

#[test]
fn a_reset_that_cuts_a_program_off_is_not_its_own() {
    let fell: &[Fell<'_>] = &[("cut@4", &RESET_EARLY)];
    let held = "cut@1-3 cut@5";
    assert_eq!(named(Life::OneCase, fell, held), [""; 0]);
    assert_eq!(
        named(Life::ManyCases, fell, held),
        ["C08: in cut@4 the peer ends the connection with a reset, and lives on"]
    );
}

#[test]
fn a_reset_where_the_exchange_asks_for_a_fin_is_named_of_any_peer() {
    for life in [Life::OneCase, Life::ManyCases] {
        assert_eq!(
            named(life, &[("cut@4", &RESET_AT_LAST)], "cut@1-3 cut@5"),
            [
                "C08: in cut@4 the peer ends the connection with a reset, where the exchange asks for a FIN"
            ]
        );
    }
}
