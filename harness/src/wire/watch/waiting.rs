//! Whether a process waits for nothing but what one partner says.
//!
//! Most servers that do not answer sit in a `recv` on the very connection on which an
//! answer is due, or in `accept` while nobody reads from it. Nothing else will wake them,
//! if no thread of theirs waits for anything else, no time is set on these sockets and no
//! signal would set them to work. Where one of these cannot be seen the answer is no.

use super::alarm::{Arguments, call_of_line};
use super::procfs::{self, Reader, process_dir};
use crate::wire::diag::Inode;
use libc::{SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGINT, SIGPIPE, SIGQUIT, SIGSEGV, SIGTERM};
use rustix::net::getsockname;
use rustix::net::sockopt::{Timeout, socket_timeout};
use rustix::process::{Pid, PidfdFlags, PidfdGetfdFlags, pidfd_getfd, pidfd_open};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::Path;

/// What one thread sleeps in.
enum Sleep {
    /// It reads from this descriptor.
    Reads(u64),
    /// It takes connections from this one.
    Accepts(u64),
    /// It waits for another thread of its process.
    Joins,
    /// It is over.
    Over,
    /// Something else, or not to be seen.
    Else,
}

/// The one that is waited for, as a process sees it.
pub(super) struct Partner {
    socket: Inode,
    /// Where that process has its end: another partner of ours would come to it too.
    port: u16,
}

impl Partner {
    /// The partner of a process at the other end of this socket.
    pub(super) fn of(socket: Inode, process: u32) -> Option<Self> {
        let end = borrowed(
            process,
            procfs::socket_of(&process_dir(process), socket).ok()??,
        )?;
        let port = port_of(&end)?;
        Some(Self { socket, port })
    }
}

/// Whether each thread of this process reads what its partner says, or waits for
/// connections to the same port or for another thread.
pub(super) fn waits_only_for(partner: &Partner, process: u32, reader: &mut Reader) -> bool {
    let dir = process_dir(process);
    let tasks = dir.join("task");
    let Ok(threads) = procfs::ids(&tasks) else {
        return false;
    };
    let mut waits = |thread: u32| match sleep_of(reader, &tasks.join(thread.to_string())) {
        Sleep::Reads(file) => {
            procfs::is_socket(&dir, file, partner.socket)
                && borrowed(process, file).is_some_and(|end| has_no_time(&end))
        }
        Sleep::Accepts(file) => borrowed(process, file).is_some_and(|listener| {
            port_of(&listener) == Some(partner.port) && has_no_time(&listener)
        }),
        Sleep::Joins | Sleep::Over => true,
        Sleep::Else => false,
    };
    threads.into_iter().all(&mut waits)
        && heeds_no_signal(reader, &dir)
        && knows_nobody_else(partner, process)
}

/// Whether the process has no socket but those at the port where its partner came, by
/// which it might have handed work over, and nothing through which the kernel works for
/// it while it sleeps.
fn knows_nobody_else(partner: &Partner, process: u32) -> bool {
    let dir = process_dir(process);
    let is_harmless = |file| {
        let Some(name) = procfs::name_of(&dir, file) else {
            return false;
        };
        match name.as_os_str().as_encoded_bytes() {
            b"anon_inode:[io_uring]" => false,
            name if name.starts_with(b"socket:") => {
                borrowed(process, file).and_then(|it| port_of(&it)) == Some(partner.port)
            }
            _ => true,
        }
    };
    procfs::files(&dir).is_ok_and(|mut files| files.all(is_harmless))
}

/// Signals that tell of an end or of an error. Upon any other a process may do some of
/// its work.
const HARMLESS: [libc::c_int; 11] = [
    SIGINT, SIGQUIT, SIGTERM, SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGPIPE,
    // The C library's own, for threads that end and for `setuid`.
    32, 33,
];

/// Whether no timer and no other process can wake it with a signal.
fn heeds_no_signal(reader: &mut Reader, dir: &Path) -> bool {
    let signals = reader.signals(dir);
    procfs::timers(dir) == Some(0)
        && signals.is_some_and(|signals| signals.caught & !procfs::mask(&HARMLESS) == 0)
}

fn sleep_of(reader: &mut Reader, thread: &Path) -> Sleep {
    match reader.stat(thread) {
        None => return Sleep::Over,
        Some(stat) if !stat.is_alive() => return Sleep::Over,
        Some(_) => {}
    }
    let Some((call, arguments)) = reader.line_of_call(thread).and_then(call_of_line) else {
        return Sleep::Else;
    };
    match call {
        libc::SYS_read | libc::SYS_readv | libc::SYS_recvmsg => Sleep::Reads(arguments[0]),
        libc::SYS_recvfrom => Sleep::Reads(arguments[0]),
        libc::SYS_accept | libc::SYS_accept4 => Sleep::Accepts(arguments[0]),
        libc::SYS_futex if is_endless_and_private(&arguments) => Sleep::Joins,
        _ => Sleep::Else,
    }
}

