//! A process that we started, its group, and how both are ended.
//!
//! The process is not collected before its group is dead: as long as it is there,
//! if only as a zombie, its number cannot become another group's, and a signal to
//! the group reaches nobody else.

use super::guardian::{self, Ward};
use super::strays;
use crate::peer::process::forking;
use crate::peer::{Ended, Manner};
use crate::wire::watch::{Look, Target, ThreadState, Watch};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process_group, pidfd_open,
    test_kill_process_group, waitid,
};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

/// How long a killed process may take to be gone.
const DYING: Duration = Duration::from_secs(5);
/// How long a signal to stop may take to reach every thread.
const STOPPING: Duration = Duration::from_secs(2);

/// A started process and its group.
#[derive(Debug)]
pub(in crate::peer) struct Leash {
    child: Child,
    group: Pid,
    handle: OwnedFd,
    ward: Option<Ward>,
    end: Option<(Ended, Manner)>,
}

impl Leash {
    /// Starts the command as the leader of a new group.
    pub(in crate::peer) fn start(command: &mut Command) -> io::Result<Self> {
        guardian::wake();
        command.process_group(0);
        let mut child = forking(|| command.spawn())?;
        let ward = Some(Ward::over(child.id()));
        let group = Pid::from_child(&child);
        match pidfd_open(group, PidfdFlags::empty()) {
            Ok(handle) => Ok(Self {
                child,
                group,
                handle,
                ward,
                end: None,
            }),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error.into())
            }
        }
    }

    pub(in crate::peer) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// The id of the process, and of its group.
    pub(in crate::peer) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How the process ended, if it has. It is looked at, not collected.
    pub(in crate::peer) fn ended(&self) -> Option<Ended> {
        if let Some((ended, _)) = self.end {
            return Some(ended);
        }
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match waitid(WaitId::PidFd(self.handle.as_fd()), look) {
            Ok(status) => status.map(|status| from_waitid(&status)),
            // Where SIGCHLD is ignored nobody collects it, and nobody learns how it ended.
            Err(_) => has_ended(&self.handle).then_some(Ended::Unknown),
        }
    }

    /// Waits until the process ends.
    pub(in crate::peer) fn wait(&self, deadline: Instant) -> Option<Ended> {
        if self.end.is_none() {
            await_all(vec![&self.handle], deadline);
        }
        self.ended()
    }

    /// Stops the group and waits until it stands still.
    pub(in crate::peer) fn suspend(&self) -> io::Result<()> {
        kill_process_group(self.group, Signal::STOP)?;
        let mut watch = self.watch()?;
        let deadline = Instant::now() + STOPPING;
        while !watch.look().is_ok_and(|look| stands_still(&look)) {
            if Instant::now() >= deadline {
                return Err(io::ErrorKind::TimedOut.into());
            }
            std::thread::yield_now();
        }
        Ok(())
    }

    /// Lets the group go on.
    pub(in crate::peer) fn resume(&self) -> io::Result<()> {
        Ok(kill_process_group(self.group, Signal::CONT)?)
    }

    /// Ends the whole group. It is asked first, unless there is no time for it.
    pub(in crate::peer) fn stop(&mut self, grace: Duration) -> (Ended, Manner) {
        if let Some(end) = self.end {
            return end;
        }
        let before = self.ended();
        if !grace.is_zero() {
            self.ask(Instant::now() + grace);
        }
        let manner = match (before, self.ended()) {
            (Some(_), _) => Manner::Itself,
            (None, Some(_)) => Manner::Obeyed,
            (None, None) => Manner::Killed,
        };
        let end = (self.kill(), manner);
        self.end = Some(end);
        end
    }

    /// A stopped process gets the signal when it goes on.
    fn ask(&self, deadline: Instant) {
        let members = self.members();
        let _ = kill_process_group(self.group, Signal::TERM);
        let _ = kill_process_group(self.group, Signal::CONT);
        await_all(members.iter().collect(), deadline);
    }

    /// Kills all, then collects the leader; only then could its number be given to
    /// others, so the guardian is told before.
    fn kill(&mut self) -> Ended {
        let _ = kill_process_group(self.group, Signal::KILL);
        let deadline = Instant::now() + DYING;
        await_all(vec![&self.handle], deadline);
        if self.ended().is_none() {
            return Ended::Never;
        }
        self.ward = None;
        let ended = self.child.wait().map_or(Ended::Unknown, from_std);
        if test_kill_process_group(self.group) != Err(Errno::SRCH) {
            await_all(self.members().iter().collect(), deadline);
        }
        ended
    }

    fn members(&self) -> Vec<OwnedFd> {
        let Ok(mut watch) = self.watch() else {
            return Vec::new();
        };
        let members = watch.processes().unwrap_or_default();
        members
            .iter()
            .filter_map(|&id| strays::handle(id))
            .collect()
    }

    fn watch(&self) -> io::Result<Watch> {
        Watch::new(Target::Group(self.id())).map_err(io::Error::other)
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        self.stop(Duration::ZERO);
    }
}

/// Waits until all these processes have ended, or the deadline has come.
pub(super) fn await_all(mut waiting: Vec<&OwnedFd>, deadline: Instant) {
    while !waiting.is_empty() {
        let left = deadline.saturating_duration_since(Instant::now());
        let Ok(timeout) = Timespec::try_from(left.min(Duration::from_secs(3600))) else {
            return;
        };
        let mut asked: Vec<PollFd<'_>> = waiting
            .iter()
            .map(|handle| PollFd::new(*handle, PollFlags::IN))
            .collect();
        let _ = poll(&mut asked, Some(&timeout));
        let mut ended = asked.iter().map(|fd| !fd.revents().is_empty());
        waiting.retain(|_| !ended.next().unwrap_or(false));
        if left.is_zero() {
            return;
        }
    }
}

fn has_ended(handle: &OwnedFd) -> bool {
    let at_once = Timespec::default();
    poll(&mut [PollFd::new(handle, PollFlags::IN)], Some(&at_once)) == Ok(1)
}

fn stands_still(look: &Look) -> bool {
    look.threads
        .iter()
        .all(|thread| matches!(thread.state, ThreadState::Stopped | ThreadState::Dead))
}

fn from_waitid(status: &WaitIdStatus) -> Ended {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Ended::Code(code),
        (None, Some(signal)) => Ended::Signal(signal),
        (None, None) => Ended::Unknown,
    }
}

fn from_std(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Code(code),
        (None, Some(signal)) => Ended::Signal(signal),
        (None, None) => Ended::Unknown,
    }
}
