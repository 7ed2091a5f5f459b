//! A whole run: scenario after scenario, from the baseline to the verdict.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime};

use wirecheck_report::record::{self, Record, State, Verdict};

use super::agenda::{Agenda, is_played, played_cases};
use super::caller::Calls;
use super::case::{ATTEMPTS, Attempt, Ground, Numbered};
use super::confirm::{Court, Guilt};
use super::event::Event;
use super::gate::Gate;
use super::log::micros;
use super::lookout::{Lookout, Manner, Pace};
use super::result::{CaseResult, Results};
use super::round::{self, Round, Table};
use super::selection::Selection;
use super::target::{PeerSource, Target};
use super::verdict::{overall, short_of, worst};
use super::write_up::write_up;
use crate::judge::Finding;
use crate::peer::StartError;
use crate::scenario::{Permission, Side};
use crate::tactic::{Family, Script, Tactic};
use crate::wire::link::{Evidence, Link, Options, Pacer};

/// How a run is done, beside what was selected.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How the peer is had.
    pub peer: PeerSource,
    /// What the user typed to start it, for the record.
    pub command: Vec<String>,
    /// How many cases may run at once.
    pub jobs: Jobs,
    /// How it is known that the peer has read a chunk.
    pub evidence: Evidence,
}

/// How many cases may run at once, if the peer serves several connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jobs(pub NonZeroUsize);

/// Why a run has no verdict on the peer, or not on all of it.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The peer did not start.
    #[error("the peer did not start: {0}")]
    NotStarted(#[source] StartError),
    /// Nobody was ever there.
    #[error("the peer could not be reached: {0}")]
    NotReached(String),
    /// The peer was there and is gone for good.
    #[error("the peer was lost: {0}")]
    Lost(String),
}

/// What a run came to.
pub struct Ran {
    /// All that is known.
    pub record: Record,
    /// Why it is not all that was asked.
    pub failure: Option<Failure>,
}

/// Runs what was selected against a peer. When `stop` becomes true, the run ends
/// after the cases that are under way.
pub fn run(
    selection: &Selection,
    settings: &Settings,
    stop: &AtomicBool,
    on: &mut (dyn FnMut(Event<'_>) + Send),
) -> Ran {
    let begun = Instant::now();
    let mut record = blank(selection, settings);
    let failure = match Target::start(&settings.peer) {
        Err(error) => Some(Failure::NotStarted(error)),
        Ok(target) => {
            record.peer.address = target.addr().to_string();
            let cases = selection
                .scenarios()
                .map(|selected| played_cases(&selected))
                .sum();
            on(Event::Started {
                record: &record,
                cases,
            });
            let mut stage = Stage {
                settings,
                stop,
                on,
                target,
                record: &mut record,
                pace: Pace::default(),
                begun,
                serves: None,
                is_mute: false,
            };
            stage.play_all(selection).err()
        }
    };
    record.took_us = micros(begun.elapsed());
    record.verdict = match (&failure, overall(&record)) {
        (Some(_), Verdict::Pass) => Verdict::Error,
        (_, verdict) => verdict,
    };
    record.state = match failure.is_some() || stop.load(Ordering::Relaxed) {
        true => State::CutOff,
        false => State::Finished,
    };
    on(Event::Ended { record: &record });
    Ran { record, failure }
}

fn blank(selection: &Selection, settings: &Settings) -> Record {
    Record {
        version: record::VERSION,
        wirecheck: env!("CARGO_PKG_VERSION").to_owned(),
        started: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        took_us: 0,
        state: State::Running,
        seed: selection.seed.0,
        profile: selection.profile.to_string(),
        peer: record::Peer {
            role: match selection.side {
                Side::Client => record::Role::Server,
                Side::Server => record::Role::Client,
            },
            command: settings.command.clone(),
            address: String::new(),
            concurrency: record::Concurrency::One,
            lives: match &settings.peer {
                PeerSource::Client { calling, .. } if calling.habit == Calls::Once => {
                    record::Lives::OneCase
                }
                _ => record::Lives::ManyCases,
            },
        },
        delivery: record::DeliveryTally::default(),
        suites: Vec::new(),
        restarts: 0,
        notes: Vec::new(),
        verdict: Verdict::Pass,
    }
}

struct Stage<'r> {
    settings: &'r Settings,
    stop: &'r AtomicBool,
    on: &'r mut (dyn FnMut(Event<'_>) + Send),
    target: Target,
    record: &'r mut Record,
    pace: Pace,
    begun: Instant,
    /// Whether the peer serves several connections at once; not known at first.
    serves: Option<record::Concurrency>,
    /// Whether it was silent through all the time that a suite allows: the next
    /// baselines are not waited for so long.
    is_mute: bool,
}

