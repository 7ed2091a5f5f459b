//! How a scenario gets into the record: as it was played, or as one that was not.

use std::collections::HashMap;

use wirecheck_report::record::{self, Verdict};

use super::Stage;
use crate::run::case::Ground;
use crate::run::event::Event;
use crate::run::halt::Halt;
use crate::run::log::micros;
use crate::run::result::Results;
use crate::run::verdict::{overall, worst};
use crate::run::write_up::write_up;

impl Stage<'_> {
    /// Takes a scenario into the record as far as it was played.
    pub(super) fn close_scenario(
        &mut self,
        ground: &Ground<'_>,
        results: Results,
        played: &Result<(), Halt>,
    ) {
        let unharmed = match played {
            Ok(()) => Verdict::Pass,
            Err(_) => Verdict::Skipped,
        };
        self.enter(ground, results, unharmed);
        self.record.took_us = micros(self.begun.elapsed());
        self.record.verdict = overall(self.record);
        (self.on)(Event::ScenarioEnded {
            record: self.record,
        });
    }

    /// Takes a scenario into the record that the run was halted before. There may be
    /// hundreds of them: each is no event of its own.
    pub(super) fn pass_over(&mut self, ground: &Ground<'_>) {
        if ground.selected.plan.count() > 0 {
            self.enter(ground, Results::default(), Verdict::Skipped);
        }
    }

    /// Takes a scenario into the record. `unharmed` is the verdict if nothing fell.
    fn enter(&mut self, ground: &Ground<'_>, mut results: Results, unharmed: Verdict) {
        self.skip_rest(ground, &mut results);
        let tally = &mut self.record.delivery;
        tally.boundaries += results.boundaries.kept;
        tally.proven += results.boundaries.proven;
        if let Some(reason) = &results.unverified {
            let why = || format!("{reason}; to prove it: {}", reason.remedy());
            tally.unverified.get_or_insert_with(why);
        }
        let mut scenario = write_up(ground, results);
        scenario.verdict = match worst(scenario.failures.iter().map(|failure| failure.verdict)) {
            Verdict::Pass => unharmed,
            verdict => verdict,
        };
        self.suite(ground).scenarios.push(scenario);
    }

    /// The suite in the record that a scenario goes into.
    fn suite(&mut self, ground: &Ground<'_>) -> &mut record::SuiteRecord {
        let suite = ground.selected.suite;
        let suites = &mut self.record.suites;
        if suites
            .last()
            .is_none_or(|last| last.id != suite.id().as_str())
        {
            suites.push(record::SuiteRecord {
                id: suite.id().to_string(),
                title: suite.title().to_owned(),
                path: suite.path().to_owned(),
                scenarios: Vec::new(),
            });
        }
        suites.last_mut().expect("one was pushed if there was none")
    }

    /// Skips the cases that were planned and came to nothing.
    fn skip_rest(&mut self, ground: &Ground<'_>, results: &mut Results) {
        let known = results.families().into_iter();
        let mut known: HashMap<_, _> = known.map(|it| (it.name, it.cases)).collect();
        let mut is_known = |name: &str| match known.get_mut(name) {
            Some(cases @ 1..) => {
                *cases -= 1;
                true
            }
            _ => false,
        };
        let families = ground.selected.plan.tactics().map(|it| it.family());
        self.skip(families.filter(|it| !is_known(it.as_str())), results);
    }
}
