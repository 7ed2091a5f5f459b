//! Ctrl-C and other signals to terminate: the first one stops the run and keeps its
//! results, the second one ends the process immediately.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use signal_hook::consts::{SIGHUP, TERM_SIGNALS};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

use super::error::CommandError;
use super::exit::Exit;

/// Signals in this time count as one: `timeout` signals the process and then its group.
const SAME_SIGNAL: Duration = Duration::from_millis(200);

/// A flag that becomes true at the first signal.
pub(super) fn stop_flag() -> Result<Arc<AtomicBool>, CommandError> {
    let flag = Arc::new(AtomicBool::new(false));
    let hangup = (!is_ignored(SIGHUP)).then_some(SIGHUP);
    let signals = Signals::new(TERM_SIGNALS.iter().copied().chain(hangup))?;
    let shared = Arc::clone(&flag);
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || handle(signals, &shared))?;
    Ok(flag)
}

/// Makes a write beyond the limit of file sizes fail, as on a full disk. Without a handler
/// the signal kills the process, which would leave its files and the peer.
pub(super) fn survive_file_size_limit() -> Result<(), CommandError> {
    let is_seen = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(Signal::XFSZ.as_raw(), is_seen)?;
    Ok(())
}

fn handle(mut signals: Signals, flag: &AtomicBool) {
    let mut first: Option<Instant> = None;
    for _ in signals.forever() {
        flag.store(true, Ordering::Relaxed);
        let first = *first.get_or_insert_with(Instant::now);
        if first.elapsed() > SAME_SIGNAL {
            low_level::exit(Exit::Interrupted.code().into());
        }
    }
}

/// Whether the parent process made us ignore a signal, as `nohup` does. False where the
/// system does not show it.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
