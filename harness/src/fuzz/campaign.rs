//! Streams, one after the other, until one is read wrongly or the time is over.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::inputs::{Input, SuiteTraffic};
use super::program::Program;
use crate::framer::{
    Difference, Invariance, Observation, Outcome, Segmentation, StreamMessages, Subject,
};

/// How many smaller streams are tried for one that fails, and for how long.
const MOST_SMALLER: u32 = 300;
const LONGEST_SHRINKING: Duration = Duration::from_secs(30);

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// How long streams are generated.
    pub(crate) time: Duration,
    /// The most streams that are generated.
    pub(crate) streams: u64,
    pub(crate) seed: u64,
    /// Whether a message may come after other chunks than from an uncut stream.
    pub(crate) allow_late: bool,
}

/// What was tried.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Streams of suites and files.
    pub(crate) given: u64,
    pub(crate) generated: u64,
    /// Those of streams that were read correctly.
    pub(crate) segmentations: u64,
    /// The messages of the uncut streams.
    pub(crate) messages: u64,
    /// The first error of the framer for a given stream that was not cut.
    pub(crate) first_error: Option<String>,
    /// Generated streams that are well framed.
    pub(crate) well_framed: u64,
    /// Those of them that the framer rejects: nothing is compared then.
    pub(crate) rejected: u64,
}

/// A stream that is read wrongly.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) input: Vec<u8>,
    pub(crate) origin: String,
    /// The suite that says which messages the stream has.
    pub(crate) suite: Option<PathBuf>,
    pub(crate) kind: FailureKind,
}

#[derive(Debug)]
pub(crate) enum FailureKind {
    /// The result depends on the segmentation.
    Varies(Box<Difference<Vec<u8>>>),
    /// The framer reads another number of messages than the uncut stream has.
    WrongCount {
        /// The messages by the suite's framing.
        expected: Vec<Vec<u8>>,
        observed: Observation<Vec<u8>>,
    },
    /// The framer keeps back messages that are complete, until the stream ends.
    Late {
        /// The messages by the suite's framing that are complete.
        expected: Vec<Vec<u8>>,
        /// Of the stream that stays open.
        observed: Observation<Vec<u8>>,
    },
}

/// Tries streams with one framer.
pub(crate) struct Campaign<'a> {
    pub(crate) program: &'a Program,
    pub(crate) limits: Limits,
    pub(crate) stop: &'a AtomicBool,
    pub(crate) tally: Tally,
}

impl Campaign<'_> {
    /// Tries the given streams, then generated ones.
    pub(crate) fn run(
        &mut self,
        given: &[Input],
        traffic: &[SuiteTraffic],
        mut progress: impl FnMut(&Tally),
    ) -> Result<(), Box<Failure>> {
        let start = Instant::now();
        for input in given {
            self.tally.given += 1;
            self.attempt_given(input)?;
            progress(&self.tally);
        }
        let mut runner = self.runner();
        for source in traffic.iter().cycle() {
            if !self.goes_on(start) {
                break;
            }
            self.tally.generated += 1;
            self.generate(source, &mut runner)?;
            progress(&self.tally);
        }
        Ok(())
    }

    fn goes_on(&self, start: Instant) -> bool {
        self.tally.generated < self.limits.streams
            && start.elapsed() < self.limits.time
            && !self.is_stopped()
    }

    /// Whether what the program answers is no longer of interest.
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.program.invalid().is_some()
    }

    fn runner(&self) -> TestRunner {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.limits.seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &key);
        TestRunner::new_with_rng(Config::default(), rng)
    }

    fn attempt_given(&mut self, input: &Input) -> Result<(), Box<Failure>> {
        let failure = |kind| {
            Box::new(Failure {
                input: input.bytes.clone(),
                origin: input.origin.clone(),
                suite: input.suite.clone(),
                kind,
            })
        };
        self.cut(Invariance::new(), &input.bytes).map_err(failure)?;
        let uncut = self.uncut(&input.bytes);
        if let Some(error) = uncut.outcome.error() {
            let text = format!("{}: {error}", input.origin);
            self.tally.first_error.get_or_insert(text);
        }
        match &input.messages {
            Some(expected) => self.compare(&input.bytes, expected, uncut).map_err(failure),
            None => Ok(()),
        }
    }

    fn generate(
        &mut self,
        source: &SuiteTraffic,
        runner: &mut TestRunner,
    ) -> Result<(), Box<Failure>> {
        let tree = source.traffic.streams().new_tree(runner);
        let mut tree = tree.expect("the strategy rejects nothing");
        let Err(kind) = self.attempt_generated(source, &tree.current()) else {
            return Ok(());
        };
        let deadline = Instant::now() + LONGEST_SHRINKING;
        let mut smallest = (tree.current(), kind);
        let mut left = MOST_SMALLER;
        let mut has_next = tree.simplify();
        while has_next && left > 0 && Instant::now() < deadline && !self.is_stopped() {
            left -= 1;
            let current = tree.current();
            has_next = match self.attempt_generated(source, &current) {
                Ok(()) => tree.complicate(),
                Err(kind) => {
                    smallest = (current, kind);
                    tree.simplify()
                }
            };
        }
        let (input, kind) = smallest;
        Err(Box::new(Failure {
            input,
            origin: format!("generated for {}", source.suite),
            suite: Some(source.path.clone()),
            kind,
        }))
    }

    /// A framer may reject a generated stream as a whole: its payloads may make no sense.
    fn attempt_generated(
        &mut self,
        source: &SuiteTraffic,
        stream: &[u8],
    ) -> Result<(), FailureKind> {
        self.cut(Invariance::quick(), stream)?;
        let uncut = self.uncut(stream);
        let Some(expected) = source.traffic.read(stream) else {
            return Ok(());
        };
        self.tally.well_framed += 1;
        if uncut.outcome != Outcome::Done {
            self.tally.rejected += 1;
            return Ok(());
        }
        self.compare(stream, &expected, uncut)
    }

    /// Receives a stream in many segmentations.
    fn cut(&mut self, how: Invariance, stream: &[u8]) -> Result<(), FailureKind> {
        let how = how.seed(self.limits.seed);
        let how = if self.limits.allow_late {
            how.allow_late_messages()
        } else {
            how
        };
        match how.check_until(self.stop, self.program, stream) {
            Ok(tried) => self.tally.segmentations += tried,
            // An invalid answer is not the framer's.
            Err(_) if self.is_stopped() => {}
            Err(difference) => return Err(FailureKind::Varies(difference)),
        }
        Ok(())
    }

    fn uncut(&mut self, stream: &[u8]) -> Observation<Vec<u8>> {
        let uncut = self
            .program
            .receive(stream, &Segmentation::whole(stream.len()));
        self.tally.messages += uncut.messages.len() as u64;
        uncut
    }

    /// Compares the number of messages with that of the suite's framing.
    fn compare(
        &self,
        stream: &[u8],
        expected: &StreamMessages,
        uncut: Observation<Vec<u8>>,
    ) -> Result<(), FailureKind> {
        if self.is_stopped() {
            return Ok(());
        }
        if uncut.messages.len() != expected.messages.len() || uncut.outcome != Outcome::Done {
            return Err(FailureKind::WrongCount {
                expected: expected.messages.clone(),
                observed: uncut,
            });
        }
        let open = Segmentation::whole(stream.len()).left_open();
        let observed = self.program.receive(stream, &open);
        if self.limits.allow_late || observed.messages.len() >= expected.before_end {
            return Ok(());
        }
        Err(FailureKind::Late {
            expected: expected.messages[..expected.before_end].to_vec(),
            observed,
        })
    }
}
