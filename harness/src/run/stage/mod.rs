//! Scenario after scenario, from the baseline to the verdict.

mod baseline;
mod closing;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime};

use wirecheck_report::record::{self, Record, Verdict};

use crate::run::agenda::{Agenda, is_played};
use crate::run::case::{ATTEMPTS, Attempt, Ground, Numbered};
use crate::run::court::Court;
use crate::run::event::Event;
use crate::run::gate::Gate;
use crate::run::guilt::Guilt;
use crate::run::halt::Halt;
use crate::run::lookout::{Lookout, Manner, Pace};
use crate::run::result::{CaseResult, Results};
use crate::run::round::{self, Round, Table};
use crate::run::selection::Selection;
use crate::run::session::Settings;
use crate::run::target::Target;
use crate::scenario::Permission;
use crate::tactic::{Script, TacticFamily};
use crate::wire::link::{Link, LinkOptions, Pacer};

/// A run as it goes on.
pub(super) struct Stage<'r> {
    settings: &'r Settings,
    stop: &'r AtomicBool,
    on: &'r mut (dyn FnMut(Event<'_>) + Send),
    target: Target,
    record: &'r mut Record,
    pace: Pace,
    begun: Instant,
    /// Whether the peer serves several connections at once; not known at first.
    serves: Option<record::Concurrency>,
    /// Whether it was silent through a whole baseline: the next ones are not waited for
    /// so long before they are played again.
    is_mute: bool,
}

