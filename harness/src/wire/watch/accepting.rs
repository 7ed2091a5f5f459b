//! Whether a process is ready to accept connections.
//!
//! A socket that listens proves little: a server may open one to find out whether its port is
//! free, and close it again, or fork and leave it to another process. A thread that is blocked
//! until a connection comes is past all that.

use crate::wire::diag::Inode;
use crate::wire::proc::{BlockedCall, ProcReader, ProcessDir};
use libc::c_long;

/// How a call shows what it waits for.
enum WaitCall {
    /// It accepts from this descriptor.
    Accept,
    /// It waits for the events of this epoll descriptor.
    Epoll,
    /// It waits for as many descriptors as this argument says. Which ones is in its memory.
    Several(usize),
    /// What it waits for is in a ring that only the process sees.
    Ring,
    Other,
}

/// Whether a thread of the process waits for connections to this socket. False also where that
/// cannot be seen.
#[must_use]
pub fn waits_for_connections(process: u32, socket: Inode) -> bool {
    let dir = ProcessDir::new(process);
    let mut reader = ProcReader::default();
    let mut calls = dir.threads().filter_map(|it| reader.blocked_call(it));
    calls.any(|call| is_for_connections(&dir, &call, socket))
}

fn is_for_connections(process: &ProcessDir, call: &BlockedCall, socket: Inode) -> bool {
    // A C `int`: the upper half of the register has no meaning.
    let descriptor = call.arguments[0] as u32;
    match wait_call(call.number) {
        WaitCall::Accept => process.is_socket(descriptor, socket),
        WaitCall::Epoll => {
            let mut watched = process.watched_by_epoll(descriptor).into_iter();
            watched.any(|it| process.is_socket(it, socket))
        }
        WaitCall::Several(count) => call.arguments[count] > 0,
        WaitCall::Ring => true,
        WaitCall::Other => false,
    }
}

fn wait_call(number: c_long) -> WaitCall {
    #[cfg(target_arch = "x86_64")]
    match number {
        libc::SYS_poll => return WaitCall::Several(1),
        libc::SYS_select => return WaitCall::Several(0),
        libc::SYS_epoll_wait => return WaitCall::Epoll,
        _ => {}
    }
    match number {
        libc::SYS_accept | libc::SYS_accept4 => WaitCall::Accept,
        libc::SYS_epoll_pwait | libc::SYS_epoll_pwait2 => WaitCall::Epoll,
        libc::SYS_ppoll => WaitCall::Several(1),
        libc::SYS_pselect6 => WaitCall::Several(0),
        libc::SYS_io_uring_enter | libc::SYS_io_getevents => WaitCall::Ring,
        _ => WaitCall::Other,
    }
}
