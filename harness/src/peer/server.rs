//! A server under test: started, ready, and ended with all that it left.

use super::error::{StartError, Unstartable};
use super::output::{Heard, Mark, Output};
use super::port::Claim;
use super::process::{KEEP, Process};
use super::system::{NotReady, Ready, await_listener, end_branded};
use super::{CommandLine, Ended, Stopped};
use crate::wire::watch::{Unseen, Watch};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

/// How often another port is tried when a stranger took ours.
const PORTS: usize = 3;

/// How a server is started and stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartOptions {
    /// The address of this machine that it is to listen on.
    pub host: IpAddr,
    /// How long it may take to listen.
    pub start_timeout: Duration,
    /// How long it may take to end after SIGTERM; zero kills it at once.
    pub stop_grace: Duration,
    /// How many bytes are kept of the beginning, and of the end, of each stream
    /// that it prints.
    pub keep: usize,
}

impl Default for StartOptions {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            start_timeout: Duration::from_secs(10),
            stop_grace: Duration::from_millis(500),
            keep: KEEP,
        }
    }
}

/// A server that we started and that listens. Dropped, it is ended, with all of
/// its processes.
#[derive(Debug)]
pub struct Server {
    process: Process,
    ready: Ready,
    addr: SocketAddr,
    stop_grace: Duration,
    stopped: Option<Stopped>,
    // Given back last.
    _claim: Claim,
}

impl Server {
    /// Starts the server on a port of its own, and waits until it listens there.
    ///
    /// # Errors
    ///
    /// When it cannot be started, ends, or does not listen in time; nothing of it
    /// is left running then.
    pub fn start(command: &CommandLine, options: &StartOptions) -> Result<Self, StartError> {
        let mut ports_left = PORTS;
        loop {
            ports_left -= 1;
            match Self::start_once(command, options) {
                Err(error) if ports_left > 0 && is_taken(&error) => {}
                outcome => return outcome,
            }
        }
    }

    fn start_once(command: &CommandLine, options: &StartOptions) -> Result<Self, StartError> {
        let claim = Claim::take(options.host)
            .map_err(|error| StartError::port(command, options.host, error))?;
        let addr = SocketAddr::new(options.host, claim.port());
        let mut process = Process::start(command.at(addr), options.keep)
            .map_err(|error| StartError::spawn(command, error))?;
        let deadline = Instant::now() + options.start_timeout;
        match await_listener(&process.leash, &process.brand, addr, deadline) {
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
                end_branded(&process.brand);
                let why = why(reason, addr, options.start_timeout);
                let last_words = process.capture.output().last_words();
                Err(StartError::new(command, why).quoting(last_words))
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
        self.process.leash.id()
    }

    /// How it ended, if it is not alive any more. One system call.
    #[must_use]
    pub fn ended(&self) -> Option<Ended> {
        self.process.leash.ended()
    }

    /// Looks at its processes: its group, or, if the one that listens has left it,
    /// that one.
    ///
    /// # Errors
    ///
    /// When this system does not show other processes.
    pub fn watch(&self) -> Result<Watch, Unseen> {
        let watch = Watch::new(self.ready.target(self.id()))?;
        Ok(watch.with_relatives(self.process.brand.entry()))
    }

    /// Stops its group (SIGSTOP), and waits until no thread runs any more.
    ///
    /// # Errors
    ///
    /// When the system refuses, or a thread does not stop.
    pub fn suspend(&self) -> io::Result<()> {
        self.process.leash.suspend()
    }

    /// Lets its group go on (SIGCONT).
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn resume(&self) -> io::Result<()> {
        self.process.leash.resume()
    }

    /// What it has printed so far.
    #[must_use]
    pub fn output(&self) -> Output {
        self.process.capture.output()
    }

    /// The last lines that it printed, safe to show.
    #[must_use]
    pub fn last_words(&self) -> String {
        self.output().last_words()
    }

    /// The place in its standard output where the next byte will be.
    #[must_use]
    pub fn mark(&self) -> Mark {
        self.process.capture.mark()
    }

    /// Waits until it prints `text` to its standard output, after `since`. Many
    /// programs hold their output back unless it goes to a terminal.
    #[must_use]
    pub fn await_output(&self, text: &[u8], since: Mark, deadline: Instant) -> Heard {
        self.process.capture.await_output(text, since, deadline)
    }

    /// Ends it, with all of its processes, and says how it ended.
    #[must_use]
    pub fn stop(mut self) -> Stopped {
        self.end()
    }

    fn end(&mut self) -> Stopped {
        if let Some(stopped) = &self.stopped {
            return stopped.clone();
        }
        let (ended, manner) = self.process.stop(self.stop_grace);
        let mut strays = end_branded(&self.process.brand);
        strays.extend(self.ready.end_listener(self.addr));
        let stopped = Stopped {
            ended,
            manner,
            strays,
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
    matches!(error.why, Unstartable::PortTaken { .. })
}

fn why(reason: NotReady, addr: SocketAddr, waited: Duration) -> Unstartable {
    match reason {
        NotReady::Died(ended) => Unstartable::Died { addr, ended },
        NotReady::WentAway(process) => Unstartable::WentAway { addr, process },
        NotReady::Taken(process) => Unstartable::PortTaken { addr, process },
        NotReady::TimedOut(elsewhere) => Unstartable::NeverListened {
            addr,
            waited,
            elsewhere,
        },
    }
}
