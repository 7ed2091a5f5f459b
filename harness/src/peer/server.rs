//! A server under test: started, ready, and stopped with all of its processes.

use super::error::{StartError, StartFailure};
use super::output::{Output, OutputMark, OutputPosition, OutputWait};
use super::port::PortClaim;
use super::process::{KEEP, PeerProcess};
use super::system::{
    Descendants, NotReady, ReadyServer, await_listener, kill_orphans, kill_tagged,
};
use super::{CommandLine, ExitStatus, Stopped};
use crate::wire::watch::{Watch, WatchError};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

/// How many ports are tried when another program takes the chosen one.
const PORTS: usize = 3;
/// The pauses between two attempts to start a server again: the first, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How a server is started and stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartOptions {
    /// The address of this machine on which it should listen.
    pub host: IpAddr,
    /// The port on which it should listen. `None`: a free port of wirecheck's choice.
    pub port: Option<u16>,
    /// How long it may take until it listens.
    pub start_timeout: Duration,
    /// How long it may take to exit after SIGTERM. Zero kills it at once.
    pub stop_grace: Duration,
    /// How many bytes are kept of the beginning, and as many of the end, of its standard
    /// output and of its standard error.
    pub keep: usize,
}

impl Default for StartOptions {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: None,
            start_timeout: Duration::from_secs(10),
            stop_grace: Duration::from_millis(500),
            keep: KEEP,
        }
    }
}

/// A server that wirecheck started and that listens. Dropped, it is stopped with all of its
/// processes.
#[derive(Debug)]
pub struct Server {
    process: PeerProcess,
    ready: ReadyServer,
    addr: SocketAddr,
    stop_grace: Duration,
    stopped: Option<Stopped>,
    // Released last.
    _claim: PortClaim,
}

/// A server that could be started again only at a later attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelayedStart {
    /// How the first attempt ended.
    pub status: ExitStatus,
    /// The last lines that the first attempt printed, with control characters escaped.
    pub last_output: String,
}

impl Server {
    /// Starts the server on a port of its own, and waits until it listens there.
    ///
    /// # Errors
    ///
    /// When it cannot be started, exits, or does not listen in time. Then none of its
    /// processes is left running.
    pub fn start(command: &CommandLine, options: &StartOptions) -> Result<Self, StartError> {
        let mut ports_left = if options.port.is_none() { PORTS } else { 1 };
        loop {
            ports_left -= 1;
            match Self::start_once(command, options) {
                Err(error) if ports_left > 0 && is_taken(&error) => {}
                outcome => return outcome,
            }
        }
    }

