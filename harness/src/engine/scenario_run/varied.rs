//! After the batches: `content:*`, the exchange with other messages.
//!
//! Nobody knows what they mean. They are sent once, uncut, and what the peer answers is made a
//! scenario, which is played like any other: baseline, batches, confirmation, leaks, shrinking.
//! What fails there is the failure of the variation.

use std::time::Instant;

use wirecheck_report::record::{FindingRecord, Verdict};

use super::ScenarioRun;
use super::defects::explanation;
use super::queue::Company;
use super::results::{JudgedFailure, ScenarioResults, SmallestDelivery};
use crate::engine::case::{
    CaseResult, NotCompared, NumberedCase, Outcome, ReportedFinding, ScenarioContext, Unjudged,
};
use crate::engine::event::Event;
use crate::engine::peer::NoConnection;
use crate::engine::selection::Selection;
use crate::engine::settings::StopReason;
use crate::engine::wait::Phase;
use crate::judge::{Finding, FindingKind};
use crate::scenario::Suite;
use crate::tactic::{Content, ContentVariation, Profile, Seed, Tactic, TacticFamily};
use crate::vary::answers::Answers;
use crate::vary::learned::{self, Expected};
use crate::vary::source::Source;

/// The path of the suite of a variation in messages. It is no file.
const PATH: &str = "variation.toml";

/// The tactics that variations are delivered by. If the exchange itself fails under one, its
/// variations do too.
const DELIVERED_BY: [TacticFamily; 6] = [
    TacticFamily::Whole,
    TacticFamily::Bytes,
    TacticFamily::Cut,
    TacticFamily::Joined,
    TacticFamily::JoinedCut,
    TacticFamily::Random,
];

/// A variation that is being played.
struct Varied<'c> {
    case: &'c NumberedCase,
    variation: ContentVariation,
    source: &'c Source,
    messages: Vec<Content>,
}

/// What a variation showed.
enum Shown {
    Passed(Box<ScenarioResults>),
    NotCompared(NotCompared),
    /// There was no connection.
    Unreachable(String),
    Failed(Box<ScenarioResults>),
}

