//! The test itself: all trials, compared with the uncut stream, and the smallest failure.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::difference::shown_as_wrong;
use super::references::{References, batch_of};
use super::trials::{Effort, Trials, finest};
use super::{Difference, End, Observation, Outcome, Segmentation, Subject};
use crate::tactic::blocks;

/// How many smaller segmentations are tried for one failure, and for how long.
const MOST_SMALLER: usize = 10_000;
const LONGEST_SHRINKING: Duration = Duration::from_secs(10);

/// Asserts that a framer reads the same messages however `input` is cut, and each as early as
/// from an uncut stream.
///
/// All segmentations of an input of up to 12 bytes are tried. A longer one is cut at every
/// offset (past 4 KiB at some), at two offsets near the ends of messages, into chunks of equal
/// size, at random, and into single bytes. The stream also ends too early, after each number
/// of bytes (past 512 bytes after some).
///
/// A message must come as early as it does uncut: a framer that always yields it too late
/// passes.
///
/// # Panics
///
/// If it does not. The message shows the smallest failing segmentation.
#[track_caller]
pub fn assert_invariant<S: Subject>(subject: S, input: impl AsRef<[u8]>) {
    Invariance::new().assert(&subject, input);
}

/// Asserts what [`assert_invariant`] does, and that the messages of `input` are `expected`.
///
/// # Panics
///
/// If they are not, or depend on the segmentation.
#[track_caller]
pub fn assert_messages<S: Subject>(
    subject: S,
    input: impl AsRef<[u8]>,
    expected: impl AsRef<[S::Message]>,
) {
    let (input, expected) = (input.as_ref(), expected.as_ref());
    let uncut = subject.receive(input, &Segmentation::whole(input.len()));
    assert!(
        uncut.messages == expected && uncut.outcome == Outcome::Done,
        "the framer reads an uncut stream wrongly\n{}",
        shown_as_wrong(input, expected, &uncut),
    );
    Invariance::new().assert(&subject, input);
}

/// The options of [`assert_invariant`].
///
/// ```
/// # let new = || |chunk: &[u8]| chunk.to_vec();
/// use wirecheck::framer::Invariance;
///
/// let tried = Invariance::new().random(10_000).seed(7).check(&new, "longer than twelve bytes");
/// assert!(tried.is_ok());
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is tried before `check` or `assert`"]
pub struct Invariance {
    effort: Effort,
    lateness: Lateness,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lateness {
    Fails,
    IsAllowed,
}

impl Default for Invariance {
    fn default() -> Self {
        Self::new()
    }
}

impl Invariance {
    /// What [`assert_invariant`] does.
    pub fn new() -> Self {
        Self {
            effort: Effort::THOROUGH,
            lateness: Lateness::Fails,
        }
    }

    /// Less, for one of many inputs: a long one is cut at some offsets only.
    pub fn quick() -> Self {
        Self {
            effort: Effort::QUICK,
            lateness: Lateness::Fails,
        }
    }

    /// Tries all segmentations of inputs of up to this many bytes: 2^`len` of them. At most
    /// 24.
    pub fn exhaustive(mut self, len: usize) -> Self {
        self.effort.exhaustive = len.clamp(1, 24);
        self
    }

    /// How many random segmentations of a longer input are tried; fewer if it has hundreds of
    /// bytes or more.
    pub fn random(mut self, count: usize) -> Self {
        self.effort.random = count;
        self
    }

    /// Seed for random segmentations.
    pub fn seed(mut self, seed: u64) -> Self {
        self.effort.seed = seed;
        self
    }

    /// Compares only the messages of the whole stream, not after which chunk they come. For
    /// a framer that yields messages in batches.
    pub fn allow_late_messages(mut self) -> Self {
        self.lateness = Lateness::IsAllowed;
        self
    }

    /// Tries an input. Returns how many segmentations were tried, or the smallest that fails.
    pub fn check<S: Subject>(
        &self,
        subject: &S,
        input: impl AsRef<[u8]>,
    ) -> Result<u64, Box<Difference<S::Message>>> {
        self.check_until(&AtomicBool::new(false), subject, input.as_ref())
    }

