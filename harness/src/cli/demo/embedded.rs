//! What is embedded: the peers, the suites, and what each peer is built to show.

use std::time::Duration;

use wirecheck_report::terminal::PeerForm;

use crate::cli::peers::DemoPeer;
use crate::run::Selection;
use crate::scenario::{NoAttachments, Suite, parse};
use crate::tactic::{Profile, Seed, TacticFamily};

/// An embedded peer with its suite.
#[derive(Debug)]
pub(super) struct Embedded {
    /// The system that it is a form of.
    pub(super) name: &'static str,
    /// Which form.
    pub(super) form: PeerForm,
    /// The program.
    pub(super) peer: DemoPeer,
    /// What it is judged by.
    pub(super) suite: SuiteText,
    /// With which of its cases.
    pub(super) cases: Cases,
    /// What it is built to show.
    pub(super) expects: Expects,
}

/// Which cases a peer is given.
#[derive(Debug)]
pub(super) struct Cases {
    /// Of these scenarios; of all, if none is named.
    scenarios: &'static [&'static str],
    profile: Profile,
    /// Of these tactics; of all, if none is named.
    only: &'static [&'static str],
}

/// All of a suite.
const ALL_CASES: Cases = Cases {
    scenarios: &[],
    profile: Profile::Standard,
    only: &[],
};

/// All that a line client is for.
const ANSWER: Cases = Cases {
    scenarios: &["prints-the-answer"],
    ..ALL_CASES
};

/// All that a header client is for.
const GREETING: Cases = Cases {
    scenarios: &["greeting-and-time"],
    ..ALL_CASES
};

/// The same for one that spins at most ends: a few show it, and each takes its time.
const GREETING_AND_FEW_ENDS: Cases = Cases {
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

/// What a peer is built to show.
#[derive(Debug)]
pub(super) struct Expects {
    /// The kinds of delivery that it falls under; it holds under all others.
    pub(super) falls: &'static [TacticFamily],
    /// The defects that are to be named.
    pub(super) codes: &'static [&'static str],
    /// Those that may be named too: whether a close becomes a reset is a matter of
    /// what had arrived.
    pub(super) by_chance: &'static [&'static str],
    /// What is wrong with it, in words.
    pub(super) wrong: &'static str,
}

/// A right peer.
const NOTHING: Expects = Expects {
    falls: &[],
    codes: &[],
    by_chance: &[],
    wrong: "",
};

/// A suite as it lies in the project.
#[derive(Clone, Copy, Debug)]
pub(super) struct SuiteText {
    path: &'static str,
    text: &'static str,
}

/// The text of a suite and where it lies, from the project's root.
macro_rules! suite {
    ($path:literal) => {
        SuiteText {
            path: $path,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../", $path)),
        }
    };
}

const LINE: SuiteText = suite!("scenarios/line/line.toml");
const HEADER: SuiteText = suite!("scenarios/header/header.toml");
const HEADER_ECHO: SuiteText = suite!("scenarios/header/header-echo.toml");
const STAY_ALIVE: SuiteText = suite!("scenarios/stay-alive/stay-alive.toml");
const ONE_SHOT: SuiteText = suite!("scenarios/one-shot/one-shot.toml");

impl SuiteText {
    fn read(self) -> Suite {
        let suite = parse(self.path, self.text, &NoAttachments);
        suite.expect("the tests check each embedded suite")
    }
}

impl Embedded {
    /// What is played with it.
    pub(super) fn selection(&self) -> Selection {
        let Cases {
            scenarios,
            profile,
            only,
        } = self.cases;
        let mut suite = self.suite.read().with_time_limit(ENOUGH);
        let is_named = |id: &str| scenarios.is_empty() || scenarios.contains(&id);
        suite.retain_scenarios(|scenario| is_named(scenario.id().as_str()));
        let pattern = |it: &&str| it.parse().expect("the tests select the cases of each peer");
        Selection {
            suites: vec![suite],
            side: self.peer.side().other(),
            profile,
            seed: SEED,
            only: only.iter().map(pattern).collect(),
            left_out: 0,
        }
    }
}

/// What these peers do takes them no longer, however busy the machine is.
const ENOUGH: Duration = Duration::from_secs(2);

use TacticFamily::{Bytes, Cut, Fin, Half, Joined, JoinedCut, Random, Whole};

/// The expectations below were checked with this seed.
const SEED: Seed = Seed(53_888_879);

