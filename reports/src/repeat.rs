//! The command that repeats a case: `wirecheck replay`, or `wirecheck run` with all options.

use crate::Record;
use crate::notation::{quoted, quoted_if_needed};
use crate::record::{FailedCase, ProcessLifetime, Role, ScenarioRecord, SuiteRecord};
use crate::saved_case::short_id;

/// The profile of a run without `--profile`.
const DEFAULT_PROFILE: &str = "standard";

/// Where `wirecheck replay` finds the saved cases of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SavedIn<'a> {
    /// Beside the default record file.
    #[default]
    Default,
    /// Beside this record file.
    Beside(&'a str),
}

/// A scenario that did not pass, and the run it is from.
#[derive(Clone, Copy)]
pub(crate) struct FailedScenario<'a> {
    pub(crate) record: &'a Record,
    pub(crate) saved_in: SavedIn<'a>,
    pub(crate) suite: &'a SuiteRecord,
    pub(crate) scenario: &'a ScenarioRecord,
}

/// The words of the command that repeats a case: with its file if it was saved.
pub(crate) fn command(failed: FailedScenario<'_>, case: &FailedCase) -> Vec<String> {
    match &case.saved {
        Some(id) => replay(failed, id),
        None => run(failed, case),
    }
}

fn replay(failed: FailedScenario<'_>, id: &str) -> Vec<String> {
    let cases = failed.record.scenarios().flat_map(|(_, it)| &it.failures);
    let others = cases.filter_map(|it| it.saved.as_deref());
    let mut words = vec![format!("wirecheck replay {}", short_id(id, others))];
    if let SavedIn::Beside(record) = failed.saved_in {
        words.push(format!("--record {}", quoted_if_needed(record)));
    }
    words
}

/// A case that fails only after or beside others is repeated with all of them.
fn run(failed: FailedScenario<'_>, case: &FailedCase) -> Vec<String> {
    let tactic = &case.tactic;
    let FailedScenario {
        record,
        suite,
        scenario,
        ..
    } = failed;
    let mut words = vec!["wirecheck run".to_owned(), quoted_if_needed(&suite.path)];
    let set = suite
        .set
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    words.extend(set.map(|it| format!("--set {}", quoted(&it))));
    words.push(format!(
        "--scenario {}",
        quoted(&format!("{}/{}", suite.id, scenario.id))
    ));
    if case.depends_on.is_none() {
        words.push(format!("--only {}", quoted(tactic)));
    }
    if record.profile != DEFAULT_PROFILE {
        words.push(format!("--profile {}", quoted_if_needed(&record.profile)));
    }
    if tactic.starts_with("random@") {
        words.push(format!("--seed {}", record.seed));
    }
    words.extend(peer(record));
    words
}

fn peer(record: &Record) -> Vec<String> {
    let peer = &record.peer;
    let mut words = Vec::new();
    if peer.role == Role::Client {
        words.push("--client".to_owned());
        if peer.process_lifetime == ProcessLifetime::ManyCases {
            words.push("--reconnects".to_owned());
        }
    }
    match peer.command.split_first() {
        None => words.push(format!("--connect {}", quoted_if_needed(&peer.address))),
        Some((program, arguments)) => {
            words.push(format!("-- {}", quoted_if_needed(program)));
            words.extend(arguments.iter().map(|word| quoted_if_needed(word)));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{greeting, record, server, suite};

    #[test]
    fn a_client_that_reconnects_is_repeated_with_the_same_option() {
        let mut record = record(Vec::new());
        let reconnects = |record: &Record| peer(record).contains(&"--reconnects".to_owned());
        assert!(!reconnects(&record), "it has one process per case");
        record.peer.process_lifetime = ProcessLifetime::ManyCases;
        assert_eq!(peer(&record)[..2], ["--client", "--reconnects"]);
        record.peer = server(&["serve"]);
        assert!(!reconnects(&record), "it is a server");
    }

    #[test]
    fn a_case_that_was_not_saved_is_repeated_with_the_values_of_its_parameters() {
        let mut record = record(vec![suite("header", vec![greeting()])]);
        let set = &mut record.suites[0].set;
        set.insert("target".to_owned(), r"/a b\x27".to_owned());
        let failed = FailedScenario {
            record: &record,
            saved_in: SavedIn::Default,
            suite: &record.suites[0],
            scenario: &record.suites[0].scenarios[0],
        };
        let words = run(failed, &record.suites[0].scenarios[0].failures[0]);
        assert_eq!(words[2], r"--set 'target=/a b\x27'");
    }

    #[test]
    fn a_saved_case_is_repeated_by_its_id() {
        let mut scenario = greeting();
        for (failed, id) in scenario
            .failures
            .iter_mut()
            .zip(["7f3a00", "7f3b00", "7f3a11"])
        {
            failed.saved = Some(id.to_owned());
        }
        let record = record(vec![suite("header", vec![scenario])]);
        let failed = |saved_in| FailedScenario {
            record: &record,
            saved_in,
            suite: &record.suites[0],
            scenario: &record.suites[0].scenarios[0],
        };
        let words = |saved_in, id| replay(failed(saved_in), id).join(" ");
        let of_default = words(SavedIn::Default, "7f3b00");
        assert_eq!(of_default, "wirecheck replay 7f3b");
        let of_other = words(SavedIn::Beside("my records/a.json"), "7f3a00");
        assert_eq!(
            of_other,
            "wirecheck replay 7f3a0 --record 'my records/a.json'"
        );
    }
}
