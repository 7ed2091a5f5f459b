//! Whether a blocked thread will wake by itself.
//!
//! A system call that was given a timeout returns by itself. The timeout of a socket
//! (SO_RCVTIMEO) is not an argument of the call; `waiting.rs` looks for it.

use crate::wire::proc::{BlockedCall, ProcReader, ThreadDir};
use libc::c_long;
use std::time::Duration;

/// Whether a thread will wake although nothing happens. A thread that cannot be seen might.
pub(super) fn may_wake_by_itself(reader: &mut ProcReader, thread: &ThreadDir) -> bool {
    match reader.blocked_call(thread) {
        Some(call) => has_timeout(&call),
        None => thread.exists(),
    }
}

/// After what time a blocked thread returns from its call, where an argument says so.
pub(super) fn timeout(reader: &mut ProcReader, thread: &ThreadDir) -> Option<Duration> {
    in_millis(&reader.blocked_call(thread)?)
}

fn in_millis(call: &BlockedCall) -> Option<Duration> {
    let Timeout::Millis(index) = timeout_of(call.number) else {
        return None;
    };
    // A C `int`: the upper half of the register has no meaning.
    let millis = (call.arguments[index] as u32).cast_signed();
    u64::try_from(millis).ok().map(Duration::from_millis)
}

fn has_timeout(call: &BlockedCall) -> bool {
    match timeout_of(call.number) {
        Timeout::Never => false,
        Timeout::Always => true,
        Timeout::Millis(_) => in_millis(call).is_some(),
        Timeout::Pointer(index) => call.arguments[index] != 0,
    }
}

/// Where a call takes the time after which it returns.
enum Timeout {
    Never,
    /// The call only waits for a time, or may do so in a way that its arguments do not show.
    Always,
    /// In milliseconds in this argument; negative means no timeout.
    Millis(usize),
    /// Behind this argument, unless it is a null pointer.
    Pointer(usize),
}

fn timeout_of(call: c_long) -> Timeout {
    #[cfg(target_arch = "x86_64")]
    match call {
        libc::SYS_poll => return Timeout::Millis(2),
        libc::SYS_epoll_wait => return Timeout::Millis(3),
        libc::SYS_select => return Timeout::Pointer(4),
        _ => {}
    }
    match call {
        libc::SYS_nanosleep | libc::SYS_clock_nanosleep => Timeout::Always,
        // What it waits for is in a ring that only the process sees.
        libc::SYS_io_uring_enter => Timeout::Always,
        // The signal may be that of a timer.
        libc::SYS_rt_sigtimedwait => Timeout::Always,
        libc::SYS_epoll_pwait => Timeout::Millis(3),
        libc::SYS_ppoll => Timeout::Pointer(2),
        libc::SYS_futex | libc::SYS_semtimedop | libc::SYS_epoll_pwait2 => Timeout::Pointer(3),
        libc::SYS_pselect6 | libc::SYS_recvmmsg | libc::SYS_io_getevents => Timeout::Pointer(4),
        libc::SYS_mq_timedreceive | libc::SYS_mq_timedsend => Timeout::Pointer(4),
        _ => Timeout::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_timeout_with(number: c_long, arguments: [u64; 6]) -> bool {
        has_timeout(&BlockedCall { number, arguments })
    }

    #[test]
    fn a_sleep_has_a_timeout_and_a_read_has_none() {
        let sleep = [1, 1, 0x7ff, 0, 0, 0];
        assert!(has_timeout_with(libc::SYS_clock_nanosleep, sleep));
        let read = [4, 0x7ff, 0x400, 0, 0, 0];
        assert!(!has_timeout_with(libc::SYS_recvfrom, read));
    }

    #[test]
    fn the_length_of_a_timeout_is_in_the_arguments() {
        let number = libc::SYS_epoll_pwait;
        let length = |millis| {
            in_millis(&BlockedCall {
                number,
                arguments: [4, 0x7ff, 64, millis, 0, 8],
            })
        };
        assert_eq!(length(500), Some(Duration::from_millis(500)));
        assert_eq!(length(0xffff_ffff), None);
    }

    #[test]
    fn a_wait_for_events_has_a_timeout_if_it_was_given_one() {
        let epoll = |millis| has_timeout_with(libc::SYS_epoll_pwait, [4, 0x7ff, 64, millis, 0, 8]);
        assert!(epoll(500));
        assert!(!epoll(0xffff_ffff));
        let futex = |time| has_timeout_with(libc::SYS_futex, [0x7ff, 0x89, 0, time, 0, 0]);
        assert!(futex(0x7fe));
        assert!(!futex(0));
    }
}
