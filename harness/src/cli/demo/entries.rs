//! The entries of the demo: each built-in peer with its suite, and the failures and
//! defects that it must show.

use std::time::Duration;

use wirecheck_report::terminal::PeerForm;

use crate::cli::peers::DemoPeer;
use crate::engine::Selection;
use crate::scenario::{NoAttachments, Suite, parse};
use crate::tactic::{CaseChoice, Profile, Seed, TacticFamily};

#[derive(Debug)]
pub(super) struct DemoEntry {
    /// The same for both forms.
    pub(super) name: &'static str,
    pub(super) form: PeerForm,
    pub(super) peer: DemoPeer,
    pub(super) suite: SuiteText,
    pub(super) cases: CaseFilter,
    pub(super) expected: Expectation,
}

/// Selects cases of a suite.
#[derive(Debug)]
pub(super) struct CaseFilter {
    /// All scenarios if empty.
    scenarios: &'static [&'static str],
    profile: Profile,
    /// All tactics if empty.
    only: &'static [&'static str],
}

const ALL_CASES: CaseFilter = CaseFilter {
    scenarios: &[],
    profile: Profile::Standard,
    only: &[],
};

/// The scenario for a line client.
const ANSWER: CaseFilter = CaseFilter {
    scenarios: &["prints-the-answer"],
    ..ALL_CASES
};

/// The scenario for a header client.
const GREETING: CaseFilter = CaseFilter {
    scenarios: &["greeting-and-time"],
    ..ALL_CASES
};

/// With few `fin` cases: the naive client spins in most of them, and each takes long.
const GREETING_WITH_FEW_FINS: CaseFilter = CaseFilter {
    profile: Profile::Quick,
    only: &[
        "whole",
        "bytes",
        "cut@*",
        "joined",
        "joined+cut@?0",
        "fin@3?",
    ],
    ..GREETING
};

/// The failures and defects that a peer must show.
#[derive(Debug)]
pub(super) struct Expectation {
    /// The families of tactics with failures; all others pass.
    pub(super) failing: &'static [TacticFamily],
    pub(super) codes: &'static [&'static str],
    /// What the peer does wrong, in one line.
    pub(super) bug: &'static str,
}

/// A correct peer.
const NO_FAILURES: Expectation = Expectation {
    failing: &[],
    codes: &[],
    bug: "",
};

/// A suite file that is compiled into the program.
#[derive(Clone, Copy, Debug)]
pub(super) struct SuiteText {
    path: &'static str,
    text: &'static str,
}

/// A suite file, by its folder in `scenarios/` and its name. `suites/` has links to the files:
/// cargo puts what they lead to into the package.
macro_rules! suite {
    ($folder:literal, $name:literal) => {
        SuiteText {
            path: concat!("scenarios/", $folder, "/", $name),
            text: include_str!(concat!("suites/", $name)),
        }
    };
}

const LINE: SuiteText = suite!("line", "line.toml");
const HEADER: SuiteText = suite!("header", "header.toml");
const HEADER_ECHO: SuiteText = suite!("header", "header-echo.toml");
const STAY_ALIVE: SuiteText = suite!("stay-alive", "stay-alive.toml");
const ONE_SHOT: SuiteText = suite!("one-shot", "one-shot.toml");

impl SuiteText {
    fn read(self) -> Suite {
        let suite = parse(self.path, self.text, &NoAttachments);
        suite.expect("the tests check each embedded suite")
    }
}

impl DemoEntry {
    pub(super) fn selection(&self) -> Selection {
        let CaseFilter {
            scenarios,
            profile,
            only,
        } = self.cases;
        let mut suite = self.suite.read().with_time_limit(TIME_LIMIT);
        let is_named = |id: &str| scenarios.is_empty() || scenarios.contains(&id);
        suite.retain_scenarios(|scenario| is_named(scenario.id().as_str()));
        let pattern = |it: &&str| it.parse().expect("the tests select the cases of each peer");
        let choice = CaseChoice {
            profile,
            seed: SEED,
            only: only.iter().map(pattern).collect(),
        };
        Selection::new(vec![suite], self.peer.side().other(), choice)
    }
}

/// Enough for these peers on a busy machine, and short for those that never answer.
const TIME_LIMIT: Duration = Duration::from_secs(2);

use TacticFamily::{
    Bytes, Cut, Fin, FinAtOnce, Half, Header, Hold, Joined, JoinedCut, Neighbours, Random, Rst,
    Whole,
};

/// The expectations below were checked with this seed.
const SEED: Seed = Seed(53_888_879);

