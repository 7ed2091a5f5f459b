//! Variations, one after the other.

use std::collections::HashSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::change::{Changes, Vocabulary, variations};
use super::source::Source;
use crate::tactic::Content;

/// How many sources are added to those of the suites.
const MOST_LEARNED: usize = 1_000;

/// Makes variations of the scenarios of suites, and of variations that made the peer do
/// something new.
pub(crate) struct Generator {
    entries: Vec<Entry>,
    /// How many of them are scenarios of the suites.
    given: usize,
    behaviors: HashSet<String>,
    runner: TestRunner,
}

struct Entry {
    source: Source,
    changes: Changes,
    strategy: BoxedStrategy<Vec<Content>>,
}

/// A variation that can be made smaller.
pub(crate) struct Variation {
    /// The number of the source.
    pub(crate) entry: usize,
    pub(crate) source: Source,
    pub(crate) tree: Box<dyn ValueTree<Value = Vec<Content>>>,
}

impl Generator {
    /// Each list has the sources of one suite that have the same framing. `None` if there is none at all.
    pub(crate) fn new(suites: &[Vec<Source>], seed: u64) -> Option<Self> {
        let mut entries = Vec::new();
        for sources in suites {
            let Some(changes) = Vocabulary::of(sources).map(Changes::new) else {
                continue;
            };
            let of_suite = sources.iter().map(|it| Entry::new(it.clone(), &changes));
            entries.extend(of_suite);
        }
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &key);
        (!entries.is_empty()).then(|| Self {
            given: entries.len(),
            entries,
            behaviors: HashSet::new(),
            runner: TestRunner::new_with_rng(Config::default(), rng),
        })
    }

    /// Half of them start from a scenario of the suites, half from what was learned, if anything.
    pub(crate) fn next(&mut self) -> Variation {
        let learned = self.entries.len() - self.given;
        let rng = self.runner.rng();
        let entry = if learned > 0 && rng.random_bool(0.5) {
            self.given + rng.random_range(0..learned)
        } else {
            rng.random_range(0..self.given)
        };
        let chosen = &self.entries[entry];
        let tree = chosen.strategy.new_tree(&mut self.runner);
        Variation {
            entry,
            source: chosen.source.clone(),
            tree: Box::new(tree.expect("the strategy rejects nothing")),
        }
    }

    /// At most `count` random numbers below `most`, ascending.
    pub(crate) fn sample(&mut self, most: usize, count: usize) -> Vec<usize> {
        if most <= count {
            return (0..most).collect();
        }
        let rng = self.runner.rng();
        let mut chosen: Vec<_> = (0..count).map(|_| rng.random_range(0..most)).collect();
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    /// Notes what a peer did, and says whether it is new.
    pub(crate) fn is_new(&mut self, entry: usize, behavior: String) -> bool {
        let suite = self.entries[entry].source.suite.id();
        self.behaviors.insert(format!("{suite} {behavior}"))
    }

    pub(crate) fn behaviors(&self) -> u64 {
        self.behaviors.len() as u64
    }

    /// Adds a variation of an entry to what is varied.
    pub(crate) fn add(&mut self, entry: usize, messages: Vec<Content>) {
        let Entry {
            source, changes, ..
        } = &self.entries[entry];
        let is_known = self.entries.iter().any(|it| it.source.messages == messages);
        if self.entries.len() < self.given + MOST_LEARNED && !is_known {
            let source = Source {
                messages,
                ..source.clone()
            };
            let added = Entry::new(source, changes);
            self.entries.push(added);
        }
    }
}

impl Entry {
    fn new(source: Source, changes: &Changes) -> Self {
        Self {
            strategy: variations(&source, changes).boxed(),
            changes: changes.clone(),
            source,
        }
    }
}
