//! What is true of every run, also against peers drawn at random.

use std::collections::{BTreeMap, HashMap, HashSet};

use proptest::prelude::*;
use wirecheck_report::record::{FamilyRecord, Verdict};

use super::script::{Answer, Play, die, fail, pass, silence, surplus, wrong_answer};
use super::scripted::ScriptedPeer;
use super::{DEFAULT, PlayedRun, TestRun, family_of};
use crate::tactic::TacticFamily;

/// The record accounts for each planned case once: it passed, failed or was skipped.
pub(super) fn counts_add_up(run: &PlayedRun) {
    let recorded: Vec<_> = run.record.scenarios().map(|(_, it)| it).collect();
    if recorded.is_empty() {
        // A run that ended in its first baseline reports nothing.
        return;
    }
    assert_eq!(recorded.len(), run.selection.scenarios().count());
    for (planned, recorded) in run.selection.scenarios().zip(recorded) {
        let planned = count(planned.plan.tactics().map(|it| it.family()));
        let failures = recorded.failures.iter();
        let failed = count(failures.map(|it| family_of(&it.tactic)));
        assert_eq!(recorded.families.len(), planned.len(), "{}", recorded.id);
        for family in &recorded.families {
            let failed = failed.get(&family.name).copied().unwrap_or_default();
            assert_eq!(family.cases, planned[&family.name], "{family:?}");
            let sum = family.passed + family.not_judged + family.skipped + failed;
            assert_eq!(family.cases, sum, "{family:?}, {failed} failed");
        }
    }
}

/// How many cases there are of each family.
fn count(cases: impl Iterator<Item = TacticFamily>) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for family in cases {
        *counts.entry(family.to_string()).or_default() += 1;
    }
    counts
}

/// No two plays of a run have the same value for `${unique}`.
pub(super) fn unique_values_are_unique(run: &PlayedRun) {
    let mut values = HashSet::new();
    for play in &run.plays {
        assert!(values.insert(&play.unique), "{play:?}");
    }
}

/// A case that could be played and was not is no pass.
pub(super) fn what_was_not_played_has_not_passed(run: &PlayedRun) {
    let planned = run.planned();
    let played: HashSet<_> = planned.iter().map(|it| family_of(it).to_string()).collect();
    for (_, scenario) in run.record.scenarios() {
        let mut families = scenario.families.iter();
        if families.any(|it| it.skipped > 0 && played.contains(&it.name)) {
            assert_ne!(scenario.verdict, Verdict::Pass, "{scenario:?}");
        }
    }
}

/// What the progress bar counts: cases that were announced and neither dropped nor skipped
/// were run.
pub(super) fn dropped_cases_are_those_that_were_not_run(run: &PlayedRun) {
    if run.record.suites.is_empty() {
        return;
    }
    let announced = run.events.started;
    assert_eq!(announced - run.events.dropped, run.record.tally().run());
}

/// What a peer drawn at random does in a case.
#[derive(Clone, Copy, Debug)]
enum RandomBehavior {
    Wrong,
    Surplus,
    Silent,
    WrongInBatch,
    SilentInBatch,
    Dies,
    DiesLate,
    DiesInBatch,
    StopsAccepting,
    Interrupts,
}

use RandomBehavior::*;

/// They break nothing: they show in each run in the same way.
const HARMLESS: [RandomBehavior; 5] = [Wrong, Surplus, Silent, WrongInBatch, SilentInBatch];
/// They break the peer each time, and that is seen also after the last case.
const BREAKING: [RandomBehavior; 2] = [Dies, DiesLate];
const ALL: [RandomBehavior; 10] = [
    Wrong,
    Surplus,
    Silent,
    WrongInBatch,
    SilentInBatch,
    Dies,
    DiesLate,
    DiesInBatch,
    StopsAccepting,
    Interrupts,
];

impl RandomBehavior {
    fn answer(self, play: &Play) -> Answer {
        match self {
            WrongInBatch | SilentInBatch | DiesInBatch if !play.is_in_batch() => pass(),
            Wrong | WrongInBatch => fail(wrong_answer()),
            Surplus => fail(surplus()),
            Silent | SilentInBatch => fail(silence()),
            Dies | DiesInBatch => die(),
            DiesLate => pass().and_dies_late(),
            StopsAccepting => pass().and_stops_accepting(),
            Interrupts => pass().and_interrupts(),
        }
    }
}

/// How a peer behaves in some cases, by their place in the plan. It passes the others.
type RandomBehaviors = HashMap<usize, RandomBehavior>;

/// Up to 10 cases that behave so. The baseline passes.
fn behaviors(of: &'static [RandomBehavior]) -> impl Strategy<Value = RandomBehaviors> {
    let places = 1..DEFAULT.planned().len();
    prop::collection::hash_map(places, prop::sample::select(of), 0..10)
}

fn scripted(behaviors: &RandomBehaviors) -> ScriptedPeer {
    let planned = DEFAULT.planned();
    let tactics = behaviors.iter().map(|(&at, &it)| (planned[at].clone(), it));
    let by_tactic: HashMap<String, RandomBehavior> = tactics.collect();
    let peer = ScriptedPeer::new(move |play| match by_tactic.get(&play.tactic) {
        Some(behavior) => behavior.answer(play),
        None => pass(),
    });
    peer.knowing_parts()
}

/// The failures with their findings, and the counts.
fn results(run: &PlayedRun) -> (Vec<String>, Vec<FamilyRecord>) {
    let failures = run.failures().into_iter();
    let texts = |line: String| {
        let tactic = line.split(' ').next().expect("a tactic");
        format!("{line}: {}", run.texts(tactic).join("; "))
    };
    let families = run.scenario("first").families.clone();
    (failures.map(texts).collect(), families)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_peer_does_each_planned_case_is_counted_once(
        behaviors in behaviors(&ALL),
        jobs in 1..5_usize,
    ) {
        TestRun { jobs, ..DEFAULT }.run(scripted(&behaviors)).checked();
    }

    #[test]
    fn whatever_an_external_peer_does_each_planned_case_is_counted_once(
        behaviors in behaviors(&ALL),
        jobs in 1..5_usize,
    ) {
        TestRun { jobs, ..DEFAULT }.run(scripted(&behaviors).external()).checked();
    }

    #[test]
    fn results_do_not_depend_on_the_number_of_jobs(
        mut behaviors in behaviors(&HARMLESS),
        breaking in prop::collection::hash_map(
            1..DEFAULT.planned().len(),
            prop::sample::select(&BREAKING[..]),
            0..2,
        ),
    ) {
        behaviors.extend(breaking);
        let alone = results(&DEFAULT.run(scripted(&behaviors)));
        for jobs in [2, 4] {
            let run = TestRun { jobs, ..DEFAULT }.run(scripted(&behaviors)).checked();
            prop_assert_eq!(&results(&run), &alone, "{} jobs", jobs);
        }
    }

    /// Only a failure that came again alone is reported as one.
    #[test]
    fn what_fails_only_in_batches_is_never_reported_as_a_failure(
        behaviors in behaviors(&[WrongInBatch, SilentInBatch, DiesInBatch, Interrupts]),
        jobs in 1..5_usize,
    ) {
        let run = TestRun { jobs, ..DEFAULT }.run(scripted(&behaviors));
        let failures = run.failures();
        prop_assert!(!failures.iter().any(|it| it.contains(" fail ")), "{:?}", failures);
    }
}
