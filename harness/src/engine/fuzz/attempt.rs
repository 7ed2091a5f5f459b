//! One variation: what the peer answers to it, and whether it answers the same under other
//! deliveries.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use wirecheck_report::fnv1a;
use wirecheck_report::record::FuzzRecord;

use super::FuzzOptions;
use crate::engine::case::{CaseResult, NumberedCase, ScenarioContext, UniqueValues};
use crate::engine::peer::{CasePlayer, NoConnection, PlayerSetup, Sharing, TestedPeer, on_threads};
use crate::engine::selection::Selection;
use crate::engine::wait::{CaseGate, WaitFor};
use crate::scenario::Suite;
use crate::tactic::{Content, Profile, Seed, TacticFamily};
use crate::vary::answers::{Answers, PeerEnd};
use crate::vary::generator::{Generator, Variation};
use crate::vary::learned::{Expected, suite};
use crate::vary::source::Source;
use crate::wire::link::ReadProof;
use crate::wire::watch::PeakMemory;

/// How many deliveries of a variation with one cut are played, and how many random ones.
const CUTS: usize = 16;
const RANDOM: usize = 3;
/// A stream with more bytes is not sent byte by byte: a case shall be quick.
const LONG: usize = 96;

/// The failure of a peer that does not end its side after ours: it may be busy with it still.
pub(super) const NEVER_ENDS: &str = "never ends";
/// The failure of a peer whose process ends.
pub(super) const DIED: &str = "died";
/// The failure of a peer whose answer is no message.
pub(super) const UNFRAMED: &str = "unframed answer";
/// The failure of a peer whose memory grows by more than is sent explains.
pub(super) const MEMORY: &str = "memory grows";

/// Plays variations, one after the other.
pub(super) struct Attempt<'a> {
    pub(super) peer: &'a dyn TestedPeer,
    /// Plays alone with the peer.
    pub(super) player: Box<dyn CasePlayer + 'a>,
    pub(super) setup: PlayerSetup<'a>,
    /// How many deliveries of a variation are played at once.
    pub(super) jobs: NonZeroUsize,
    pub(super) generator: &'a mut Generator,
    pub(super) record: &'a mut FuzzRecord,
    pub(super) place: &'a mut u64,
    pub(super) unique: &'a UniqueValues,
    pub(super) options: &'a FuzzOptions,
    pub(super) read_proof: ReadProof,
    /// The most memory that the peer had by the last variation.
    pub(super) memory: Option<PeakMemory>,
}

/// What came of a variation.
pub(super) enum AttemptEnd {
    Passed {
        suite: Arc<Suite>,
        behavior: String,
    },
    /// The peer answers the same bytes in different ways, also uncut; or it is broken.
    NotSteady(Option<Arc<Suite>>),
    /// The framing carries none of it, or the answers are more than a suite may have.
    NotCompared,
    Unreachable(String),
    Failed {
        suite: Arc<Suite>,
        /// What kind of failure it is.
        seen: String,
    },
}

/// A variation that failed.
pub(super) struct Failed {
    pub(super) variation: Variation,
    pub(super) suite: Arc<Suite>,
    pub(super) seen: String,
}

