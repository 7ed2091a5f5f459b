//! Several runs of the command at the same time.

use std::sync::Mutex;
use std::thread;

/// More runs at the same time would only wait for each other.
const RUNS_AT_ONCE: usize = 4;

/// Applies `run` to each item, to some of them at the same time. The results are in the order in
/// which they came.
///
/// # Panics
/// If `run` panics.
pub fn map_at_once<T, R>(
    items: impl IntoIterator<Item = T, IntoIter: Send>,
    run: impl Fn(T) -> R + Sync,
) -> Vec<R>
where
    R: Send,
{
    let items = Mutex::new(items.into_iter());
    let results = Mutex::new(Vec::new());
    // A function, so that no run keeps the lock.
    let next = || items.lock().expect("no iterator panics").next();
    thread::scope(|scope| {
        for _ in 0..RUNS_AT_ONCE {
            scope.spawn(|| {
                while let Some(item) = next() {
                    let result = run(item);
                    results.lock().expect("no run panics").push(result);
                }
            });
        }
    });
    results.into_inner().expect("no run panics")
}
