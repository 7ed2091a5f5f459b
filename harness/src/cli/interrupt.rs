//! Ctrl-C: the first one ends the run in order, the second one at once.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::TERM_SIGNALS;
use signal_hook::flag::{register, register_conditional_shutdown};

use super::exit::Exit;
use super::failure::Failure;

/// A flag that a signal to end sets.
pub(super) fn flag() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in TERM_SIGNALS {
        // Registered first, it acts only when the flag was set before.
        register_conditional_shutdown(*signal, Exit::Interrupted.code().into(), Arc::clone(&flag))?;
        register(*signal, Arc::clone(&flag))?;
    }
    Ok(flag)
}