impl Attempt<'_> {
    pub(super) fn play(&mut self, source: &Source, messages: &[Content]) -> AttemptEnd {
        let mut messages = messages.to_vec();
        self.record.variations += 1;
        messages.retain(|it| source.can_send(it));
        if messages.is_empty() {
            return AttemptEnd::NotCompared;
        }
        let answers = match self.answers(source, &messages) {
            Ok(answers) => answers,
            Err(NoConnection::Peer(why) | NoConnection::Silent(why)) => {
                return AttemptEnd::Unreachable(why);
            }
            Err(NoConnection::Machine(_)) => return AttemptEnd::NotSteady(None),
        };
        if answers.end == PeerEnd::TooMuch {
            return AttemptEnd::NotCompared;
        }
        let folder = &self.options.folder;
        let learned = |expected| suite_of(folder, source, &messages, &answers, expected);
        let Some(suite) = learned(Expected::TheSame) else {
            return AttemptEnd::NotCompared;
        };
        let behavior = answers.behavior(&source.framing_after(&messages));
        if self.has_died(&answers) {
            let answers = answers.of_death();
            let suite = suite_of(folder, source, &messages, &answers, Expected::TheSame);
            return match suite {
                Some(suite) => AttemptEnd::Failed {
                    suite,
                    seen: DIED.to_owned(),
                },
                None => AttemptEnd::NotSteady(None),
            };
        }
        if let Some(seen) = wrong_uncut(source, &messages, &answers) {
            return AttemptEnd::Failed { suite, seen };
        }
        if self.memory_grew(source) {
            let seen = MEMORY.to_owned();
            return AttemptEnd::Failed { suite, seen };
        }
        if answers.ended_early() {
            // How much the peer reads before it ends depends on the delivery, and so it may
            // what it answers.
            return AttemptEnd::Passed { suite, behavior };
        }
        let counted = std::iter::once_with(|| learned(Expected::AsMany)).flatten();
        for suite in std::iter::once(Arc::clone(&suite)).chain(counted) {
            let seed = Seed(self.options.seed);
            let selection = Selection::of_variation(&suite, source.side, seed, Profile::Quick);
            let planned = selection.first();
            let mut context = ScenarioContext {
                read_proof: self.read_proof,
                place: *self.place,
                ..ScenarioContext::new(planned, source.side, self.unique)
            };
            let baseline = NumberedCase::baseline_of(planned.plan);
            let is_new_each_time = self.peer.is_new_each_time();
            if is_new_each_time && !self.learn(&mut context, &baseline) {
                continue;
            }
            let cases = NumberedCase::all_of(planned.plan).skip(1);
            let cases = sampled(cases, context.script.len(), self.generator);
            let Some(failing) = self.first_failing(&context, &cases) else {
                return AttemptEnd::Passed { suite, behavior };
            };
            // The baseline waits for an idle peer, so it is played only if its result matters.
            if !is_new_each_time && !self.learn(&mut context, &baseline) {
                continue;
            }
            return match self.confirmed_failure(&context, &cases[failing..]) {
                Some(seen) => AttemptEnd::Failed { suite, seen },
                None => AttemptEnd::Passed { suite, behavior },
            };
        }
        AttemptEnd::NotSteady(Some(suite))
    }

    fn answers(&mut self, source: &Source, messages: &[Content]) -> Result<Answers, NoConnection> {
        let unique = self.unique.next(*self.place, 0);
        self.count(1);
        self.player.ask(source, messages, &unique, WaitFor::Turn)
    }

    /// Whether the peer's memory has grown by more than is allowed since the last variation.
    fn memory_grew(&mut self, source: &Source) -> bool {
        let now = self.player.peak_memory();
        let before = std::mem::replace(&mut self.memory, now.clone());
        match (before, now) {
            (Some(before), Some(now)) => now.growth_since(&before) > source.most_memory(),
            _ => false,
        }
    }

    /// Whether the peer's process has ended.
    fn has_died(&mut self, answers: &Answers) -> bool {
        if self.peer.is_new_each_time() {
            return matches!(answers.end, PeerEnd::Died { .. });
        }
        if answers.ended_early() {
            // A process that ends does so a moment after its connections.
            self.player.wait_until_idle();
        }
        self.peer.ended().is_some()
    }

    /// Plays the baseline, and says whether it passes. Where a process is started for each case,
    /// a second one shows what of its output varies.
    fn learn(&mut self, context: &mut ScenarioContext<'_>, baseline: &NumberedCase) -> bool {
        for _ in 0..2 {
            let result = self.result(context, baseline);
            if !result.outcome.has_passed() {
                return false;
            }
            context
                .learnt
                .unawaited_steps
                .extend(&result.unawaited_steps);
            context.learnt.add_values(&result);
            context.learnt.add_process(&result);
            if result.process.is_none() {
                break;
            }
        }
        true
    }

    /// What is wrong with the first of these cases that also fails when it is played again,
    /// alone.
    fn confirmed_failure(
        &mut self,
        context: &ScenarioContext<'_>,
        mut cases: &[NumberedCase],
    ) -> Option<String> {
        while let Some(at) = self.first_failing(context, cases) {
            let again = self.result(context, &cases[at]);
            let seen = failure(&again);
            if seen.is_some() {
                return seen;
            }
            cases = &cases[at + 1..];
        }
        None
    }

    /// Plays cases, several at a time, until one fails. Returns its index.
    fn first_failing(
        &mut self,
        context: &ScenarioContext<'_>,
        cases: &[NumberedCase],
    ) -> Option<usize> {
        if self.jobs == NonZeroUsize::MIN {
            let mut indexes = 0..cases.len();
            return indexes.find(|&at| failure(&self.result(context, &cases[at])).is_some());
        }
        let gate = CaseGate::default();
        let setup = PlayerSetup {
            sharing: Some(Sharing::new(Some(&gate), self.jobs)),
            ..self.setup
        };
        let next = AtomicUsize::new(0);
        let failing = OnceLock::new();
        let peer = self.peer;
        let work = || {
            let mut player = peer.player(setup);
            while failing.get().is_none() {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(case) = cases.get(at) else { return };
                let running = gate.begin_case();
                let result = player.play(context, case);
                drop(running);
                if failure(&result).is_some() {
                    _ = failing.set(at);
                }
            }
        };
        let most = NonZeroUsize::new(cases.len()).unwrap_or(NonZeroUsize::MIN);
        on_threads(self.jobs.min(most), work);
        self.count(next.into_inner().min(cases.len()) as u64);
        failing.into_inner()
    }

    fn result(&mut self, context: &ScenarioContext<'_>, case: &NumberedCase) -> CaseResult {
        self.count(1);
        self.player.play(context, case)
    }

    fn count(&mut self, cases: u64) {
        self.record.cases += cases;
        *self.place += cases;
    }
}