impl<'r> Stage<'r> {
    pub(super) fn new(
        settings: &'r Settings,
        stop: &'r AtomicBool,
        on: &'r mut (dyn FnMut(Event<'_>) + Send),
        target: Target,
        record: &'r mut Record,
    ) -> Self {
        Self {
            settings,
            stop,
            on,
            target,
            record,
            pace: Pace::default(),
            begun: Instant::now(),
            serves: None,
            is_mute: false,
        }
    }

    pub(super) fn play_all(&mut self, selection: &Selection) -> Result<(), Halt> {
        let mut first_unique = self.first_unique();
        let mut played = Ok(());
        for selected in selection.scenarios() {
            let ground = Ground {
                script: Script::of(selected.scenario, selected.suite.framing(), selection.side),
                side: selection.side,
                selected: &selected,
                first_unique,
                pacer: Pacer::default(),
                evidence: self.settings.evidence,
                program: Mutex::default(),
                not_waited_for: Mutex::default(),
            };
            first_unique += ATTEMPTS * (1 + selected.plan.count() as u64);
            match played {
                Ok(()) => played = self.play_scenario(&ground),
                // Of a run that was halted at once nothing is known.
                Err(_) if self.record.suites.is_empty() => break,
                Err(_) => self.pass_over(&ground),
            }
        }
        played
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

    fn play_scenario(&mut self, ground: &Ground<'_>) -> Result<(), Halt> {
        let mut results = Results::default();
        let Some(baseline) = ground.selected.plan.cases().next() else {
            return Ok(());
        };
        let baseline = Numbered::new(0, baseline);
        let held = self.play_baseline(ground, &baseline, &mut results);
        let played = match held {
            Ok(true) => self.play_rest(ground, &baseline, &mut results),
            // The rest would say the same a thousand times.
            Ok(false) => Ok(()),
            Err(halt) => Err(halt),
        };
        match played.is_err() && results.is_empty() {
            false => self.close_scenario(ground, results, &played),
            true if self.record.suites.is_empty() => {}
            true => self.pass_over(ground),
        }
        played
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn renew(&mut self) -> Result<(), Halt> {
        self.record.restarts += self.target.renew()?;
        Ok(())
    }

    fn play_rest(
        &mut self,
        ground: &Ground<'_>,
        baseline: &Numbered,
        results: &mut Results,
    ) -> Result<(), Halt> {
        let jobs = self.jobs(ground, baseline)?;
        let cases = ground.selected.plan.cases().enumerate().skip(1);
        let mut agenda = Agenda {
            rest: Box::new(cases.map(|(number, case)| Numbered::new(number, case))),
            again: Vec::new(),
            breaks: HashMap::new(),
            unexplained: 0,
        };
        loop {
            self.play_through(ground, baseline, results, jobs, &mut agenda)?;
            if agenda.again.is_empty() {
                return Ok(());
            }
        }
    }

    /// Plays what is on the agenda, and confirms what fell. Some of that may be put back
    /// on the agenda.
    fn play_through(
        &mut self,
        ground: &Ground<'_>,
        baseline: &Numbered,
        results: &mut Results,
        jobs: NonZeroUsize,
        agenda: &mut Agenda<'_>,
    ) -> Result<(), Halt> {
        let mut fallen = Vec::new();
        let played = self.play_out(ground, baseline, results, jobs, agenda, &mut fallen);
        let judged = played.and_then(|()| match fallen.is_empty() {
            true => Ok(()),
            false => self.confirm(ground, baseline, results, agenda, &mut fallen),
        });
        self.leave(fallen, results);
        judged
    }

    /// Plays until nothing is on the agenda.
    fn play_out(
        &mut self,
        ground: &Ground<'_>,
        baseline: &Numbered,
        results: &mut Results,
        jobs: NonZeroUsize,
        agenda: &mut Agenda<'_>,
        fallen: &mut Vec<(Numbered, CaseResult)>,
    ) -> Result<(), Halt> {
        loop {
            let mut round = self.play_round(ground, jobs, agenda, results);
            fallen.append(&mut round.fallen);
            let blamed = match () {
                () if self.is_stopped() => Err(Halt::Stopped),
                () if round.broken.is_empty() => return Ok(()),
                () => self.blame(ground, baseline, results, &mut round, agenda),
            };
            fallen.append(&mut round.broken);
            blamed?;
        }
    }

    fn confirm(
        &mut self,
        ground: &Ground<'_>,
        baseline: &Numbered,
        results: &mut Results,
        agenda: &mut Agenda<'_>,
        fallen: &mut Vec<(Numbered, CaseResult)>,
    ) -> Result<(), Halt> {
        agenda.again = self.court(ground, baseline, results).confirm(fallen)?;
        (self.on)(Event::Again(agenda.again.len() as u64));
        self.renew()
    }

    /// Takes what fell and was not played again, as the run ends. What did not come in
    /// a hurry may have come later: that proves nothing.
    fn leave(&mut self, fallen: Vec<(Numbered, CaseResult)>, results: &mut Results) {
        let (silent, wrong): (Vec<_>, Vec<_>) = fallen
            .into_iter()
            .partition(|(_, result)| result.outcome.is_silence());
        self.skip(
            silent.iter().map(|(_, result)| result.tactic.family()),
            results,
        );
        for (_, result) in wrong {
            results.add(result, Verdict::Unconfirmed);
        }
    }

    /// Takes cases that are not played after all.
    fn skip(&mut self, families: impl Iterator<Item = TacticFamily>, results: &mut Results) {
        let mut dropped = 0;
        for family in families {
            dropped += u64::from(is_played(family));
            results.skip(family, 1);
        }
        (self.on)(Event::Dropped(dropped));
    }

    fn play_round(
        &mut self,
        ground: &Ground<'_>,
        jobs: NonZeroUsize,
        agenda: &mut Agenda<'_>,
        results: &mut Results,
    ) -> Round {
        let mut skipped: Vec<TacticFamily> = Vec::new();
        let families = TacticFamily::ALL.into_iter();
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
        self.skip(skipped.into_iter(), results);
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
    ) -> Result<(), Halt> {
        let known = |family: &TacticFamily| agenda.breaks.contains_key(family);
        let guilt = self
            .court(ground, baseline, results)
            .find_guilty(round, &known);
        match guilt? {
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
            Guilt::Nobody { .. } => Err(Halt::lost("it takes no connection any more".to_owned())),
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
    fn jobs(&mut self, ground: &Ground<'_>, baseline: &Numbered) -> Result<NonZeroUsize, Halt> {
        let wanted = self.settings.jobs.0;
        let adversary = ground.selected.scenario.adversary();
        if wanted == NonZeroUsize::MIN || adversary.concurrent == Permission::Forbidden {
            return Ok(NonZeroUsize::MIN);
        }
        let serves = match self.serves {
            Some(known) => known,
            None => match self.target.concurrency() {
                Some(known) => known,
                None => self.try_two_at_once(ground, baseline)?,
            },
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
    ) -> Result<record::Concurrency, Halt> {
        let deadline = Instant::now() + ground.selected.scenario.limits().reply;
        let neighbour = Link::connect(self.target.addr(), &LinkOptions::default(), deadline);
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
}
