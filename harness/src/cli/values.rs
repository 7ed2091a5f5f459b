//! Values that the user types, on the command line or in `wirecheck.toml`.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use crate::scenario::{self, DurationError};

/// Each job needs threads and descriptors, in wirecheck and in the server.
const MAX_JOBS: NonZeroUsize = NonZeroUsize::new(256).expect("256 is not zero");

/// How many cases may run at the same time.
pub(super) fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let jobs = text.parse().ok().filter(|jobs| *jobs <= MAX_JOBS);
    jobs.ok_or_else(|| format!("give a number from 1 to {MAX_JOBS}; 1 runs one case after another"))
}

/// Whether the user means standard output, not a file.
pub(super) fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A limit on one wait: `500ms`, `10s`.
pub(super) fn duration(text: &str) -> Result<Duration, DurationError> {
    scenario::parse_duration(text)
}

/// How long a run may take: `90s`, `5m`, `1h`.
pub(super) fn run_time(text: &str) -> Result<Duration, String> {
    const MOST: Duration = Duration::from_secs(7 * 24 * 60 * 60);
    let time = humantime::parse_duration(text).ok();
    let time = time.filter(|time| !time.is_zero() && *time <= MOST);
    time.ok_or_else(|| "write a time such as 90s, 5m or 1h, a week at most".to_owned())
}