/// What kind of failure a case is, if it failed.
fn failure(result: &CaseResult) -> Option<String> {
    let kinds = result.outcome.kinds();
    let kinds: Vec<_> = kinds.iter().map(|it| it.as_str()).collect();
    (!kinds.is_empty()).then(|| format!("{} {}", result.tactic.family(), kinds.join(" ")))
}

/// What is wrong with the peer's answers to a variation that was not cut.
fn wrong_uncut(source: &Source, messages: &[Content], answers: &Answers) -> Option<String> {
    let seen = if answers.end == PeerEnd::Never {
        NEVER_ENDS
    } else if source.cannot_read(answers, messages) {
        UNFRAMED
    } else {
        return None;
    };
    Some(seen.to_owned())
}

/// The suite of a variation with its answers. Its file is named after its messages.
fn suite_of(
    folder: &Path,
    source: &Source,
    messages: &[Content],
    answers: &Answers,
    expected: Expected,
) -> Option<Arc<Suite>> {
    let mut name = Vec::new();
    for message in messages {
        name.extend_from_slice(message.bytes());
        name.push(0);
    }
    let name = format!("variation-{:016x}.toml", fnv1a(&name));
    let path = folder.join(name).display().to_string();
    let suite = suite(&path, source, messages, answers, expected);
    suite.ok().map(Arc::new)
}

/// All deliveries of which there is one, and some of the others. Each chunk costs a wait for the
/// peer, so those with many are few, and a long stream has none.
fn sampled(
    cases: impl Iterator<Item = NumberedCase>,
    length: usize,
    generator: &mut Generator,
) -> Vec<NumberedCase> {
    let (mut chosen, mut random, mut cuts) = (Vec::new(), Vec::new(), Vec::new());
    for case in cases {
        match case.case.tactic.family() {
            TacticFamily::Bytes | TacticFamily::Random if length > LONG => {}
            TacticFamily::Random => random.push(case),
            TacticFamily::Bytes | TacticFamily::Joined => chosen.push(case),
            _ => cuts.push(case),
        }
    }
    for (all, count) in [(random, RANDOM), (cuts, CUTS)] {
        let sample = generator.sample(all.len(), count);
        chosen.extend(sample.into_iter().map(|at| all[at].clone()));
    }
    chosen
}
