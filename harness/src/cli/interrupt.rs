//! Ctrl-C and its kin: the first one ends the run in order, the second one at once.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGHUP, TERM_SIGNALS};
use signal_hook::flag::{register, register_conditional_shutdown};

use super::exit::Exit;
use super::failure::Failure;

/// A flag that a signal to end sets.
pub(super) fn flag() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    let hangup = (!is_ignored(SIGHUP)).then_some(SIGHUP);
    for signal in TERM_SIGNALS.iter().copied().chain(hangup) {
        // Registered first, it acts only when the flag was set before.
        register_conditional_shutdown(signal, Exit::Interrupted.code().into(), Arc::clone(&flag))?;
        register(signal, Arc::clone(&flag))?;
    }
    Ok(flag)
}

/// Whether whoever started us has said that a signal is not for us, as `nohup` does.
/// Where the system does not tell, it is taken to be for us.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}