/// Whether only a thread of the same process can end this wait.
fn is_endless_and_private(arguments: &Arguments) -> bool {
    const PRIVATE: u64 = 128;
    arguments[3] == 0 && arguments[1] & PRIVATE != 0
}

/// A socket of another process, to be asked.
fn borrowed(process: u32, file: u64) -> Option<OwnedFd> {
    let id = Pid::from_raw(i32::try_from(process).ok()?)?;
    let process = pidfd_open(id, PidfdFlags::empty()).ok()?;
    let file = i32::try_from(file).ok()?;
    pidfd_getfd(process, file, PidfdGetfdFlags::empty()).ok()
}

fn port_of(socket: &OwnedFd) -> Option<u16> {
    let address = SocketAddr::try_from(getsockname(socket).ok()?).ok()?;
    Some(address.port())
}

/// Whether a thread sleeps on a socket for as long as was set there.
pub(super) fn sleeps_for_a_time(process: u32, thread: &Path, reader: &mut Reader) -> bool {
    match sleep_of(reader, thread) {
        Sleep::Reads(file) | Sleep::Accepts(file) => borrowed(process, file)
            .is_some_and(|socket| matches!(socket_timeout(socket, Timeout::Recv), Ok(Some(_)))),
        Sleep::Joins | Sleep::Over | Sleep::Else => false,
    }
}

/// Whether a read from this socket never ends by itself.
fn has_no_time(socket: &OwnedFd) -> bool {
    matches!(socket_timeout(socket, Timeout::Recv), Ok(None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::watch::{Target, Watch};
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;
    use std::process::{Child, Command, Stdio};
    use std::time::Duration;

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let one = TcpStream::connect(listener.local_addr().expect("it is bound"));
        let (other, _) = listener.accept().expect("somebody connected");
        (one.expect("it listens"), other)
    }

    fn inode(socket: &impl AsFd) -> Inode {
        let stat = rustix::fs::fstat(socket).expect("it is open");
        let number = u32::try_from(stat.st_ino).ok().and_then(Inode::new);
        number.expect("a socket has one")
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

    const RELATIVES: &str = "WIRECHECK_TEST=relatives of none";

    fn waits(child: Child, socket: Inode) -> bool {
        waits_with(child, socket, RELATIVES)
    }

    /// Whether a program that has come to rest is seen to wait only for what comes over
    /// a socket. Another test that starts a program has the socket too for a moment.
    fn waits_with(mut child: Child, socket: Inode, relatives: &str) -> bool {
        const RESTS: usize = 10;
        let watch = Watch::new(Target::Process(child.id())).expect("there is a /proc");
        let mut watch = watch.with_relatives(relatives.to_owned());
        let mut earlier = watch.look().expect("it can be looked at");
        let mut rests = 0;
        let waits = loop {
            std::thread::sleep(Duration::from_millis(20));
            let look = watch.look().expect("it can be looked at");
            rests += usize::from(look.is_quiet_since(&earlier));
            let waits = watch.waits_only_for(socket);
            if waits || rests == RESTS {
                break waits;
            }
            earlier = look;
        };
        _ = child.kill();
        _ = child.wait();
        waits
    }

    #[test]
    fn one_that_reads_from_a_socket_waits_for_nothing_else() {
        let (_ours, its) = pair();
        let socket = inode(&its);
        assert!(waits(started("cat", None, its), socket));
    }

    #[test]
    fn one_that_reads_for_a_time_does_not() {
        let (_ours, its) = pair();
        let socket = inode(&its);
        its.set_read_timeout(Some(Duration::from_secs(1000)))
            .expect("it is a socket");
        assert!(!waits(started("cat", None, its), socket));
    }

    #[test]
    fn one_that_reads_from_another_socket_or_sleeps_does_not() {
        let ((_ours, its), (_held, other)) = (pair(), pair());
        assert!(!waits(started("cat", None, its), inode(&other)));
        let socket = inode(&other);
        assert!(!waits(started("sleep", Some("1000"), other), socket));
    }

    #[test]
    fn where_somebody_else_has_the_socket_too_it_is_not_known() {
        let (_ours, its) = pair();
        let also = its.try_clone().expect("there are descriptors");
        assert!(!waits(started("cat", None, its), inode(&also)));
    }

    #[test]
    fn one_with_a_relative_that_is_not_watched_does_not() {
        let (_ours, its) = pair();
        let socket = inode(&its);
        let mut relative = Command::new("sleep")
            .arg("1000")
            .env("WIRECHECK_TEST", "a relative")
            .spawn()
            .expect("every system has it");
        let child = started("cat", None, its);
        assert!(!waits_with(child, socket, "WIRECHECK_TEST=a relative"));
        _ = relative.kill();
        _ = relative.wait();
    }

    #[test]
    fn one_that_knows_somebody_else_does_not() {
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
