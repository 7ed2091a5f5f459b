//! Plays the peers, several at a time, and compares what wirecheck says with the matrix.

use std::collections::BTreeSet;
use std::fmt;

use wirecheck_report::record::{Record, Verdict};
use wirecheck_tests::{Run, RunOutcome, cases_not_played, map_at_once};

use crate::COMMAND;
use crate::language::{LANGUAGES, Language};
use crate::matrix::{Defect, FOLDER};

/// A file of a defect's folder.
pub(crate) struct Peer<'a> {
    pub(crate) defect: &'a Defect,
    language: &'a Language,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Broken,
    Fixed,
}

impl fmt::Display for Peer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {}",
            self.defect.code,
            self.kind.name(),
            self.language.name
        )
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Fixed => "fixed",
        }
    }
}

/// The peers of these defects in those of the languages that are installed.
pub(crate) fn peers<'a>(
    defects: impl IntoIterator<Item = &'a Defect>,
    languages: &'a [Language],
) -> Vec<Peer<'a>> {
    let languages = languages.iter().filter(|it| (it.is_installed)());
    let languages: Vec<_> = languages.collect();
    let written = defects.into_iter().flat_map(|defect| {
        let languages = languages.iter().filter(|it| defect.is_written_in(it));
        let languages: Vec<_> = languages.collect();
        languages
            .into_iter()
            .map(move |&language| (defect, language))
    });
    let peers = written.flat_map(|(defect, language)| {
        [Kind::Broken, Kind::Fixed].map(|kind| Peer {
            defect,
            language,
            kind,
        })
    });
    peers.collect()
}

/// The peers, with what is wrong about what wirecheck says of them, in the order in which they
/// ended.
pub(crate) fn play_all(peers: Vec<Peer<'_>>) -> Vec<(Peer<'_>, Vec<String>)> {
    map_at_once(peers, |peer| {
        let outcome = peer.play();
        let wrong = peer.differences(&outcome);
        if !wrong.is_empty() {
            println!("{peer}:\n{}", outcome.stdout);
        }
        (peer, wrong)
    })
}

impl Peer<'_> {
    pub(crate) fn is_broken(&self) -> bool {
        self.kind == Kind::Broken
    }

    /// The matrix lists what peers in the first language fail. Others show the same defect in other
    /// ways: an event loop closes by itself where a thread waits.
    fn is_in_matrix_language(&self) -> bool {
        self.language.name == LANGUAGES[0].name
    }

    fn play(&self) -> RunOutcome {
        let run = Run::new(COMMAND);
        let file = self.defect.file(self.kind.name(), self.language);
        let mut command = (self.language.command)(&file, run.marker());
        command.extend(["{host}", "{port}"].map(str::to_owned));
        let arguments: Vec<_> = self.defect.args.iter().map(String::as_str).collect();
        run.args(&[&format!("{FOLDER}/suites/{}", self.defect.suite)])
            .args(&arguments)
            .peer(command)
            .complete()
    }

    /// What wirecheck said and should not have said, and the reverse.
    fn differences(&self, outcome: &RunOutcome) -> Vec<String> {
        let record = outcome.record();
        let mut wrong = self.wrong_ends(outcome.code, record.verdict);
        let defects = record.scenarios().flat_map(|(_, it)| &it.defects);
        let codes: BTreeSet<_> = defects.map(|defect| defect.code.as_str()).collect();
        let failed = failed_families(record);
        let (expected_codes, expected_families) = match self.kind {
            Kind::Broken => {
                let families = self.defect.reveal_by.iter().map(String::as_str);
                ([self.defect.code.as_str()].into(), families.collect())
            }
            Kind::Fixed => (BTreeSet::new(), BTreeSet::new()),
        };
        if codes != expected_codes {
            wrong.push(format!("diagnosed {codes:?}, not {expected_codes:?}"));
        }
        if self.is_in_matrix_language() && failed != expected_families {
            wrong.push(format!("fails {failed:?}, not {expected_families:?}"));
        }
        if self.kind == Kind::Fixed && cases_not_played(record) > 0 {
            wrong.push(format!("{} cases are not played", cases_not_played(record)));
        }
        if !outcome.remaining_processes.is_empty() {
            wrong.push(format!("remain: {:?}", outcome.remaining_processes));
        }
        wrong
    }

    fn wrong_ends(&self, code: i32, verdict: Verdict) -> Vec<String> {
        let (expected_code, expected) = match self.kind {
            Kind::Broken => (1, Verdict::Fail),
            Kind::Fixed => (0, Verdict::Pass),
        };
        let mut wrong = Vec::new();
        if code != expected_code {
            wrong.push(format!("exit {code}, not {expected_code}"));
        }
        if verdict != expected {
            wrong.push(format!("verdict {verdict:?}, not {expected:?}"));
        }
        wrong
    }
}

fn failed_families(record: &Record) -> BTreeSet<&str> {
    let families = record.scenarios().flat_map(|(_, it)| &it.families);
    let failed = families.filter(|it| it.passed + it.not_judged + it.skipped < it.cases);
    failed.map(|family| family.name.as_str()).collect()
}