    /// Stops it, and starts it again after the last of its processes is gone: many servers
    /// can run only once at a time. What the old one held may become free a moment later,
    /// such as a port in TIME_WAIT or a lock that a helper process holds. So a server that
    /// exits is started again until its time to start is over.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start). Then this server stays stopped.
    pub fn restart(
        &mut self,
        command: &CommandLine,
        options: &StartOptions,
    ) -> Result<Option<DelayedStart>, StartError> {
        self.end();
        let deadline = Instant::now() + options.start_timeout;
        let mut first_exit = None;
        let mut pause = FIRST_PAUSE;
        loop {
            let error = match Self::start(command, options) {
                Ok(server) => {
                    *self = server;
                    return Ok(first_exit);
                }
                Err(error) => error,
            };
            let StartFailure::Exited { status, .. } = error.why else {
                return Err(error);
            };
            if Instant::now() + pause >= deadline {
                return Err(error);
            }
            first_exit.get_or_insert(DelayedStart {
                status,
                last_output: error.last_output,
            });
            std::thread::sleep(pause);
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }

    fn start_once(command: &CommandLine, options: &StartOptions) -> Result<Self, StartError> {
        let claim = PortClaim::take(options.host, options.port)
            .map_err(|error| StartError::port(command, options.host, error))?;
        let addr = SocketAddr::new(options.host, claim.port());
        let mut process = PeerProcess::start(command.at(addr), options.keep)
            .map_err(|error| StartError::spawn(command, error))?;
        let deadline = Instant::now() + options.start_timeout;
        match await_listener(&process.group, &process.tag, addr, deadline) {
            Ok(ready) => Ok(Self {
                process,
                ready,
                addr,
                stop_grace: options.stop_grace,
                stopped: None,
                _claim: claim,
            }),
            Err(reason) => {
                process.stop(options.stop_grace);
                kill_tagged(&process.tag);
                kill_orphans();
                let why = start_failure(reason, addr, options.start_timeout);
                let last_output = process.capture.output().last_output();
                Err(StartError::new(command, why).with_output(last_output))
            }
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The id of the process that was started, and of its group.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.group.id()
    }

    /// How it exited, if it has. If the process that was started has put the server into the
    /// background, this is how the server exited. One system call while it runs.
    #[must_use]
    pub fn exit_status(&self) -> Option<ExitStatus> {
        let status = self.process.group.exit_status()?;
        match self.stopped {
            Some(_) => Some(status),
            None => self.ready.exit_status(self.id(), status, self.addr),
        }
    }

    /// A watch on its process group. If the process that listens has left the group, only
    /// that one is watched.
    ///
    /// # Errors
    ///
    /// When this system does not show other processes.
    pub fn watch(&self) -> Result<Watch, WatchError> {
        let watch = Watch::new(self.ready.watch_target(self.id()))?;
        Ok(watch.with_related(self.process.tag.entry()))
    }

    /// Suspends all of its processes (SIGSTOP), and waits until no thread runs.
    ///
    /// # Errors
    ///
    /// When the system refuses, or a thread still runs after two seconds.
    pub fn suspend(&self) -> io::Result<()> {
        let mut watch = self.watch().map_err(io::Error::other)?;
        self.process.group.suspend(&mut watch)
    }

    /// Continues all of its processes (SIGCONT).
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn resume(&self) -> io::Result<()> {
        let mut watch = self.watch().map_err(io::Error::other)?;
        self.process.group.resume(&mut watch)
    }

    /// What it has printed so far.
    #[must_use]
    pub fn output(&self) -> Output {
        self.process.capture.output()
    }

    /// The last lines that it printed: see [`Output::last_output`].
    #[must_use]
    pub fn last_output(&self) -> String {
        self.output().last_output()
    }

    /// How much it has printed by now, to both streams.
    #[must_use]
    pub fn output_position(&self) -> OutputPosition {
        self.process.capture.position()
    }

    /// The end of what it has printed to its standard output.
    #[must_use]
    pub fn mark(&self) -> OutputMark {
        self.process.capture.mark()
    }

    /// Waits until it prints `text` to its standard output, after `since`. Many programs
    /// buffer their output unless it goes to a terminal.
    #[must_use]
    pub fn await_output(&self, text: &[u8], since: OutputMark, deadline: Instant) -> OutputWait {
        self.process.capture.await_output(text, since, deadline)
    }

    /// Stops it with all of its processes.
    #[must_use]
    pub fn stop(mut self) -> Stopped {
        self.end()
    }

    /// Stops it where it stands. What it printed and how it exited is still known.
    pub fn end(&mut self) -> Stopped {
        if let Some(stopped) = &self.stopped {
            return stopped.clone();
        }
        let descendants = Descendants::of(self.id());
        self.ready.terminate(self.id(), self.stop_grace);
        let (status, cause) = self.process.stop(self.stop_grace);
        let mut sweep = kill_tagged(&self.process.tag);
        sweep.merge(self.ready.kill_listeners(self.addr));
        sweep.merge(descendants.kill());
        sweep.merge(kill_orphans());
        let stopped = Stopped {
            status,
            cause,
            escaped: sweep.killed,
            survivors: sweep.survivors,
        };
        self.stopped.insert(stopped).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn is_taken(error: &StartError) -> bool {
    matches!(error.why, StartFailure::PortTaken { .. })
}

fn start_failure(reason: NotReady, addr: SocketAddr, waited: Duration) -> StartFailure {
    match reason {
        NotReady::Exited(status) => StartFailure::Exited { addr, status },
        NotReady::Daemonized(process) => StartFailure::Daemonized { addr, process },
        NotReady::Taken(process) => StartFailure::PortTaken { addr, process },
        NotReady::TimedOut(elsewhere) => StartFailure::NeverListened {
            addr,
            waited,
            elsewhere,
        },
    }
}
