//! Systems other than Linux: the same names, with what the standard library has.
//!
//! Only the process that was started is stopped. A server counts as ready when it accepts a
//! connection.

use super::output::{OutputStream, SharedOutput};
use super::process::forking;
use super::{EscapedProcess, ExitStatus, Resources, StopCause};
use crate::wire::watch::{Watch, WatchTarget};
use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStderr, ChildStdout, Command};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(2);

/// Descendants are not looked for on this system.
#[derive(Clone, Debug)]
pub(super) struct PeerTag;

impl PeerTag {
    pub(super) fn new() -> Self {
        Self
    }

    pub(super) fn add_to(&self, _command: &mut Command) {}

    pub(super) fn entry(&self) -> String {
        String::new()
    }
}

/// A started process. Dropped, it is killed.
#[derive(Debug)]
pub(super) struct ProcessGroup {
    leader: Mutex<Child>,
    id: u32,
    outcome: Option<(ExitStatus, StopCause)>,
}

impl ProcessGroup {
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        let leader = forking(|| command.spawn())?;
        let id = leader.id();
        Ok(Self {
            leader: Mutex::new(leader),
            id,
            outcome: None,
        })
    }

    pub(super) fn leader(&mut self) -> &mut Child {
        self.leader
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn id(&self) -> u32 {
        self.id
    }

    pub(super) fn exit_status(&self) -> Option<ExitStatus> {
        self.lock().try_wait().ok()?.map(from_std)
    }

    pub(super) fn wait(&self, deadline: Instant) -> Option<ExitStatus> {
        loop {
            let status = self.exit_status();
            let left = deadline.saturating_duration_since(Instant::now());
            if status.is_some() || left.is_zero() {
                return status;
            }
            std::thread::sleep(PAUSE.min(left));
        }
    }

    pub(super) fn suspend(&self, _: &mut Watch) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn resume(&self, _: &mut Watch) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn stop(&mut self, _grace: Duration) -> (ExitStatus, StopCause) {
        if let Some(outcome) = self.outcome {
            return outcome;
        }
        let cause = match self.exit_status() {
            Some(_) => StopCause::Exited,
            None => StopCause::Killed,
        };
        let leader = self.leader();
        let _ = leader.kill();
        let status = leader.wait().map_or(ExitStatus::Unknown, from_std);
        self.outcome = Some((status, cause));
        (status, cause)
    }

    fn lock(&self) -> MutexGuard<'_, Child> {
        self.leader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.stop(Duration::ZERO);
    }
}

#[cfg(unix)]
fn from_std(status: std::process::ExitStatus) -> ExitStatus {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => ExitStatus::Code(code),
        (None, Some(signal)) => ExitStatus::Signal(signal),
        (None, None) => ExitStatus::Unknown,
    }
}

#[cfg(not(unix))]
fn from_std(status: std::process::ExitStatus) -> ExitStatus {
    status.code().map_or(ExitStatus::Unknown, ExitStatus::Code)
}

/// One thread per pipe. A thread ends with its pipe, stream an escaped process may keep open.
#[derive(Debug)]
pub(super) struct OutputDrain {
    threads: [JoinHandle<()>; 2],
}

impl OutputDrain {
    /// How long to wait for the end of the pipes.
    const FINISH_TIMEOUT: Duration = Duration::from_millis(200);

    pub(super) fn start(
        stdout: ChildStdout,
        stderr: ChildStderr,
        shared: Arc<SharedOutput>,
    ) -> io::Result<Self> {
        let first = drain(stdout, OutputStream::Stdout, Arc::clone(&shared))?;
        let second = drain(stderr, OutputStream::Stderr, shared)?;
        Ok(Self {
            threads: [first, second],
        })
    }

    /// Does nothing: these threads block in a read and cannot be asked.
    pub(super) fn catch_up(&self, _shared: &SharedOutput) {}

    pub(super) fn finish(self) {
        let deadline = Instant::now() + Self::FINISH_TIMEOUT;
        while !self.threads.iter().all(JoinHandle::is_finished) && Instant::now() < deadline {
            std::thread::sleep(PAUSE);
        }
    }
}

fn drain(
    mut pipe: impl Read + Send + 'static,
    stream: OutputStream,
    shared: Arc<SharedOutput>,
) -> io::Result<JoinHandle<()>> {
    let builder = Builder::new().name("peer output".into());
    builder.spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(len @ 1..) = pipe.read(&mut buffer) {
            shared.push(stream, &buffer[..len]);
        }
        shared.close(stream);
    })
}

/// A server that accepts connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReadyServer;

/// Why a server is not ready.
#[derive(Debug, PartialEq, Eq)]
#[expect(dead_code, reason = "this system does not show the other reasons")]
pub(super) enum NotReady {
    Exited(ExitStatus),
    Daemonized(u32),
    TimedOut(Vec<SocketAddr>),
    Taken(u32),
}

impl ReadyServer {
    pub(super) fn watch_target(&self, group: u32) -> WatchTarget {
        WatchTarget::Group(group)
    }

    pub(super) fn exit_status(
        &self,
        _leader: u32,
        status: ExitStatus,
        _addr: SocketAddr,
    ) -> Option<ExitStatus> {
        Some(status)
    }

    pub(super) fn terminate(&self, _group: u32, _grace: Duration) {}

    pub(super) fn kill_listeners(&self, _addr: SocketAddr) -> Sweep {
        Sweep::default()
    }
}

pub(super) fn await_listener(
    group: &ProcessGroup,
    _tag: &PeerTag,
    addr: SocketAddr,
    deadline: Instant,
) -> Result<ReadyServer, NotReady> {
    loop {
        if TcpStream::connect_timeout(&addr, Duration::from_secs(1)).is_ok() {
            return Ok(ReadyServer);
        }
        if let Some(status) = group.wait(deadline.min(Instant::now() + PAUSE)) {
            return Err(NotReady::Exited(status));
        }
        if Instant::now() >= deadline {
            return Err(NotReady::TimedOut(Vec::new()));
        }
    }
}

pub(super) fn kill_tagged(_tag: &PeerTag) -> Sweep {
    Sweep::default()
}

/// Nothing is looked for, and nothing found.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    pub(super) killed: Vec<EscapedProcess>,
    pub(super) survivors: Vec<EscapedProcess>,
}

impl Sweep {
    pub(super) fn merge(&mut self, _other: Self) {}
}

#[derive(Debug)]
pub(super) struct Descendants;

impl Descendants {
    pub(super) fn of(_process: u32) -> Self {
        Self
    }

    pub(super) fn kill(&self) -> Sweep {
        Sweep::default()
    }
}

pub(super) fn kill_orphans() -> Sweep {
    Sweep::default()
}

pub(super) fn count_connection() {}

/// Does nothing: this system gives orphans to no one else.
///
/// # Errors
///
/// Never.
pub fn adopt_orphans() -> io::Result<()> {
    Ok(())
}

pub(super) fn any_listener(_addr: SocketAddr) -> Option<((), Option<u32>)> {
    None
}

pub(super) fn group_of(_process: u32) -> Option<u32> {
    None
}

pub(super) fn name_of(_process: u32) -> String {
    String::new()
}

pub(super) fn resources_of(_processes: &[u32]) -> Option<Resources> {
    None
}

pub(super) fn close_waits(_port: u16) -> usize {
    0
}