/// The two forms of a peer are adjacent.
pub(super) const ENTRIES: [DemoEntry; 12] = [
    DemoEntry {
        name: "line",
        form: PeerForm::Naive,
        peer: DemoPeer::LineNaive,
        suite: LINE,
        cases: ALL_CASES,
        expected: Expectation {
            failing: &[
                Bytes, Cut, Random, Fin, Half, Rst, FinAtOnce, Hold, Neighbours, Header,
            ],
            codes: &["C10", "F05", "H05", "S01"],
            bug: "dies on a split character; serves one client at a time",
        },
    },
    DemoEntry {
        name: "line",
        form: PeerForm::Fixed,
        peer: DemoPeer::LineFixed,
        suite: LINE,
        cases: ALL_CASES,
        expected: NO_FAILURES,
    },
    DemoEntry {
        name: "header",
        form: PeerForm::Naive,
        peer: DemoPeer::HeaderNaive,
        suite: HEADER_ECHO,
        cases: ALL_CASES,
        expected: Expectation {
            failing: &[
                Whole, Bytes, Cut, Joined, JoinedCut, Random, Half, FinAtOnce, Hold, Header,
            ],
            codes: &["F01", "F02", "F03", "F06", "C06"],
            bug: "takes a read for a header or a body; counts characters",
        },
    },
    DemoEntry {
        name: "header",
        form: PeerForm::Fixed,
        peer: DemoPeer::HeaderFixed,
        suite: HEADER_ECHO,
        cases: ALL_CASES,
        expected: NO_FAILURES,
    },
    DemoEntry {
        name: "stay-alive",
        form: PeerForm::Naive,
        peer: DemoPeer::StayAliveNaive,
        suite: STAY_ALIVE,
        cases: ALL_CASES,
        expected: Expectation {
            failing: &[Whole],
            codes: &["C02"],
            bug: "takes the end of the stream for empty lines, and spins",
        },
    },
    DemoEntry {
        name: "stay-alive",
        form: PeerForm::Fixed,
        peer: DemoPeer::StayAliveFixed,
        suite: STAY_ALIVE,
        cases: ALL_CASES,
        expected: NO_FAILURES,
    },
    DemoEntry {
        name: "one-shot",
        form: PeerForm::Naive,
        peer: DemoPeer::OneShotNaive,
        suite: ONE_SHOT,
        cases: ALL_CASES,
        expected: Expectation {
            failing: &[Bytes, Cut, Random, Half, FinAtOnce, Hold],
            codes: &["F02", "C06"],
            bug: "takes the first read for the message, then closes",
        },
    },
    DemoEntry {
        name: "one-shot",
        form: PeerForm::Fixed,
        peer: DemoPeer::OneShotFixed,
        suite: ONE_SHOT,
        cases: ALL_CASES,
        expected: NO_FAILURES,
    },
    DemoEntry {
        name: "line client",
        form: PeerForm::Naive,
        peer: DemoPeer::LineClientNaive,
        suite: LINE,
        cases: ANSWER,
        expected: Expectation {
            failing: &[Bytes, Cut, Random, Fin, Half, Rst, FinAtOnce, Hold, Header],
            codes: &["F02", "F05"],
            bug: "takes a read for a line of whole characters",
        },
    },
    DemoEntry {
        name: "line client",
        form: PeerForm::Fixed,
        peer: DemoPeer::LineClientFixed,
        suite: LINE,
        cases: ANSWER,
        expected: NO_FAILURES,
    },
    DemoEntry {
        name: "header client",
        form: PeerForm::Naive,
        peer: DemoPeer::HeaderClientNaive,
        suite: HEADER,
        cases: GREETING_WITH_FEW_FINS,
        expected: Expectation {
            failing: &[Bytes, Cut, Joined, JoinedCut, Fin],
            codes: &["F01", "F03", "C02"],
            bug: "takes a read for a header, drops a second message, spins",
        },
    },
    DemoEntry {
        name: "header client",
        form: PeerForm::Fixed,
        peer: DemoPeer::HeaderClientFixed,
        suite: HEADER,
        cases: GREETING,
        expected: NO_FAILURES,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_valid_suite_and_cases() {
        for entry in &ENTRIES {
            let selection = entry.selection();
            let cases = selection.scenarios().map(|it| it.plan.selected());
            assert!(cases.sum::<usize>() > 1, "{entry:?}");
        }
    }

    #[test]
    fn the_bug_of_a_peer_fits_on_one_line() {
        for DemoEntry { peer, expected, .. } in &ENTRIES {
            let line = super::super::summary::bug_line(&peer.name(), expected.bug);
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn every_peer_has_one_entry() {
        use clap::ValueEnum;
        let judged = ENTRIES.map(|entry| entry.peer);
        assert_eq!(judged.as_slice(), DemoPeer::value_variants());
    }

    #[test]
    fn only_naive_peers_have_expected_failures() {
        for DemoEntry { form, expected, .. } in &ENTRIES {
            let shows = !expected.failing.is_empty() && !expected.codes.is_empty();
            assert_eq!(shows, *form == PeerForm::Naive, "{expected:?}");
        }
    }
}
