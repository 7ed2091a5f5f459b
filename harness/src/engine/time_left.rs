//! The time that the user gave a run, shared out among its scenarios.

use std::time::Instant;

/// What is left of the time of a run.
///
/// Each scenario gets a share by the number of its cases. What it does not need is left for
/// those after it.
pub(super) struct TimeLeft {
    /// When the run begins no more cases.
    until: Option<Instant>,
    /// How many cases have no share yet.
    cases: u64,
}

impl TimeLeft {
    pub(super) fn new(until: Option<Instant>, cases: u64) -> Self {
        Self { until, cases }
    }

    pub(super) fn is_over(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// When a scenario with this many cases begins no more of them.
    pub(super) fn share(&mut self, cases: u64) -> Option<Instant> {
        let until = self.until?;
        let (now, all) = (Instant::now(), self.cases.max(cases).max(1));
        self.cases = self.cases.saturating_sub(cases);
        let left = until.saturating_duration_since(now).as_secs_f64();
        Some(now + std::time::Duration::from_secs_f64(left * cases as f64 / all as f64))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_last_scenario_has_all_that_is_left() {
        let end = Instant::now() + Duration::from_secs(100);
        let mut time = TimeLeft::new(Some(end), 10);
        let first = time.share(4).expect("the time is limited");
        assert!(first <= end - Duration::from_secs(59), "four of ten cases");
        let last = time.share(6).expect("the time is limited");
        assert!(last >= end - Duration::from_secs(1), "all that is left");
    }

    #[test]
    fn without_a_limit_no_scenario_has_one() {
        let mut time = TimeLeft::new(None, 10);
        assert!(!time.is_over());
        assert_eq!(time.share(10), None);
    }
}
