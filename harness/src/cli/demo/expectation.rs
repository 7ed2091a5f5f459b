//! What the peers showed, held against what they are built to show.

use std::collections::BTreeSet;
use std::fmt;

use wirecheck_report::Record;
use wirecheck_report::record::RunState;

use super::Shown;
use super::embedded::Expects;

/// A peer that showed something else.
#[derive(Debug, PartialEq)]
pub(super) struct Miss {
    /// Its name.
    peer: String,
    what: What,
}

#[derive(Debug, PartialEq)]
enum What {
    CutOff,
    /// It held under a delivery that is to break it.
    Held(String),
    /// It fell under one that is not.
    Fell(String),
    /// A defect that it has was not named.
    Unnamed(String),
    /// One that it has not was.
    Misnamed(String),
}

/// All that was shown beside what the peers are built to show.
pub(super) fn misses(shown: &[Shown<'_>]) -> Vec<Miss> {
    let misses = shown.iter().flat_map(|Shown { embedded, record }| {
        let misses = held_against(record, &embedded.expects).into_iter();
        misses.map(|what| Miss {
            peer: embedded.peer.name(),
            what,
        })
    });
    misses.collect()
}

fn held_against(record: &Record, expects: &Expects) -> Vec<What> {
    if record.state == RunState::CutOff {
        return vec![What::CutOff];
    }
    let falls = expects.falls.iter().map(|family| family.as_str());
    let mut misses = compare(falls.collect(), fell(record), What::Held, What::Fell);
    let named = record.defects();
    let named = named.iter().map(|defect| defect.code.as_str());
    let named = named
        .filter(|code| !expects.by_chance.contains(code))
        .collect();
    let due = expects.codes.iter().copied().collect();
    misses.extend(compare(due, named, What::Unnamed, What::Misnamed));
    misses
}

/// The kinds of delivery under which not all cases held.
fn fell(record: &Record) -> BTreeSet<&str> {
    record
        .scenarios()
        .flat_map(|(_, scenario)| &scenario.families)
        .filter(|family| family.tally().failed() > 0)
        .map(|family| family.name.as_str())
        .collect()
}

fn compare(
    due: BTreeSet<&str>,
    seen: BTreeSet<&str>,
    missing: fn(String) -> What,
    surplus: fn(String) -> What,
) -> Vec<What> {
    let missing = due.difference(&seen).map(|it| missing((*it).to_owned()));
    let surplus = seen.difference(&due).map(|it| surplus((*it).to_owned()));
    missing.chain(surplus).collect()
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.peer)?;
        match &self.what {
            What::CutOff => f.write_str("was not judged to the end"),
            What::Held(family) => {
                write!(f, "held under `{family}`, which it is built to fall under")
            }
            What::Fell(family) => write!(f, "fell under `{family}`, which it is built to stand"),
            What::Unnamed(code) => write!(f, "has {code}, which was not found"),
            What::Misnamed(code) => write!(f, "has not {code}, which was found"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tactic::TacticFamily;

    const EXPECTS: Expects = Expects {
        falls: &[TacticFamily::Cut],
        codes: &["F01"],
        by_chance: &["C08"],
        wrong: "takes a read for a header",
    };

    /// A finished run in which families passed so many of ten cases.
    fn record(passed: &[(&str, u64)], codes: &[&str]) -> Record {
        let family = |(name, passed): &(&str, u64)| json!({ "name": name, "cases": 10, "passed": passed, "skipped": 0 });
        let defect = |code: &&str| json!({ "code": code, "name": "", "because": "" });
        let families: Vec<_> = passed.iter().map(family).collect();
        let defects: Vec<_> = codes.iter().map(defect).collect();
        let scenario = json!({
            "id": "a", "title": "", "why": null, "spec": null, "level": "must", "line": 1,
            "verdict": "fail", "families": families, "slowest_us": 0, "failures": [],
            "defects": defects, "stream": { "len": 0, "regions": [] },
        });
        let record = json!({
            "version": 1, "wirecheck": "", "started": "", "took_us": 0, "state": "finished",
            "seed": 0, "profile": "standard",
            "peer": { "role": "server", "command": [], "address": "", "concurrency": "one" },
            "delivery": { "boundaries": 0, "proven": 0, "unverified": null },
            "suites": [{ "id": "s", "title": "", "path": "", "scenarios": [scenario] }],
            "restarts": 0, "notes": [], "verdict": "fail",
        });
        serde_json::from_value(record).expect("it is a record")
    }

    fn misses(record: &Record) -> Vec<What> {
        held_against(record, &EXPECTS)
    }

    #[test]
    fn a_peer_that_shows_just_what_it_is_built_to_show_is_no_miss() {
        assert_eq!(misses(&record(&[("whole", 10), ("cut", 3)], &["F01"])), []);
        assert_eq!(misses(&record(&[("cut", 3)], &["C08", "F01"])), []);
    }

    #[test]
    fn it_has_to_fall_where_it_is_to_and_nowhere_else() {
        let shown = record(&[("whole", 9), ("cut", 10)], &["F01"]);
        let expected = [What::Held("cut".to_owned()), What::Fell("whole".to_owned())];
        assert_eq!(misses(&shown), expected);
        // What was not played did not fall.
        let expected = [What::Held("cut".to_owned())];
        assert_eq!(misses(&record(&[("whole", 10)], &["F01"])), expected);
    }

    #[test]
    fn its_defects_have_to_be_named_and_no_others() {
        let shown = record(&[("cut", 3)], &["F02"]);
        let expected = [
            What::Unnamed("F01".to_owned()),
            What::Misnamed("F02".to_owned()),
        ];
        assert_eq!(misses(&shown), expected);
    }

    #[test]
    fn a_run_that_was_cut_off_shows_nothing() {
        let mut shown = record(&[("cut", 3)], &["F01"]);
        shown.state = RunState::CutOff;
        assert_eq!(misses(&shown), [What::CutOff]);
    }
}
