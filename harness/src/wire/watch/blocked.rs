//! Whether a process waits only for the other end of one connection.
//!
//! Most servers that do not answer are blocked in a `recv` on the connection on which the
//! answer is expected, or in `accept` while nobody reads from it. Nothing else wakes them
//! if no thread of theirs waits for anything else, these sockets have no timeout, and no
//! signal has a handler. Where one of these cannot be seen the answer is no.

use crate::wire::diag::Inode;
use crate::wire::proc::{BlockedCall, ProcReader, ProcessDir, ThreadDir};
use libc::{SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGINT, SIGPIPE, SIGQUIT, SIGSEGV, SIGTERM};
use rustix::net::getsockname;
use rustix::net::sockopt::{Timeout, socket_timeout};
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::time::Duration;

/// What one thread is blocked in.
enum Blocked {
    /// A read from this descriptor.
    Read(u32),
    /// An accept on this descriptor.
    Accept(u32),
    /// A wait for another thread of its process.
    Join,
    /// Nothing: it has ended.
    Ended,
    /// Something else, or it cannot be seen.
    Other,
}

/// The peer's end of the connection that the process is expected to wait for.
pub(super) struct AwaitedSocket {
    inode: Inode,
    /// Other connections of wirecheck to this process use the same port.
    local_port: u16,
}

impl AwaitedSocket {
    /// The socket with this inode, if the process holds it.
    pub(super) fn of(inode: Inode, process: u32) -> Option<Self> {
        let descriptor = ProcessDir::new(process).descriptor_of(inode).ok()??;
        let local_port = local_port(&duplicate(process, descriptor)?)?;
        Some(Self { inode, local_port })
    }
}

/// Whether each thread of this process reads from the socket, or waits for connections to
/// the same port or for another thread.
pub(super) fn waits_only_for(
    awaited: &AwaitedSocket,
    process: u32,
    reader: &mut ProcReader,
) -> bool {
    let dir = ProcessDir::new(process);
    let waits = |thread: ThreadDir| match blocked_in(reader, &thread) {
        Blocked::Read(descriptor) => {
            dir.is_socket(descriptor, awaited.inode)
                && duplicate(process, descriptor).is_some_and(|socket| has_no_timeout(&socket))
        }
        Blocked::Accept(descriptor) => duplicate(process, descriptor).is_some_and(|listener| {
            local_port(&listener) == Some(awaited.local_port) && has_no_timeout(&listener)
        }),
        Blocked::Join | Blocked::Ended => true,
        Blocked::Other => false,
    };
    dir.threads().all(waits) && has_no_signal_source(&dir) && has_no_other_channel(awaited, process)
}

/// The timeout of the socket on which a thread is blocked.
pub(super) fn timeout_of_socket(
    process: u32,
    thread: &ThreadDir,
    reader: &mut ProcReader,
) -> Option<Duration> {
    match blocked_in(reader, thread) {
        Blocked::Read(descriptor) | Blocked::Accept(descriptor) => {
            let socket = duplicate(process, descriptor)?;
            socket_timeout(socket, Timeout::Recv).ok().flatten()
        }
        Blocked::Join | Blocked::Ended | Blocked::Other => None,
    }
}

/// One bit per signal, the lowest for signal 1.
pub(super) fn signal_mask(signals: &[libc::c_int]) -> u64 {
    signals
        .iter()
        .fold(0, |mask, signal| mask | 1 << (signal - 1))
}

/// Whether all sockets of the process are at the port of the awaited one, and the kernel
/// does no work for it while it sleeps. Through another socket it may have asked another
/// process for the answer.
fn has_no_other_channel(awaited: &AwaitedSocket, process: u32) -> bool {
    let dir = ProcessDir::new(process);
    let is_harmless = |descriptor| {
        let Some(name) = dir.descriptor_name(descriptor) else {
            return false;
        };
        match name.as_os_str().as_encoded_bytes() {
            b"anon_inode:[io_uring]" => false,
            name if name.starts_with(b"socket:") => {
                let socket = duplicate(process, descriptor);
                socket.and_then(|it| local_port(&it)) == Some(awaited.local_port)
            }
            _ => true,
        }
    };
    let descriptors = dir.descriptors();
    descriptors.is_ok_and(|all| all.into_iter().all(is_harmless))
}

/// Signals that end a process or report an error. A handler of any other one may do some of
/// the work of the process.
const HARMLESS: [libc::c_int; 11] = [
    SIGINT, SIGQUIT, SIGTERM, SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGPIPE,
    // The C library's own, for threads that end and for `setuid`.
    32, 33,
];

/// Whether no timer and no other process can wake it with a signal.
fn has_no_signal_source(process: &ProcessDir) -> bool {
    let caught = process.caught_signals();
    process.signal_timers() == Some(0)
        && caught.is_some_and(|caught| caught & !signal_mask(&HARMLESS) == 0)
}

fn blocked_in(reader: &mut ProcReader, thread: &ThreadDir) -> Blocked {
    if reader.stat(thread).is_none_or(|stat| !stat.is_alive()) {
        return Blocked::Ended;
    }
    let Some(call) = reader.blocked_call(thread) else {
        return Blocked::Other;
    };
    // A C `int`: the upper half of the register has no meaning.
    let descriptor = call.arguments[0] as u32;
    match call.number {
        libc::SYS_read | libc::SYS_readv | libc::SYS_recvmsg => Blocked::Read(descriptor),
        libc::SYS_recvfrom => Blocked::Read(descriptor),
        libc::SYS_accept | libc::SYS_accept4 => Blocked::Accept(descriptor),
        libc::SYS_futex if is_endless_and_private(&call) => Blocked::Join,
        _ => Blocked::Other,
    }
}

