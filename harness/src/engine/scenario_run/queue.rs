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
/// How many cases are put in turn where the time may not be enough for all.
const MOST_IN_TURN: usize = 50_000;

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

type Cases<'s> = Box<dyn Iterator<Item = NumberedCase> + Send + 's>;

/// What is left to play of a scenario.
pub(super) struct Queue<'s> {
    /// Cases that are played again, before the rest.
    again: VecDeque<NumberedCase>,
    rest: Cases<'s>,
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

    /// Gives out no more cases after this time. So that each tactic is tried by then, they
    /// come in turn.
    pub(super) fn until(self, until: Option<Instant>) -> Self {
        let rest = match until {
            Some(_) => in_turn(self.rest),
            None => self.rest,
        };
        Self {
            until,
            rest,
            ..self
        }
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

/// The same cases: the first of each tactic family, the second of each, and so on.
fn in_turn(mut cases: Cases<'_>) -> Cases<'_> {
    let mut counts: HashMap<TacticFamily, usize> = HashMap::new();
    let mut first = Vec::new();
    for case in cases.by_ref().take(MOST_IN_TURN) {
        let turn = counts.entry(case.case.tactic.family()).or_default();
        *turn += 1;
        first.push((*turn, case));
    }
    first.sort_by_key(|(turn, _)| *turn);
    Box::new(first.into_iter().map(|(_, case)| case).chain(cases))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{NoAttachments, Side, parse};
    use crate::tactic::CaseChoice;

    fn queued(until: Option<Instant>) -> Vec<String> {
        let text = "title = 'T'\nframing = 'line'\n[[scenario]]\nid = 's'\nexchange = [{ client = 'abcdef' }, { server = 'ok' }]";
        let suite = parse("t.toml", text, &NoAttachments).expect("a valid suite");
        let choice = CaseChoice {
            only: ["cut@*", "half@*", "bytes"]
                .map(|it| it.parse().expect("a pattern"))
                .into_iter()
                .collect(),
            ..CaseChoice::default()
        };
        let plan = Plan::of(&suite, &suite.scenarios()[0], Side::Client, &choice);
        let mut queue = Queue::of(&plan, Company::Shared).until(until);
        let mut skipped = Vec::new();
        let cases = queue.playable(&mut skipped);
        cases.map(|it| it.case.tactic.to_string()).collect()
    }

    #[test]
    fn each_tactic_has_its_turn_where_the_time_is_limited() {
        let later = Instant::now() + std::time::Duration::from_secs(3600);
        let mut limited = queued(Some(later));
        assert_eq!(
            limited[..5],
            ["bytes", "cut@1", "half@0", "cut@2", "half@1"]
        );
        let mut all = queued(None);
        assert_eq!(all[..3], ["bytes", "cut@1", "cut@2"]);
        limited.sort();
        all.sort();
        assert_eq!(limited, all);
    }
}
