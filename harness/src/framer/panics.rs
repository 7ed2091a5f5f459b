//! Panics of a framer, caught without a message on the standard error for each.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use super::Outcome;
use super::chunked_reader::WaitsForever;

thread_local! {
    /// Whether this thread runs a framer whose panic is reported by wirecheck.
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// Runs a framer. Its state must not be used after a panic.
pub(super) fn catch(run: impl FnOnce() -> Outcome) -> Outcome {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let others = take_hook();
        set_hook(Box::new(move |info| {
            if !IS_CAUGHT.get() {
                others(info);
            }
        }));
    });
    let outer = IS_CAUGHT.replace(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    IS_CAUGHT.set(outer);
    result.unwrap_or_else(|payload| match payload.downcast_ref::<WaitsForever>() {
        Some(_) => Outcome::Done,
        None => Outcome::Panicked(text(&*payload)),
    })
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a value that is not a text").to_owned()
}
