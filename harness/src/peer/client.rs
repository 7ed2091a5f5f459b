//! A client under test: one process a case.

use super::error::StartError;
use super::output::{Heard, Mark, Output};
use super::process::{KEEP, Process};
use super::{CommandLine, Ended};
use crate::wire::watch::{Target, Unseen, Watch};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// What waiting for a client came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// It ended, so.
    Ended(Ended),
    /// It still runs, and the time is over.
    Running,
}

/// A client that we started. Dropped, it is killed, with its group; what left the
/// group is left to the guardian, since looking for it would cost each case more
/// than the client does.
#[derive(Debug)]
pub struct Client {
    process: Process,
}

impl Client {
    /// Starts a client that is to call `addr`.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start(command: &CommandLine, addr: SocketAddr) -> Result<Self, StartError> {
        let process = Process::start(command.at(addr), KEEP)
            .map_err(|error| StartError::spawn(command, error))?;
        Ok(Self { process })
    }

    /// The id of the process, and of its group.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.leash.id()
    }

    /// Waits until it ends. Everything that it printed is in [`output`](Self::output)
    /// then.
    pub fn wait(&mut self, deadline: Instant) -> Waited {
        match self.process.leash.wait(deadline) {
            Some(ended) => {
                self.process.capture.finish();
                Waited::Ended(ended)
            }
            None => Waited::Running,
        }
    }

    /// How it ended, if it has. One system call.
    #[must_use]
    pub fn ended(&self) -> Option<Ended> {
        self.process.leash.ended()
    }

    /// Looks at its processes.
    ///
    /// # Errors
    ///
    /// When this system does not show other processes.
    pub fn watch(&self) -> Result<Watch, Unseen> {
        let watch = Watch::new(Target::Group(self.id()))?;
        Ok(watch.with_relatives(self.process.brand.entry()))
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

    /// Waits until it prints `text` to its standard output, after `since`.
    #[must_use]
    pub fn await_output(&self, text: &[u8], since: Mark, deadline: Instant) -> Heard {
        self.process.capture.await_output(text, since, deadline)
    }

    /// Ends it: with SIGTERM and, when the grace is over or is zero, SIGKILL.
    pub fn stop(&mut self, grace: Duration) -> Ended {
        self.process.stop(grace).0
    }
}
