//! Blocking work for async callers, on a thread of its own and with any runtime.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

/// The result of work that goes on in another thread. Dropping it sets the stop flag.
pub(crate) struct Background<T> {
    shared: Arc<Mutex<SharedResult<T>>>,
    stop: Arc<AtomicBool>,
}

struct SharedResult<T> {
    /// None while the work goes on; a panic is passed on to the caller.
    result: Option<thread::Result<T>>,
    waker: Option<Waker>,
}

/// Starts work on a thread of its own. `stop` is set when nobody waits for it any more.
pub(crate) fn on_own_thread<T: Send + 'static>(
    stop: Arc<AtomicBool>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Background<T> {
    let shared = Arc::new(Mutex::new(SharedResult {
        result: None,
        waker: None,
    }));
    let on_thread = Arc::clone(&shared);
    thread::spawn(move || {
        let result = catch_unwind(AssertUnwindSafe(work));
        let mut shared = on_thread.lock().unwrap_or_else(PoisonError::into_inner);
        shared.result = Some(result);
        if let Some(waker) = shared.waker.take() {
            waker.wake();
        }
    });
    Background { shared, stop }
}

impl<T> Future for Background<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        match shared.result.take() {
            Some(Ok(value)) => Poll::Ready(value),
            Some(Err(panic)) => {
                drop(shared);
                resume_unwind(panic)
            }
            None => {
                shared.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for Background<T> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