/// Whether only a thread of the same process can end this wait.
fn is_endless_and_private(futex: &BlockedCall) -> bool {
    const PRIVATE: u64 = 128;
    futex.arguments[3] == 0 && futex.arguments[1] & PRIVATE != 0
}

/// Our own descriptor of what another process has open.
fn duplicate(process: u32, descriptor: u32) -> Option<OwnedFd> {
    let id = Pid::from_raw(i32::try_from(process).ok()?)?;
    let process = pidfd_open(id, PidfdFlags::empty()).ok()?;
    let descriptor = i32::try_from(descriptor).ok()?;
    pidfd_getfd(process, descriptor, PidfdGetfdFlags::empty()).ok()
}

fn local_port(socket: &OwnedFd) -> Option<u16> {
    let address = SocketAddr::try_from(getsockname(socket).ok()?).ok()?;
    Some(address.port())
}

/// Whether a read from this socket never ends by itself.
fn has_no_timeout(socket: &OwnedFd) -> bool {
    matches!(socket_timeout(socket, Timeout::Recv), Ok(None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::watch::{Watch, WatchTarget};
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    use std::process::{Child, Command, Stdio};

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let one = TcpStream::connect(listener.local_addr().expect("it is bound"));
        let (other, _) = listener.accept().expect("a client connected");
        (one.expect("it listens"), other)
    }

    fn inode(socket: &impl AsFd) -> Inode {
        let stat = rustix::fs::fstat(socket).expect("it is open");
        let number = u32::try_from(stat.st_ino).ok().and_then(Inode::new);
        number.expect("a socket has an inode")
    }

    /// A program with this end of a connection as its input.
    fn started(program: &str, argument: Option<&str>, end: TcpStream) -> Child {
        let mut command = Command::new(program);
        command
            .args(argument)
            .stdin(Stdio::from(OwnedFd::from(end)))
            .stdout(Stdio::null());
        command.spawn().expect("every system has it")
    }

    fn waits(child: Child, socket: Inode) -> bool {
        waits_with(child, socket, "WIRECHECK_TEST=on no other process")
    }

    /// Whether a program is seen to wait only for bytes from a socket. A child that another
    /// test starts holds a copy of the socket for a moment, so it is asked several times.
    fn waits_with(mut child: Child, socket: Inode, related: &str) -> bool {
        const IDLE_LOOKS: usize = 10;
        let watch = Watch::new(WatchTarget::Process(child.id())).expect("/proc is mounted");
        let mut watch = watch.with_related(related.to_owned());
        let mut earlier = watch.look().expect("/proc is readable");
        let mut idle_looks = 0;
        let waits = loop {
            std::thread::sleep(Duration::from_millis(20));
            let look = watch.look().expect("/proc is readable");
            idle_looks += usize::from(look.is_idle_since(&earlier));
            let waits = watch.waits_only_for(socket);
            if waits || idle_looks == IDLE_LOOKS {
                break waits;
            }
            earlier = look;
        };
        _ = child.kill();
        _ = child.wait();
        waits
    }

    #[test]
    fn a_process_that_reads_from_the_socket_waits_only_for_it() {
        let (_ours, its) = pair();
        let socket = inode(&its);
        assert!(waits(started("cat", None, its), socket));
    }

    #[test]
    fn a_process_that_reads_with_a_timeout_does_not_wait_only_for_the_socket() {
        let (_ours, its) = pair();
        let socket = inode(&its);
        its.set_read_timeout(Some(Duration::from_secs(1000)))
            .expect("it is a socket");
        assert!(!waits(started("cat", None, its), socket));
    }

    #[test]
    fn a_process_that_reads_from_another_socket_or_sleeps_does_not_wait_only_for_the_socket() {
        let ((_ours, its), (_kept, other)) = (pair(), pair());
        assert!(!waits(started("cat", None, its), inode(&other)));
        let socket = inode(&other);
        assert!(!waits(started("sleep", Some("1000"), other), socket));
    }

    #[test]
    fn a_socket_that_another_process_holds_too_is_not_waited_for_alone() {
        let (_ours, its) = pair();
        let also = its.try_clone().expect("there are descriptors");
        assert!(!waits(started("cat", None, its), inode(&also)));
    }

    #[test]
    fn a_process_with_a_related_process_that_sleeps_does_not_wait_only_for_the_socket() {
        let (_ours, its) = pair();
        let socket = inode(&its);
        let mut related = Command::new("sleep")
            .arg("1000")
            .env("WIRECHECK_TEST", "a related process")
            .spawn()
            .expect("every system has it");
        let child = started("cat", None, its);
        assert!(!waits_with(
            child,
            socket,
            "WIRECHECK_TEST=a related process"
        ));
        _ = related.kill();
        _ = related.wait();
    }

    #[test]
    fn a_process_with_another_socket_does_not_wait_only_for_the_first() {
        let (_ours, its) = pair();
        let socket = inode(&its);
        let (_other, end) = UnixStream::pair().expect("there are descriptors");
        let child = Command::new("cat")
            .stdin(Stdio::from(OwnedFd::from(its)))
            .stdout(Stdio::from(OwnedFd::from(end)))
            .spawn();
        assert!(!waits(child.expect("every system has it"), socket));
    }
}
