//! After the batches: `content:*`, the exchange with other messages.
//!
//! wirecheck does not know the correct answers. It sends the messages once, uncut, and makes a
//! scenario in which the peer's answers are expected. That scenario is played like any other:
//! baseline, batches, confirmation, leaks, shrinking. A failure in it is that of the variation.

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
use crate::engine::selection::{DELIVERS_VARIATIONS, Selection};
use crate::engine::settings::StopReason;
use crate::engine::wait::{Phase, WaitFor};
use crate::judge::{Finding, FindingKind};
use crate::scenario::Suite;
use crate::tactic::{Content, ContentVariation, Profile, Seed, Tactic, TacticFamily};
use crate::vary::answers::{Answers, PeerEnd};
use crate::vary::learned::{self, Expected};
use crate::vary::source::Source;

/// The path that messages show for the suite of a variation. There is no such file.
const PATH: &str = "variation.toml";

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
    /// The time was over.
    NotPlayed,
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
            if self.is_time_over() || self.has_failed_uncut() {
                return Ok(());
            }
            let Some(result) = self.play_variation(&case)? else {
                self.skip(TacticFamily::Content);
                continue;
            };
            if result.outcome.has_passed() {
                (self.engine.on_event)(Event::Passed);
            } else {
                self.tell_failed(&result);
            }
            self.results.add(result, self.failure_verdict());
        }
        Ok(())
    }

    pub(super) fn has_failed_uncut(&self) -> bool {
        let mut failures = self.results.failures.iter();
        failures.any(|it| it.result.tactic == Tactic::Whole)
    }

    /// `None` if there was no time for all of it.
    fn play_variation(&mut self, case: &NumberedCase) -> Result<Option<CaseResult>, StopReason> {
        let not_compared = |why| CaseResult::not_judged(&case.case, Unjudged::Varied(why));
        // If the exchange itself fails under a delivery, its variations do too.
        let mut failures = self.results.failures.iter();
        if failures.any(|it| DELIVERS_VARIATIONS.contains(&it.result.tactic.family())) {
            return Ok(Some(not_compared(NotCompared::FailsAsItIs)));
        }
        let planned = self.context.planned;
        let suite = planned.suite.clone();
        let suite = suite.with_scenario(planned.scenario.clone());
        let source = Source::of(&suite, 0, self.context.side);
        let (Some(source), Some(variation)) = (source, case.case.delivery.content()) else {
            return Ok(Some(impossible(case)));
        };
        let Some(messages) = variation.apply(&source.messages, source.framing()) else {
            return Ok(Some(impossible(case)));
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
            Shown::NotPlayed => return Ok(None),
            Shown::Unreachable(why) => CaseResult::new(&case.case, Outcome::NotJudged(why)),
            Shown::Failed(results) => self.failed_variation(&varied, *results),
        };
        Ok(Some(CaseResult {
            took: begun.elapsed(),
            ..result
        }))
    }

    fn show(&mut self, varied: &Varied<'_>) -> Result<Shown, StopReason> {
        let mut answers = match self.ask(varied, &varied.messages)? {
            Ok(answers) => answers,
            Err(why) => return Ok(Shown::Unreachable(why)),
        };
        if self.has_died(&answers) {
            answers = answers.of_death();
            self.engine.restart_peer()?;
        } else if answers.end == PeerEnd::TooMuch {
            return Ok(Shown::NotCompared(NotCompared::TooMuch));
        } else if answers.ended_early() {
            return self.show_early_end(varied);
        } else if varied.variation == ContentVariation::LineFeeds {
            // What follows a line end that it rejects, it may read in several ways.
            let usual = self.ask(varied, &varied.source.messages)?;
            if usual.is_ok_and(|usual| usual != answers) {
                return Ok(Shown::NotCompared(NotCompared::NotAccepted));
            }
        }
        self.compare(varied, &answers)
    }

    fn has_died(&self, answers: &Answers) -> bool {
        if self.engine.peer.is_new_each_time() {
            matches!(answers.end, PeerEnd::Died { .. })
        } else {
            self.ended_when_idle().is_some()
        }
    }

    /// Whether the peer gives these answers however the messages are delivered.
    fn compare(&mut self, varied: &Varied<'_>, answers: &Answers) -> Result<Shown, StopReason> {
        let source = varied.source;
        let is_unframed = source.cannot_read(answers, &varied.messages);
        for expected in [Expected::TheSame, Expected::AsMany] {
            let learned = learned::suite(PATH, source, &varied.messages, answers, expected);
            let Ok(suite) = learned else { continue };
            let (results, played) = self.play_suite_of(varied, &suite);
            let failure = confirmed_failure(&results);
            if failure.is_some_and(|it| is_wrong(&it.result, is_unframed)) {
                if let Err(stopped) = played {
                    let result = self.failed_variation(varied, results);
                    self.results.add(result, self.failure_verdict());
                    return Err(stopped);
                }
                return Ok(Shown::Failed(Box::new(results)));
            }
            played?;
            if results.not_played() > 0 {
                return Ok(Shown::NotPlayed);
            }
            if results.failures.is_empty() {
                return Ok(match expected {
                    Expected::TheSame => Shown::Passed(Box::new(results)),
                    Expected::AsMany => Shown::NotCompared(NotCompared::OnlyCounted),
                });
            }
        }
        Ok(Shown::NotCompared(NotCompared::NotSteady))
    }

    /// What the peer answers, on a fresh peer if the one that runs takes no connection.
    fn ask(
        &mut self,
        varied: &Varied<'_>,
        messages: &[Content],
    ) -> Result<Result<Answers, String>, StopReason> {
        let mut is_fresh = false;
        loop {
            let unique = self.context.next_unique(varied.case);
            let mut player = self.engine.lone_player(Phase::Confirmation);
            let answers = player.ask(varied.source, messages, &unique, WaitFor::Answer);
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
        if self.next_not_served()?.is_some() || self.ask(varied, &varied.messages)?.is_err() {
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

    /// Plays the suite of a variation as any other is played. What it shows of the peer says
    /// nothing about other exchanges.
    fn play_suite_of(
        &mut self,
        varied: &Varied<'_>,
        suite: &Suite,
    ) -> (ScenarioResults, Result<(), StopReason>) {
        let side = self.context.side;
        let seed = Seed(self.engine.record.seed);
        let selection = Selection::of_variation(suite, side, seed, Profile::Quick);
        let planned = selection.first();
        let context = ScenarioContext {
            read_proof: self.context.read_proof,
            place: self.context.place + varied.case.number,
            original: Some(self.context.planned),
            ..ScenarioContext::new(planned, side, self.context.unique)
        };
        let until = self.until;
        self.engine.silently(|engine| {
            let timings = engine.timings;
            let learnt = (engine.is_mute, engine.lifetime, engine.concurrency);
            let mut run = ScenarioRun::new(engine, context).until(until);
            let played = run.play();
            let mut results = std::mem::take(&mut run.results);
            if !results.failures.is_empty() {
                let explained = explanation(&run.context, &results);
                results.defects_of_variations = explained.defects;
            }
            engine.timings = timings;
            (engine.is_mute, engine.lifetime, engine.concurrency) = learnt;
            (results, played)
        })
    }

    /// The failure of a variation, with what its scenario showed.
    fn failed_variation(&mut self, varied: &Varied<'_>, results: ScenarioResults) -> CaseResult {
        let what = varied.variation.what();
        for mut defect in results.defects_of_variations.iter().cloned() {
            defect.because = format!("with {what}: {}", defect.because);
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

/// Whether a failure shows that the peer is wrong.
fn is_wrong(failed: &CaseResult, is_unframed: bool) -> bool {
    if failed.tactic != Tactic::Whole {
        return true;
    }
    let first = failed.outcome.findings().first();
    first.is_some_and(|it| FindingKind::wrong_uncut(is_unframed).any(|kind| kind == it.kind))
}