    /// Tries an input until `stop` is set.
    pub(crate) fn check_until<S: Subject>(
        &self,
        stop: &AtomicBool,
        subject: &S,
        input: &[u8],
    ) -> Result<u64, Box<Difference<S::Message>>> {
        Comparison::new(subject, input, self.lateness, stop).try_all(self.effort)
    }

    /// Tries an input.
    ///
    /// # Panics
    ///
    /// If the result depends on the segmentation.
    #[track_caller]
    pub fn assert<S: Subject>(&self, subject: &S, input: impl AsRef<[u8]>) {
        if let Err(difference) = self.check(subject, input) {
            panic!("{difference}");
        }
    }

    /// Tries one segmentation of an input.
    pub(super) fn check_one<S: Subject>(
        &self,
        subject: &S,
        input: &[u8],
        segmentation: Segmentation,
    ) -> Result<(), Box<Difference<S::Message>>> {
        let never = AtomicBool::new(false);
        let mut comparison = Comparison::new(subject, input, self.lateness, &never);
        match comparison.try_one(segmentation) {
            None => Ok(()),
            Some(difference) => Err(comparison.smallest(difference)),
        }
    }
}

/// One input, received in many ways.
struct Comparison<'a, S: Subject> {
    subject: &'a S,
    input: &'a [u8],
    lateness: Lateness,
    stop: &'a AtomicBool,
    references: References<'a, S>,
}

/// The ends of chunks that decide whether messages come as early as uncut: those after which
/// there are more messages than after the one before, and those just before them. Between them
/// nothing changes, neither here nor uncut. With each the number of messages by then.
fn counts_to_compare(
    segmentation: &Segmentation,
    received: &[Option<usize>],
) -> Vec<(usize, usize)> {
    let mut last = (0, 0);
    let mut compared = Vec::new();
    for at in segmentation.ends() {
        let new = received[last.1..].iter();
        let count = last.1 + new.take_while(|by| by.is_some_and(|by| by <= at)).count();
        if count > last.1 {
            if last.0 > 0 && compared.last() != Some(&last) {
                compared.push(last);
            }
            compared.push((at, count));
        }
        last = (at, count);
    }
    if compared.last() != Some(&last) {
        compared.push(last);
    }
    compared
}

/// The uncut stream of each of these lengths, and behind it the segmentations of this length.
fn behind_uncut(some: Vec<Segmentation>, lengths: &[usize]) -> Vec<Segmentation> {
    let mut lengths = lengths.iter().peekable();
    let with_uncut = some.into_iter().flat_map(|segmentation| {
        let uncut = lengths.next_if_eq(&&segmentation.len());
        let uncut = uncut.map(|len| Segmentation::whole(*len));
        uncut.into_iter().chain([segmentation])
    });
    with_uncut.collect()
}

type Found<S> = Box<Difference<<S as Subject>::Message>>;

impl<'a, S: Subject> Comparison<'a, S> {
    fn new(subject: &'a S, input: &'a [u8], lateness: Lateness, stop: &'a AtomicBool) -> Self {
        Self {
            subject,
            input,
            lateness,
            stop,
            references: References::new(subject, input),
        }
    }

    fn try_all(&mut self, effort: Effort) -> Result<u64, Found<S>> {
        // A framer that crashes at once is started again as rarely as possible.
        if let Some(found) = self.try_one(Segmentation::whole(self.input.len())) {
            return Err(found);
        }
        let finest = finest(self.input.len());
        let ends = self.subject.receive(self.input, &finest).received;
        let trials = Trials::new(effort, self.input.len(), ends.into_iter().flatten());
        let mut all = trials.all();
        let batch = batch_of(self.input.len());
        let mut tried = 0;
        loop {
            let some: Vec<_> = all.by_ref().take(batch).collect();
            if some.is_empty() || self.stop.load(Ordering::Relaxed) {
                return Ok(tried);
            }
            tried += some.len() as u64;
            if let Some(found) = self.try_some(some) {
                return Err(self.smallest(found));
            }
        }
    }