impl Stage<'_> {
    fn play_all(&mut self, selection: &Selection) -> Result<(), Failure> {
        let mut first_unique = self.first_unique();
        for selected in selection.scenarios() {
            if self.is_stopped() {
                return Ok(());
            }
            let ground = Ground {
                script: Script::of(selected.scenario, &selected.suite.framing, selection.side),
                side: selection.side,
                selected: &selected,
                first_unique,
                pacer: Pacer::default(),
                evidence: self.settings.evidence,
                program: Mutex::default(),
            };
            first_unique += ATTEMPTS * (1 + selected.plan.count() as u64);
            self.play_scenario(&ground)?;
        }
        Ok(())
    }

    /// A peer of ours knows no earlier run; another must not meet its values again.
    fn first_unique(&self) -> u64 {
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        if self.target.is_ours() {
            0
        } else {
            since.as_secs() * 1_000
        }
    }

    fn play_scenario(&mut self, ground: &Ground<'_>) -> Result<(), Failure> {
        let mut results = Results::default();
        let mut cases = ground
            .selected
            .plan
            .cases()
            .enumerate()
            .map(|(number, case)| Numbered::new(number, case));
        let Some(baseline) = cases.next() else {
            return Ok(());
        };
        let outcome = self.play_baseline(ground, &baseline, &mut results);
        let outcome = match outcome {
            Ok(true) => self.play_rest(ground, &baseline, &mut results),
            // It was broken off: nothing is known of it.
            Ok(false) if results.is_empty() => return Ok(()),
            Ok(false) => {
                self.drop_rest(ground, &mut results);
                Ok(())
            }
            Err(failure) => Err(failure),
        };
        if outcome.is_ok() || !results.is_empty() {
            self.close_scenario(ground, results);
        }
        outcome
    }

    /// Plays the baseline alone, patiently, and again on a fresh peer if it fails.
    fn play_baseline(
        &mut self,
        ground: &Ground<'_>,
        baseline: &Numbered,
        results: &mut Results,
    ) -> Result<bool, Failure> {
        if self.target.ended().is_some() {
            self.renew()?;
        }
        let (first, second) = match self.is_mute {
            false => (Manner::Careful, Manner::CarefulAgain),
            true => (Manner::Patient, Manner::Careful),
        };
        let result = self.play_carefully(ground, baseline, Attempt(0), first);
        if result.outcome.held() {
            self.learn_program(ground, baseline, &result);
            results.add(result, Verdict::Pass);
            (self.on)(Event::Held);
            return Ok(true);
        }
        if self.is_stopped() {
            return Ok(false);
        }
        self.renew()?;
        let replay = self.play_carefully(ground, baseline, Attempt(1), second);
        if replay.outcome.held() {
            // What came before had broken the peer, or the machine was too busy.
            self.learn_program(ground, baseline, &replay);
            results.add(replay, Verdict::Pass);
            (self.on)(Event::Held);
            return Ok(true);
        }
        if let Some(why) = replay.outcome.unreachable()
            && !self.target.is_ours()
        {
            let first = self.record.suites.is_empty() && result.outcome.unreachable().is_some();
            let gone = if first {
                Failure::NotReached
            } else {
                Failure::Lost
            };
            return Err(gone(why.to_owned()));
        }
        if self.is_stopped() {
            return Ok(false);
        }
        self.is_mute |= replay.outcome.is_silence();
        (self.on)(Event::Fell(&ground.selected.id(Tactic::Whole)));
        results.add(replay, short_of(ground.selected.scenario.level));
        self.renew()?;
        Ok(false)
    }

    /// Where a program is started for each case, a second baseline shows what of its
    /// output varies.
    fn learn_program(&mut self, ground: &Ground<'_>, baseline: &Numbered, held: &CaseResult) {
        if !self.target.is_new_each_time() {
            return;
        }
        let second = self.play_carefully(ground, baseline, Attempt(5), Manner::Careful);
        ground.learn_program(held);
        ground.learn_program(&second);
    }

    fn play_carefully(
        &mut self,
        ground: &Ground<'_>,
        numbered: &Numbered,
        attempt: Attempt,
        manner: Manner,
    ) -> CaseResult {
        let gate = Gate::until(self.stop);
        let mut lookout = Lookout::new(self.target.watch(), &gate, self.pace, manner);
        let mut result = ground.play(numbered, attempt, &self.target, &mut lookout);
        if result.outcome.held() {
            lookout.learn_rest();
        }
        self.pace.learn(lookout.pace);
        if let Some(how) = self.target.rest() {
            result.last_words = self.target.last_words();
            result
                .outcome
                .put_first(ground.tell(&Finding::Died { how }));
        }
        result
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn renew(&mut self) -> Result<(), Failure> {
        let renewed = self.target.renew();
        self.record.restarts += renewed.map_err(|error| Failure::Lost(error.to_string()))?;
        Ok(())
    }

    /// Where the baseline fails, the rest would say the same a thousand times.
    fn drop_rest(&mut self, ground: &Ground<'_>, results: &mut Results) {
        let mut dropped = 0;
        for tactic in ground.selected.plan.tactics().skip(1) {
            dropped += u64::from(is_played(tactic.family()));
            results.skip(tactic.family(), 1);
        }
        (self.on)(Event::Dropped(dropped));
    }

    fn play_rest(
        &mut self,
        ground: &Ground<'_>,
        baseline: &Numbered,
        results: &mut Results,
    ) -> Result<(), Failure> {
        let jobs = self.jobs(ground, baseline)?;
        let cases = ground.selected.plan.cases().enumerate().skip(1);
        let mut agenda = Agenda {
            rest: Box::new(cases.map(|(number, case)| Numbered::new(number, case))),
            again: Vec::new(),
            breaks: HashMap::new(),
            unexplained: 0,
        };
        while self.play_through(ground, baseline, results, jobs, &mut agenda)? {}
        Ok(())
    }

    /// Plays what is on the agenda, and confirms what fell. Says whether cases were put
    /// back on it.
    fn play_through(
        &mut self,
        ground: &Ground<'_>,
        baseline: &Numbered,
        results: &mut Results,
        jobs: NonZeroUsize,
        agenda: &mut Agenda<'_>,
    ) -> Result<bool, Failure> {
        let mut fallen = Vec::new();
        loop {
            let mut round = self.play_round(ground, jobs, agenda, results);
            fallen.append(&mut round.fallen);
            if round.broken.is_empty() || self.is_stopped() {
                break;
            }
            self.blame(ground, baseline, results, &mut round, agenda)?;
        }
        if fallen.is_empty() || self.is_stopped() {
            return Ok(false);
        }
        let confirmed = self.court(ground, baseline, results).confirm(fallen);
        agenda.again = confirmed.map_err(|error| Failure::Lost(error.to_string()))?;
        self.renew()?;
        Ok(!agenda.again.is_empty())
    }

    fn play_round(
        &mut self,
        ground: &Ground<'_>,
        jobs: NonZeroUsize,
        agenda: &mut Agenda<'_>,
        results: &mut Results,
    ) -> Round {
        let mut skipped: Vec<Family> = Vec::new();
        let families = Family::ALL.into_iter();
        let given_up: Vec<_> = families
            .filter(|family| agenda.has_given_up(*family))
            .collect();
        let mut queue = agenda
            .again
            .drain(..)
            .chain(&mut agenda.rest)
            .filter(|numbered| {
                let family = numbered.case.tactic.family();
                let plays = is_played(family) && !given_up.contains(&family);
                if !plays {
                    skipped.push(family);
                }
                plays
            });
        let table = Table {
            ground,
            target: &self.target,
            jobs,
            stop: self.stop,
        };
        let round = round::play(&table, &mut self.pace, &mut queue, results, self.on);
        drop(queue);
        let dropped = skipped.iter().filter(|family| is_played(**family)).count() as u64;
        skipped
            .into_iter()
            .for_each(|family| results.skip(family, 1));
        (self.on)(Event::Dropped(dropped));
        round
    }

    /// Finds out which case broke the peer; the others are played again.
    fn blame(
        &mut self,
        ground: &Ground<'_>,
        baseline: &Numbered,
        results: &mut Results,
        round: &mut Round,
        agenda: &mut Agenda<'_>,
    ) -> Result<(), Failure> {
        let known = |family: &Family| agenda.breaks.contains_key(family);
        let guilt = self
            .court(ground, baseline, results)
            .find_guilty(round, &known);
        match guilt.map_err(|error| Failure::Lost(error.to_string()))? {
            Guilt::Found { family, innocent } => {
                agenda.again = innocent;
                *agenda.breaks.entry(family).or_default() += 1;
                Ok(())
            }
            Guilt::Nobody { innocent } if self.target.is_ours() => {
                agenda.again = innocent;
                agenda.unexplained += 1;
                Ok(())
            }
            Guilt::Nobody { .. } => {
                Err(Failure::Lost("it takes no connection any more".to_owned()))
            }
        }
    }

    fn court<'c, 's>(
        &'c mut self,
        ground: &'s Ground<'s>,
        baseline: &'c Numbered,
        results: &'c mut Results,
    ) -> Court<'c, 's> {
        Court {
            ground,
            baseline,
            target: &mut self.target,
            pace: &mut self.pace,
            stop: self.stop,
            results,
            restarts: &mut self.record.restarts,
            notes: &mut self.record.notes,
        }
    }

    /// How many cases run at once. A peer that leaves the baseline waiting while
    /// another connection is open serves one client at a time.
    fn jobs(&mut self, ground: &Ground<'_>, baseline: &Numbered) -> Result<NonZeroUsize, Failure> {
        let wanted = self.settings.jobs.0;
        let adversary = ground.selected.scenario.adversary;
        if wanted == NonZeroUsize::MIN || adversary.concurrent == Permission::Forbidden {
            return Ok(NonZeroUsize::MIN);
        }
        let serves = match self.serves {
            Some(known) => known,
            None if self.target.is_new_each_time() => record::Concurrency::Several,
            None => self.try_two_at_once(ground, baseline)?,
        };
        self.serves = Some(serves);
        self.record.peer.concurrency = serves;
        Ok(match serves {
            record::Concurrency::Several => wanted,
            record::Concurrency::One => NonZeroUsize::MIN,
        })
    }

    fn try_two_at_once(
        &mut self,
        ground: &Ground<'_>,
        baseline: &Numbered,
    ) -> Result<record::Concurrency, Failure> {
        let deadline = Instant::now() + ground.selected.scenario.limits.reply;
        let neighbour = Link::connect(self.target.addr(), &Options::default(), deadline);
        let gate = Gate::until(self.stop);
        let mut lookout = Lookout::new(self.target.watch(), &gate, self.pace, Manner::Brisk);
        let result = ground.play(baseline, Attempt(4), &self.target, &mut lookout);
        drop(neighbour.map(Link::close));
        if result.outcome.held() {
            return Ok(record::Concurrency::Several);
        }
        // A connection that came and went may have been too much for it.
        self.renew()?;
        let note = "the peer serves one client at a time";
        self.record.notes.push(note.to_owned());
        Ok(record::Concurrency::One)
    }

    fn close_scenario(&mut self, ground: &Ground<'_>, results: Results) {
        let tally = &mut self.record.delivery;
        tally.boundaries += results.boundaries.kept;
        tally.proven += results.boundaries.proven;
        if let Some(reason) = &results.unverified {
            let why = || format!("{reason}; to prove it: {}", reason.remedy());
            tally.unverified.get_or_insert_with(why);
        }
        let suite = ground.selected.suite;
        if self
            .record
            .suites
            .last()
            .is_none_or(|last| last.id != suite.id.as_str())
        {
            self.record.suites.push(record::Suite {
                id: suite.id.to_string(),
                title: suite.title.clone(),
                path: suite.path.clone(),
                scenarios: Vec::new(),
            });
        }
        let mut scenario = write_up(ground, results);
        scenario.verdict = worst(scenario.failures.iter().map(|failure| failure.verdict));
        let last = self
            .record
            .suites
            .last_mut()
            .expect("one was pushed if there was none");
        last.scenarios.push(scenario);
        self.record.took_us = micros(self.begun.elapsed());
        self.record.verdict = overall(self.record);
        (self.on)(Event::ScenarioEnded {
            record: self.record,
        });
    }
}
