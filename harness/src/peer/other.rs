//! Systems other than Linux: the same names, with what the standard library has.
//!
//! Only the process that was started is ended, and a server is taken to listen
//! when it takes a connection.

use super::output::{Shared, Which};
use super::process::forking;
use super::{Ended, Manner, Stray};
use crate::wire::watch::Target;
use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(2);

/// There are no descendants to be known by it.
#[derive(Clone, Debug)]
pub(super) struct Brand;

impl Brand {
    pub(super) fn new() -> Self {
        Self
    }

    pub(super) fn put_on(&self, _command: &mut Command) {}

    pub(super) fn entry(&self) -> String {
        String::new()
    }
}

/// A started process.
#[derive(Debug)]
pub(super) struct Leash {
    child: Mutex<Child>,
    id: u32,
    end: Option<(Ended, Manner)>,
}

impl Leash {
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        let child = forking(|| command.spawn())?;
        let id = child.id();
        Ok(Self {
            child: Mutex::new(child),
            id,
            end: None,
        })
    }

    pub(super) fn child(&mut self) -> &mut Child {
        self.child.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn id(&self) -> u32 {
        self.id
    }

    pub(super) fn ended(&self) -> Option<Ended> {
        self.lock().try_wait().ok()?.map(from_std)
    }

    pub(super) fn wait(&self, deadline: Instant) -> Option<Ended> {
        loop {
            let ended = self.ended();
            let left = deadline.saturating_duration_since(Instant::now());
            if ended.is_some() || left.is_zero() {
                return ended;
            }
            std::thread::sleep(PAUSE.min(left));
        }
    }

    pub(super) fn suspend(&self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn resume(&self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn stop(&mut self, _grace: Duration) -> (Ended, Manner) {
        if let Some(end) = self.end {
            return end;
        }
        let manner = match self.ended() {
            Some(_) => Manner::Itself,
            None => Manner::Killed,
        };
        let child = self.child();
        let _ = child.kill();
        let end = (child.wait().map_or(Ended::Unknown, from_std), manner);
        self.end = Some(end);
        end
    }

    fn lock(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        self.stop(Duration::ZERO);
    }
}

#[cfg(unix)]
fn from_std(status: ExitStatus) -> Ended {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Code(code),
        (None, Some(signal)) => Ended::Signal(signal),
        (None, None) => Ended::Unknown,
    }
}

#[cfg(not(unix))]
fn from_std(status: ExitStatus) -> Ended {
    status.code().map_or(Ended::Unknown, Ended::Code)
}

/// A thread for each pipe. They end with the pipes, which a stray may hold open;
/// nobody waits for them longer than this.
#[derive(Debug)]
pub(super) struct Pump {
    threads: [JoinHandle<()>; 2],
}

impl Pump {
    const LAST_WORDS: Duration = Duration::from_millis(200);

    pub(super) fn start(
        stdout: ChildStdout,
        stderr: ChildStderr,
        shared: Arc<Shared>,
    ) -> io::Result<Self> {
        let first = drain(stdout, Which::Stdout, Arc::clone(&shared))?;
        let second = drain(stderr, Which::Stderr, shared)?;
        Ok(Self {
            threads: [first, second],
        })
    }

    pub(super) fn finish(self) {
        let deadline = Instant::now() + Self::LAST_WORDS;
        while !self.threads.iter().all(JoinHandle::is_finished) && Instant::now() < deadline {
            std::thread::sleep(PAUSE);
        }
    }
}

fn drain(
    mut pipe: impl Read + Send + 'static,
    which: Which,
    shared: Arc<Shared>,
) -> io::Result<JoinHandle<()>> {
    let builder = Builder::new().name("peer output".into());
    builder.spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(len @ 1..) = pipe.read(&mut buffer) {
            shared.push(which, &buffer[..len]);
        }
        shared.close(which);
    })
}

/// A server that takes connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ready;

/// Why a server is not ready.
#[derive(Debug, PartialEq, Eq)]
#[expect(dead_code, reason = "this system does not show the other reasons")]
pub(super) enum NotReady {
    Died(Ended),
    WentAway(u32),
    TimedOut(Vec<SocketAddr>),
    Taken(u32),
}

impl Ready {
    pub(super) fn target(&self, group: u32) -> Target {
        Target::Group(group)
    }

    pub(super) fn end_listener(&self, _addr: SocketAddr) -> Vec<Stray> {
        Vec::new()
    }
}

pub(super) fn await_listener(
    leash: &Leash,
    _brand: &Brand,
    addr: SocketAddr,
    deadline: Instant,
) -> Result<Ready, NotReady> {
    loop {
        if TcpStream::connect_timeout(&addr, Duration::from_secs(1)).is_ok() {
            return Ok(Ready);
        }
        if let Some(ended) = leash.wait(deadline.min(Instant::now() + PAUSE)) {
            return Err(NotReady::Died(ended));
        }
        if Instant::now() >= deadline {
            return Err(NotReady::TimedOut(Vec::new()));
        }
    }
}

pub(super) fn end_branded(_brand: &Brand) -> Vec<Stray> {
    Vec::new()
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