    /// Tries several segmentations. They are received together, and so are the uncut streams
    /// with which they are compared: a `Subject` may have to wait for each answer.
    fn try_some(&mut self, some: Vec<Segmentation>) -> Option<Found<S>> {
        let uncut = self.references.lengths_to_receive(&some);
        let all = behind_uncut(some, &uncut);
        let observed = self.subject.receive_all(self.input, &all);
        let mut uncut = uncut.into_iter().peekable();
        let mut tried = Vec::new();
        for (segmentation, observed) in all.into_iter().zip(observed) {
            let len = segmentation.len();
            // A defect is reported in its turn.
            if uncut.next_if_eq(&len).is_some() && !observed.outcome.is_defect() {
                self.references.keep_ended(len, observed);
            } else {
                tried.push((segmentation, observed));
            }
        }
        if self.lateness == Lateness::Fails {
            let counts = tried.iter().flat_map(|(segmentation, observed)| {
                counts_to_compare(segmentation, &observed.received)
            });
            self.references.receive_visible(counts.map(|(at, _)| at));
        }
        let mut tried = tried.into_iter();
        tried.find_map(|(segmentation, observed)| self.difference(segmentation, observed))
    }

    fn try_one(&mut self, segmentation: Segmentation) -> Option<Found<S>> {
        let observed = self.subject.receive(self.input, &segmentation);
        self.difference(segmentation, observed)
    }

    /// How an observation differs from that of the same bytes uncut.
    fn difference(
        &mut self,
        segmentation: Segmentation,
        observed: Observation<S::Message>,
    ) -> Option<Found<S>> {
        let differs = match segmentation.end() {
            _ if observed.outcome.is_defect() => true,
            End::Eof => !self.references.ended(segmentation.len()).is_like(&observed),
            End::Open => false,
        };
        if differs {
            let uncut = self.references.uncut(&segmentation);
            return Some(self.found(segmentation, uncut, observed));
        }
        if self.lateness == Lateness::IsAllowed {
            return None;
        }
        let counts = counts_to_compare(&segmentation, &observed.received);
        self.references
            .receive_visible(counts.iter().map(|(at, _)| *at));
        let is_wrong = |(at, count): &(usize, usize)| {
            let uncut = self.references.visible(*at);
            uncut.is_some_and(|uncut| uncut != *count)
        };
        let (at, _) = counts.into_iter().find(is_wrong)?;
        let open = segmentation.truncated(at).left_open();
        let observed = self.subject.receive(self.input, &open);
        let uncut = self.references.uncut(&open);
        Some(self.found(open, uncut, observed))
    }

    fn found(
        &self,
        segmentation: Segmentation,
        uncut: Observation<S::Message>,
        observed: Observation<S::Message>,
    ) -> Found<S> {
        Box::new(Difference {
            input: self.input.to_vec(),
            segmentation,
            uncut,
            observed,
        })
    }

    /// A failure with cuts that are all necessary.
    fn smallest(&mut self, mut found: Found<S>) -> Found<S> {
        let mut left = MOST_SMALLER;
        let deadline = Instant::now() + LONGEST_SHRINKING;
        let mut goes_on = || {
            left = left.saturating_sub(1);
            left > 0 && Instant::now() < deadline
        };
        while let Some(smaller) = self.smaller(&found, &mut goes_on) {
            found = smaller;
        }
        found
    }

    fn smaller(
        &mut self,
        found: &Difference<S::Message>,
        goes_on: &mut impl FnMut() -> bool,
    ) -> Option<Found<S>> {
        let cuts = found.segmentation.cuts();
        for (start, end) in blocks(cuts.len()) {
            if !goes_on() || self.stop.load(Ordering::Relaxed) {
                return None;
            }
            let kept = cuts[..start].iter().chain(&cuts[end..]);
            let smaller = self.try_one(found.segmentation.with_cuts(kept.copied()));
            if smaller.is_some() {
                return smaller;
            }
        }
        None
    }
}