impl ScenarioRun<'_, '_, '_> {
    /// Plays the variations of the messages.
    pub(super) fn play_varied(&mut self) -> Result<(), StopReason> {
        let cases = NumberedCase::all_of(self.context.planned.plan);
        let is_varied = |it: &NumberedCase| Company::of(&it.case.tactic) == Company::Varied;
        for case in cases.filter(is_varied) {
            if self.is_time_over() {
                return Ok(());
            }
            let result = self.play_variation(&case)?;
            if result.outcome.has_passed() {
                (self.engine.on_event)(Event::Passed);
            } else {
                let id = self.context.planned.case_id(result.tactic.clone());
                let seen = result.outcome.shown_at_once();
                (self.engine.on_event)(Event::Failed { id: &id, seen });
            }
            self.results.add(result, self.failure_verdict());
        }
        Ok(())
    }

    fn play_variation(&mut self, case: &NumberedCase) -> Result<CaseResult, StopReason> {
        let not_compared = |why| CaseResult::not_judged(&case.case, Unjudged::Varied(why));
        let mut failures = self.results.failures.iter();
        if failures.any(|it| DELIVERED_BY.contains(&it.result.tactic.family())) {
            return Ok(not_compared(NotCompared::FailsAsItIs));
        }
        let planned = self.context.planned;
        let suite = planned.suite.clone();
        let suite = suite.with_scenario(planned.scenario.clone());
        let source = Source::of(&suite, 0, self.context.side);
        let (Some(source), Some(variation)) = (source, case.case.delivery.content()) else {
            return Ok(impossible(case));
        };
        let Some(messages) = variation.apply(&source.messages, source.framing()) else {
            return Ok(impossible(case));
        };
        let varied = Varied {
            messages,
            case,
            variation,
            source: &source,
        };
        let begun = Instant::now();
        let result = match self.show(&varied)? {
            Shown::Passed(results) => CaseResult {
                boundaries: results.boundaries,
                unverified: results.unverified,
                ..CaseResult::new(&case.case, Outcome::Passed)
            },
            Shown::NotCompared(why) => not_compared(why),
            Shown::Unreachable(why) => CaseResult::new(&case.case, Outcome::NotJudged(why)),
            Shown::Failed(results) => self.failed_variation(&varied, *results),
        };
        Ok(CaseResult {
            took: begun.elapsed(),
            ..result
        })
    }

    fn show(&mut self, varied: &Varied<'_>) -> Result<Shown, StopReason> {
        let mut answers = match self.ask(varied)? {
            Ok(answers) => answers,
            Err(why) => return Ok(Shown::Unreachable(why)),
        };
        let has_died = !self.engine.peer.is_new_each_time() && self.ended_when_idle().is_some();
        if has_died {
            answers = answers.of_death();
            self.engine.restart_peer()?;
        } else if answers.ended_early() {
            return self.show_early_end(varied);
        }
        let messages = answers.messages(varied.source.framing());
        let is_unframed = messages.unframed.is_some();
        for expected in [Expected::TheSame, Expected::AsMany] {
            let learned = learned::suite(PATH, varied.source, &varied.messages, &answers, expected);
            let Ok(suite) = learned else { continue };
            let results = self.play_suite_of(varied, &suite)?;
            match confirmed_failure(&results) {
                None if results.failures.is_empty() => {
                    return Ok(Shown::Passed(Box::new(results)));
                }
                // It answers late now and then.
                None => {}
                Some(failure) if is_wrong(&failure.result, is_unframed) => {
                    return Ok(Shown::Failed(Box::new(results)));
                }
                Some(_) => {}
            }
        }
        Ok(Shown::NotCompared(NotCompared::NotSteady))
    }

    /// What the peer answers, on a fresh peer if the one that runs takes no connection.
    fn ask(&mut self, varied: &Varied<'_>) -> Result<Result<Answers, String>, StopReason> {
        let mut is_fresh = false;
        loop {
            let unique = self.context.next_unique(varied.case);
            let mut player = self.engine.lone_player(Phase::Batch);
            let answers = player.ask(varied.source, &varied.messages, &unique);
            drop(player);
            self.engine.connections += 1;
            if self.engine.is_stopped() {
                return Err(StopReason::Interrupted);
            }
            match answers {
                Ok(answers) => return Ok(Ok(answers)),
                Err(NoConnection::Machine(why)) => return Ok(Err(why)),
                Err(NoConnection::Peer(why) | NoConnection::Silent(why)) => {
                    if !self.engine.peer.is_ours() {
                        return Err(StopReason::lost(why));
                    }
                    if is_fresh {
                        return Ok(Err(why));
                    }
                    self.engine.restart_peer()?;
                    is_fresh = true;
                }
            }
        }
    }

    /// A peer that rejects the variation must serve the next connection, on two fresh peers.
    fn show_early_end(&mut self, varied: &Varied<'_>) -> Result<Shown, StopReason> {
        const NOT_COMPARED: Shown = Shown::NotCompared(NotCompared::EndsFirst);
        if self.engine.peer.is_new_each_time() || self.next_not_served()?.is_none() {
            return Ok(NOT_COMPARED);
        }
        self.engine.restart_peer()?;
        if self.ask(varied)?.is_err() {
            return Ok(NOT_COMPARED);
        }
        let why = self.next_not_served()?;
        self.engine.restart_peer()?;
        let Some(why) = why else {
            return Ok(NOT_COMPARED);
        };
        let mut result = CaseResult::new(&self.baseline_case().case, Outcome::Passed);
        self.put_finding_first(&mut result, &Finding::NextNotServed { why });
        let mut results = ScenarioResults::default();
        results.add(result, self.failure_verdict());
        Ok(Shown::Failed(Box::new(results)))
    }

    /// Plays the suite of a variation as any other is played.
    fn play_suite_of(
        &mut self,
        varied: &Varied<'_>,
        suite: &Suite,
    ) -> Result<ScenarioResults, StopReason> {
        let side = self.context.side;
        let seed = Seed(self.engine.record.seed);
        let selection = Selection::of_variation(suite, side, seed, Profile::Quick);
        let planned = selection.scenarios().next();
        let planned = planned.expect("a suite of a variation has a scenario");
        let context = ScenarioContext {
            read_proof: self.context.read_proof,
            place: self.context.place + varied.case.number,
            ..ScenarioContext::new(planned, side, self.context.unique)
        };
        let until = self.until;
        // That it does not answer a variation says nothing of the other exchanges.
        let is_mute = self.engine.is_mute;
        let results = self.engine.silently(|engine| {
            let mut run = ScenarioRun::new(engine, context).until(until);
            run.play()?;
            let mut results = run.results;
            if !results.failures.is_empty() {
                let explained = explanation(&run.context, &results);
                results.defects_of_variations = explained.defects;
            }
            Ok(results)
        });
        self.engine.is_mute = is_mute;
        results
    }

    /// The failure of a variation, with what its scenario showed.
    fn failed_variation(&mut self, varied: &Varied<'_>, results: ScenarioResults) -> CaseResult {
        let what = varied.variation.what();
        for mut defect in results.defects_of_variations.iter().cloned() {
            defect.because = format!("if {what}: {}", defect.because);
            self.results.defects_of_variations.push(defect);
        }
        let (boundaries, unverified) = (results.boundaries, results.unverified.clone());
        let (tactic, shown) = evidence(results);
        let first = shown.outcome.findings().first();
        let finding = Finding::FailsVaried {
            what,
            under: (tactic != Tactic::Whole.to_string()).then_some(tactic),
            why: first.map(|it| it.finding.what.clone()).unwrap_or_default(),
        };
        let mut findings = vec![self.context.describe_peer(&finding)];
        let seen = shown.outcome.findings().iter().cloned();
        findings.extend(seen.map(|it| ReportedFinding {
            finding: FindingRecord {
                // The suite of the variation is no file.
                line: None,
                ..it.finding
            },
            ..it
        }));
        CaseResult {
            boundaries,
            unverified,
            log: shown.log,
            last_output: shown.last_output,
            ..CaseResult::new(&varied.case.case, Outcome::Failed(findings))
        }
    }
}