/// All of them; the forms of a system beside each other.
pub(super) const ALL: [Embedded; 12] = [
    Embedded {
        name: "line",
        form: PeerForm::Naive,
        peer: DemoPeer::LineNaive,
        suite: LINE,
        cases: ALL_CASES,
        expects: Expects {
            falls: &[Bytes, Cut, Random, Fin, Half],
            codes: &["F05"],
            by_chance: &[],
            wrong: "takes a read for whole characters; half of one is its end",
        },
    },
    Embedded {
        name: "line",
        form: PeerForm::Fixed,
        peer: DemoPeer::LineFixed,
        suite: LINE,
        cases: ALL_CASES,
        expects: NOTHING,
    },
    Embedded {
        name: "header",
        form: PeerForm::Naive,
        peer: DemoPeer::HeaderNaive,
        suite: HEADER_ECHO,
        cases: ALL_CASES,
        expects: Expects {
            falls: &[Whole, Bytes, Cut, Joined, JoinedCut, Random, Half],
            codes: &["F01", "F02", "F03", "F06", "C06"],
            by_chance: &["C08"],
            wrong: "takes a read for a header or a body; counts characters",
        },
    },
    Embedded {
        name: "header",
        form: PeerForm::Fixed,
        peer: DemoPeer::HeaderFixed,
        suite: HEADER_ECHO,
        cases: ALL_CASES,
        expects: NOTHING,
    },
    Embedded {
        name: "stay-alive",
        form: PeerForm::Naive,
        peer: DemoPeer::StayAliveNaive,
        suite: STAY_ALIVE,
        cases: ALL_CASES,
        expects: Expects {
            falls: &[Whole],
            codes: &["C02"],
            by_chance: &[],
            wrong: "takes the end of the stream for an empty line, for ever",
        },
    },
    Embedded {
        name: "stay-alive",
        form: PeerForm::Fixed,
        peer: DemoPeer::StayAliveFixed,
        suite: STAY_ALIVE,
        cases: ALL_CASES,
        expects: NOTHING,
    },
    Embedded {
        name: "one-shot",
        form: PeerForm::Naive,
        peer: DemoPeer::OneShotNaive,
        suite: ONE_SHOT,
        cases: ALL_CASES,
        expects: Expects {
            falls: &[Bytes, Cut, Random, Half],
            codes: &["F02", "C06"],
            by_chance: &["C08"],
            wrong: "takes the first read for the message, closes on the rest",
        },
    },
    Embedded {
        name: "one-shot",
        form: PeerForm::Fixed,
        peer: DemoPeer::OneShotFixed,
        suite: ONE_SHOT,
        cases: ALL_CASES,
        expects: NOTHING,
    },
    Embedded {
        name: "line client",
        form: PeerForm::Naive,
        peer: DemoPeer::LineClientNaive,
        suite: LINE,
        cases: ANSWER,
        expects: Expects {
            falls: &[Bytes, Cut, Random, Half],
            codes: &["F02", "F05"],
            by_chance: &["C08"],
            wrong: "takes a read for a line of whole characters, and prints it",
        },
    },
    Embedded {
        name: "line client",
        form: PeerForm::Fixed,
        peer: DemoPeer::LineClientFixed,
        suite: LINE,
        cases: ANSWER,
        expects: NOTHING,
    },
    Embedded {
        name: "header client",
        form: PeerForm::Naive,
        peer: DemoPeer::HeaderClientNaive,
        suite: HEADER,
        cases: GREETING_AND_FEW_ENDS,
        expects: Expects {
            falls: &[Bytes, Cut, Joined, JoinedCut, Fin],
            codes: &["F01", "F03", "C02"],
            by_chance: &["C08"],
            wrong: "takes a read for a header, drops a second message, spins",
        },
    },
    Embedded {
        name: "header client",
        form: PeerForm::Fixed,
        peer: DemoPeer::HeaderClientFixed,
        suite: HEADER,
        cases: GREETING,
        expects: NOTHING,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_suite_is_right_and_has_cases_for_its_peer() {
        for embedded in &ALL {
            let selection = embedded.selection();
            let cases = selection.scenarios().map(|it| it.plan.selected());
            assert!(cases.sum::<usize>() > 1, "{embedded:?}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_peer_fits_a_line_of_the_page() {
        for Embedded { peer, expects, .. } in &ALL {
            let line = super::super::page::wrong(&peer.name(), expects.wrong);
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn every_peer_is_judged_once() {
        use clap::ValueEnum;
        let judged = ALL.map(|embedded| embedded.peer);
        assert_eq!(judged.as_slice(), DemoPeer::value_variants());
    }

    #[test]
    fn a_mended_peer_shows_nothing_and_a_naive_one_something() {
        for Embedded { form, expects, .. } in &ALL {
            let shows = !expects.falls.is_empty() && !expects.codes.is_empty();
            assert_eq!(shows, *form == PeerForm::Naive, "{expects:?}");
        }
    }
}
