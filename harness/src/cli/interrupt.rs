//! Ctrl-C and its kin: the first one ends the run in order, the second one at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, TERM_SIGNALS};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

use super::exit::Exit;
use super::failure::Failure;

/// What comes so soon after the first is no second one: `timeout` tells a process, and
/// then its group.
const AT_ONCE: Duration = Duration::from_millis(200);

/// A flag that a signal to end sets.
pub(super) fn flag() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    let hangup = (!is_ignored(SIGHUP)).then_some(SIGHUP);
    let signals = Signals::new(TERM_SIGNALS.iter().copied().chain(hangup))?;
    let shared = Arc::clone(&flag);
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || listen(signals, &shared))?;
    Ok(flag)
}

fn listen(mut signals: Signals, flag: &AtomicBool) {
    let mut first: Option<Instant> = None;
    for _ in signals.forever() {
        flag.store(true, Ordering::Relaxed);
        let since = *first.get_or_insert_with(Instant::now);
        if since.elapsed() > AT_ONCE {
            low_level::exit(Exit::Interrupted.code().into());
        }
    }
}

/// Whether whoever started us has said that a signal is not for us, as `nohup` does.
/// Where the system does not tell, it is taken to be for us.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
