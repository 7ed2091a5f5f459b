//! What is left to play of a scenario.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use crate::engine::case::NumberedCase;
use crate::tactic::{Plan, Tactic, TacticFamily};

/// How often the peer may break for no reason that is found before the rest of a scenario
/// is not played.
const MOST_UNEXPLAINED: u32 = 8;
/// How often a peer that serves a known number of connections is started again before the
/// rest of a scenario is not played.
const MOST_LIVES: u32 = 12;
/// How often a peer may be found broken and serve the next connection all the same.
const MOST_RECOVERIES: u32 = 3;

/// How often cases of one tactic may break the peer before the rest of them are not
/// played. Single cuts are worth more: the strip of offsets is made of them.
fn most_breaks(family: TacticFamily) -> u32 {
    if family == TacticFamily::Cut { 8 } else { 3 }
}

/// What else may be played at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Company {
    /// Other cases.
    Shared,
    /// Nothing.
    Alone,
    /// Nothing, and the server is suspended for a moment.
    Suspending,
    /// Nothing: each has many connections, which are judged like those of a scenario.
    Varied,
}

impl Company {
    /// In which company a case is played. Some would disturb others, and memory that the peer
    /// takes beside others may be due to any of them.
    pub(super) fn of(tactic: &Tactic) -> Self {
        use TacticFamily::{Churn, Content, Neighbours, RstAtAccept, SlowRead};
        match tactic.family() {
            _ if tactic.may_fill_memory() => Self::Alone,
            SlowRead | Neighbours | Churn => Self::Alone,
            RstAtAccept => Self::Suspending,
            Content => Self::Varied,
            _ => Self::Shared,
        }
    }
}

/// What is left to play of a scenario.
pub(super) struct Queue<'s> {
    /// Cases that are played again, before the rest.
    again: VecDeque<NumberedCase>,
    rest: Box<dyn Iterator<Item = NumberedCase> + Send + 's>,
    /// How often cases of a tactic broke the peer.
    breaks: HashMap<TacticFamily, u32>,
    /// How often it broke, and no case does it alone.
    unexplained: u32,
    /// How often it was used up.
    lives: u32,
    recoveries: u32,
    /// When no more cases are taken.
    until: Option<Instant>,
}

impl<'s> Queue<'s> {
    /// The cases of a plan that are played in this company, but for the baseline. Those that
    /// the plan marks come first.
    pub(super) fn of(plan: &'s Plan, company: Company) -> Self {
        let cases = move || {
            let cases = NumberedCase::all_of(plan).skip(1);
            cases.filter(move |it| Company::of(&it.case.tactic) == company)
        };
        let is_marked = |it: &NumberedCase| plan.plays_first(&it.case.tactic);
        let marked = cases().take(if plan.has_first() { usize::MAX } else { 0 });
        let marked = marked.filter(is_marked);
        let rest = marked.chain(cases().filter(move |it| !is_marked(it)));
        Self {
            again: VecDeque::new(),
            rest: Box::new(rest),
            breaks: HashMap::new(),
            unexplained: 0,
            lives: 0,
            recoveries: 0,
            until: None,
        }
    }

    /// Gives out no more cases after this time.
    pub(super) fn until(self, until: Option<Instant>) -> Self {
        Self { until, ..self }
    }

    pub(super) fn put_back(&mut self, cases: Vec<NumberedCase>) {
        self.again.extend(cases);
    }

    pub(super) fn count_break(&mut self, family: TacticFamily) {
        *self.breaks.entry(family).or_default() += 1;
    }

    pub(super) fn count_unexplained_break(&mut self) {
        self.unexplained += 1;
    }

    /// Counts that the peer has served as many connections as it can.
    pub(super) fn count_life(&mut self) {
        self.lives += 1;
    }

    /// Counts that a peer that was found broken serves again. Returns whether it may.
    pub(super) fn count_recovery(&mut self) -> bool {
        self.recoveries += 1;
        self.recoveries <= MOST_RECOVERIES
    }

    pub(super) fn has_broken(&self, family: TacticFamily) -> bool {
        self.breaks.contains_key(&family)
    }

    /// The cases that are worth a peer. The tactics of the others are put in `skipped`.
    pub(super) fn playable<'q>(
        &'q mut self,
        skipped: &'q mut Vec<TacticFamily>,
    ) -> impl Iterator<Item = NumberedCase> + Send + use<'q, 's> {
        let Self {
            again,
            rest,
            breaks,
            unexplained,
            lives,
            recoveries: _,
            until,
        } = self;
        let is_over = *unexplained >= MOST_UNEXPLAINED || *lives >= MOST_LIVES;
        // What is not taken stays in the queue.
        let again = std::iter::from_fn(|| again.pop_front());
        again.chain(rest).filter(move |numbered| {
            let family = numbered.case.tactic.family();
            let broke = breaks.get(&family).copied().unwrap_or_default();
            let is_late = until.is_some_and(|it| Instant::now() >= it);
            let is_given_up = broke >= most_breaks(family) || is_over || is_late;
            if is_given_up {
                skipped.push(family);
            }
            !is_given_up
        })
    }
}
