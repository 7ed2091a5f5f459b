//! Plays cases, several at a time, until there are none left or the peer breaks.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::case::{Attempt, Ground, Numbered};
use super::event::Event;
use super::gate::Gate;
use super::log::Log;
use super::lookout::{Lookout, Manner, Pace};
use super::result::{CaseResult, Results};
use super::target::Target;
use crate::judge::FindingKind;
use wirecheck_report::record::Verdict;

/// How many of the cases that were done last are remembered.
const RECENT: usize = 8;
/// Past so many failures what happened in them is not kept.
const EVIDENCE: usize = 64;
/// Past so many bytes what programs printed in them is not kept.
const PRINTED: usize = 16 << 20;

/// What a round ends with.
#[derive(Default)]
pub(super) struct Round {
    /// Cases that fell short, in the order in which they were played.
    pub(super) fallen: Vec<(Numbered, CaseResult)>,
    /// Cases that fell because the peer takes no connection any more, or is dead, or
    /// that were broken off.
    pub(super) broken: Vec<(Numbered, CaseResult)>,
    /// The last cases that were done, the latest first.
    pub(super) recent: VecDeque<Recent>,
}

/// A case that may have left the peer broken.
pub(super) enum Recent {
    /// It held.
    Held(Numbered),
    /// It fell.
    Fallen(Numbered),
    /// It fell because the peer was broken, by itself or before.
    Broken(Numbered),
}

impl Recent {
    pub(super) fn case(&self) -> &Numbered {
        match self {
            Self::Held(numbered) | Self::Fallen(numbered) | Self::Broken(numbered) => numbered,
        }
    }
}

/// What all workers share.
struct Shared<'a, 'e> {
    queue: Mutex<&'a mut (dyn Iterator<Item = Numbered> + Send)>,
    book: Mutex<Book<'a, 'e>>,
    gate: Gate<'a>,
    halt: AtomicBool,
    stop: &'a AtomicBool,
}

struct Book<'a, 'e> {
    round: Round,
    /// How many bytes are kept of what programs printed.
    printed: usize,
    results: &'a mut Results,
    on: &'a mut (dyn FnMut(Event<'_>) + Send + 'e),
}

/// What a round is played with.
pub(super) struct Table<'a, 's> {
    pub(super) ground: &'s Ground<'s>,
    pub(super) target: &'a Target,
    pub(super) jobs: NonZeroUsize,
    pub(super) stop: &'a AtomicBool,
}

/// Plays what the queue gives. `pace` is what is known of the peer's, and learns.
pub(super) fn play(
    table: &Table<'_, '_>,
    pace: &mut Pace,
    queue: &mut (dyn Iterator<Item = Numbered> + Send),
    results: &mut Results,
    on: &mut (dyn FnMut(Event<'_>) + Send),
) -> Round {
    let Table {
        ground,
        target,
        jobs,
        stop,
    } = *table;
    let shared = Shared {
        queue: Mutex::new(queue),
        book: Mutex::new(Book {
            round: Round::default(),
            printed: 0,
            results,
            on,
        }),
        gate: Gate::until(stop),
        halt: AtomicBool::new(false),
        stop,
    };
    let known = *pace;
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..jobs.get())
            .map(|_| scope.spawn(|| work(ground, target, known, &shared)))
            .collect();
        pace.learn(work(ground, target, known, &shared));
        for other in others {
            pace.learn(other.join().expect("a worker does not panic"));
        }
    });
    shared
        .book
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .round
}

fn work<'s>(ground: &'s Ground<'s>, target: &Target, pace: Pace, shared: &Shared<'_, '_>) -> Pace {
    let mut lookout = Lookout::new(target.watch(), &shared.gate, pace, Manner::Brisk);
    while !shared.halt.load(Ordering::Relaxed) && !shared.stop.load(Ordering::Relaxed) {
        let next = shared
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next();
        let Some(numbered) = next else { break };
        let passage = shared.gate.enter();
        let result = ground.play(&numbered, Attempt(0), target, &mut lookout);
        if !result.outcome.held() && lookout.is_stopped() {
            let mut book = shared.book.lock().unwrap_or_else(PoisonError::into_inner);
            book.round.broken.push((numbered, result));
            break;
        }
        let broken = !result.outcome.held() && is_broken(&result, target, &mut lookout);
        if broken {
            shared.halt.store(true, Ordering::Relaxed);
        }
        drop(passage);
        let mut book = shared.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.take(ground, numbered, result, broken);
    }
    lookout.pace
}

/// Whether the peer is dead or takes no connection any more. That need not be the
/// doing of the case that found out.
fn is_broken(result: &CaseResult, target: &Target, lookout: &mut Lookout<'_>) -> bool {
    let kinds = result.outcome.kinds();
    let any = |some: &[FindingKind]| kinds.iter().any(|kind| some.contains(kind));
    if target.is_new_each_time() {
        return false;
    }
    if any(&[
        FindingKind::NotConnected,
        FindingKind::NotCalled,
        FindingKind::NotAccepted,
    ]) {
        return true;
    }
    if any(&[FindingKind::EndedEarly, FindingKind::CutShort]) {
        // A process that closed its sockets may be about to end.
        lookout.await_rest();
    }
    target.ended().is_some()
}

impl Book<'_, '_> {
    fn take(
        &mut self,
        ground: &Ground<'_>,
        numbered: Numbered,
        mut result: CaseResult,
        broken: bool,
    ) {
        if result.outcome.held() {
            self.results.add(result, Verdict::Pass);
            self.remember(Recent::Held(numbered));
            (self.on)(Event::Held);
            return;
        }
        if broken {
            self.round.broken.push((numbered, result));
            return;
        }
        if self.round.fallen.len() >= EVIDENCE {
            result.log = Log::default();
            result.last_words = Vec::new();
        }
        let conduct = result.conduct.as_ref();
        self.printed += conduct.map_or(0, |conduct| conduct.printed.len());
        if self.printed > PRINTED {
            result.conduct = None;
        }
        (self.on)(Event::Fell(&ground.selected.id(result.tactic.clone())));
        self.remember(Recent::Fallen(numbered.clone()));
        self.round.fallen.push((numbered, result));
    }

    fn remember(&mut self, recent: Recent) {
        self.round.recent.push_front(recent);
        self.round.recent.truncate(RECENT);
    }
}