/// The failure that says most: one that was made smaller, of the simplest tactic.
fn confirmed_failure(results: &ScenarioResults) -> Option<&JudgedFailure> {
    let failures = results.failures.iter();
    let confirmed = failures.filter(|it| matches!(it.verdict, Verdict::Fail | Verdict::Nonstrict));
    confirmed.min_by_key(|it| (it.smallest.is_none(), &it.result.tactic))
}

/// The smallest delivery that fails, or what else is written for it, and what came of it.
fn evidence(mut results: ScenarioResults) -> (String, CaseResult) {
    let failure = confirmed_failure(&results).expect("it failed");
    let tactic = match failure.smallest.as_ref().map(|it| &it.delivery) {
        Some(SmallestDelivery::Planned(tactic)) => tactic.clone(),
        _ => failure.result.tactic.clone(),
    };
    let place = results
        .failures
        .iter()
        .position(|it| it.result.tactic == tactic);
    let failure = results
        .failures
        .swap_remove(place.expect("it is one of them"));
    match failure.smallest.map(|it| it.delivery) {
        Some(SmallestDelivery::Found { result, tactic }) => {
            let tactic = tactic.map_or_else(|| result.delivery.to_string(), |it| it.to_string());
            (tactic, *result)
        }
        _ => (tactic.to_string(), failure.result),
    }
}

/// A case that was given and that the scenario does not have.
fn impossible(case: &NumberedCase) -> CaseResult {
    let why = "the scenario has no messages that can be varied in this way";
    CaseResult::new(&case.case, Outcome::NotJudged(why.to_owned()))
}

/// Whether a failure shows that the peer is wrong. That it answers a variation otherwise than
/// before shows nothing, if both were uncut.
fn is_wrong(failed: &CaseResult, is_unframed: bool) -> bool {
    if failed.tactic != Tactic::Whole {
        return true;
    }
    let Some(first) = failed.outcome.findings().first() else {
        return false;
    };
    // An answer that the peer had begun.
    let is_incomplete = first.kind == FindingKind::NoAnswer && is_unframed;
    is_incomplete || FindingKind::ALWAYS_WRONG.contains(&first.kind)
}
