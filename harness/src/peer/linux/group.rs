//! A process that we started, its process group, and how both are stopped.
//!
//! The process is not collected before its group is dead. While it is there, if only as a
//! zombie, its id cannot become another group's, and a signal to the group reaches no other
//! process.

use super::guardian::{self, GuardedGroup};
use super::handle::{self, KILL_TIMEOUT};
use super::orphans;
use crate::peer::process::{forking, while_nothing_forks};
use crate::peer::{ExitStatus, StopCause};
use crate::wire::watch::{Look, ThreadState, Watch, WatchTarget};
use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process_group, pidfd_open,
    pidfd_send_signal, test_kill_process_group, waitid,
};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// How long SIGSTOP may take to reach every thread.
const SUSPEND_TIMEOUT: Duration = Duration::from_secs(2);

/// A started process and its group. Dropped, it is killed.
#[derive(Debug)]
pub(in crate::peer) struct ProcessGroup {
    leader: Child,
    group: Pid,
    handle: OwnedFd,
    guarded: Option<GuardedGroup>,
    /// Set when it was stopped.
    outcome: Option<(ExitStatus, StopCause)>,
}

impl ProcessGroup {
    /// Starts the command as the leader of a new group.
    pub(in crate::peer) fn start(command: &mut Command) -> io::Result<Self> {
        guardian::ensure_started();
        command.process_group(0);
        let mut leader = forking(|| {
            let leader = command.spawn()?;
            orphans::add_peer(leader.id());
            io::Result::Ok(leader)
        })?;
        let guarded = Some(GuardedGroup::new(leader.id()));
        let group = Pid::from_child(&leader);
        match pidfd_open(group, PidfdFlags::empty()) {
            Ok(handle) => Ok(Self {
                leader,
                group,
                handle,
                guarded,
                outcome: None,
            }),
            Err(error) => {
                let _ = leader.kill();
                let _ = collect(&mut leader);
                Err(error.into())
            }
        }
    }

    pub(in crate::peer) fn leader(&mut self) -> &mut Child {
        &mut self.leader
    }

    /// The id of the leader, and of the group.
    pub(in crate::peer) fn id(&self) -> u32 {
        self.leader.id()
    }

    /// The processes in the group.
    pub(super) fn members(&self) -> Vec<u32> {
        let Ok(mut watch) = self.watch() else {
            return Vec::new();
        };
        watch.processes().unwrap_or_default().to_vec()
    }

    /// How the leader exited, if it has. It is not collected.
    pub(in crate::peer) fn exit_status(&self) -> Option<ExitStatus> {
        if let Some((status, _)) = self.outcome {
            return Some(status);
        }
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match waitid(WaitId::PidFd(self.handle.as_fd()), look) {
            Ok(status) => status.map(|status| from_waitid(&status)),
            // Where SIGCHLD is ignored the kernel keeps no exit status.
            Err(_) => handle::has_exited(&self.handle).then_some(ExitStatus::Unknown),
        }
    }

    /// Waits until the leader exits.
    pub(in crate::peer) fn wait(&self, deadline: Instant) -> Option<ExitStatus> {
        if self.outcome.is_none() {
            handle::await_exits(vec![&self.handle], deadline);
        }
        self.exit_status()
    }

    /// Stops the group and all that is watched (SIGSTOP), and waits until no thread runs.
    pub(in crate::peer) fn suspend(&self, watch: &mut Watch) -> io::Result<()> {
        kill_process_group(self.group, Signal::STOP)?;
        let deadline = Instant::now() + SUSPEND_TIMEOUT;
        loop {
            let look = watch.look().map_err(io::Error::other)?;
            if is_suspended(&look) {
                return Ok(());
            }
            if Instant::now() >= deadline {
                return Err(io::ErrorKind::TimedOut.into());
            }
            signal_each(watch, Signal::STOP)?;
            std::thread::yield_now();
        }
    }

    /// Continues the group and all that is watched (SIGCONT).
    pub(in crate::peer) fn resume(&self, watch: &mut Watch) -> io::Result<()> {
        kill_process_group(self.group, Signal::CONT)?;
        signal_each(watch, Signal::CONT)
    }

    /// Stops the whole group: with SIGTERM first, unless the grace is zero, then SIGKILL.
    pub(in crate::peer) fn stop(&mut self, grace: Duration) -> (ExitStatus, StopCause) {
        if let Some(outcome) = self.outcome {
            return outcome;
        }
        let before = self.exit_status();
        if !grace.is_zero() {
            self.terminate(Instant::now() + grace);
        }
        let cause = match (before, self.exit_status()) {
            (Some(_), _) => StopCause::Exited,
            (None, Some(_)) => StopCause::Terminated,
            (None, None) => StopCause::Killed,
        };
        let outcome = (self.kill(), cause);
        self.outcome = Some(outcome);
        outcome
    }

    /// A suspended process receives SIGTERM when it continues.
    fn terminate(&self, deadline: Instant) {
        let handles = self.member_handles();
        let _ = kill_process_group(self.group, Signal::TERM);
        let _ = kill_process_group(self.group, Signal::CONT);
        handle::await_exits(handles.iter().collect(), deadline);
    }

    /// Kills all, then collects the leader. Only then can its id be reused, so the guardian
    /// forgets the group before.
    fn kill(&mut self) -> ExitStatus {
        let _ = kill_process_group(self.group, Signal::KILL);
        let deadline = Instant::now() + KILL_TIMEOUT;
        handle::await_exits(vec![&self.handle], deadline);
        if self.exit_status().is_none() {
            return ExitStatus::Unkillable;
        }
        self.guarded = None;
        let status = collect(&mut self.leader).map_or(ExitStatus::Unknown, from_std);
        if test_kill_process_group(self.group) != Err(Errno::SRCH) {
            handle::await_exits(self.member_handles().iter().collect(), deadline);
        }
        status
    }

    fn member_handles(&self) -> Vec<OwnedFd> {
        let members = self.members().into_iter();
        members.filter_map(handle::open).collect()
    }

    fn watch(&self) -> io::Result<Watch> {
        Watch::new(WatchTarget::Group(self.id())).map_err(io::Error::other)
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.stop(Duration::ZERO);
    }
}

/// Collects a leader that has ended. Meanwhile no other child can be given its id.
fn collect(leader: &mut Child) -> io::Result<std::process::ExitStatus> {
    while_nothing_forks(|| {
        let status = leader.wait();
        orphans::remove_peer(leader.id());
        status
    })
}

/// Signals each watched process: some may have left the group.
fn signal_each(watch: &mut Watch, signal: Signal) -> io::Result<()> {
    let processes = watch.processes().map_err(io::Error::other)?;
    for handle in processes.iter().filter_map(|it| handle::open(*it)) {
        match pidfd_send_signal(&handle, signal) {
            Ok(()) | Err(Errno::SRCH) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn is_suspended(look: &Look) -> bool {
    look.threads
        .iter()
        .all(|thread| matches!(thread.state, ThreadState::Stopped | ThreadState::Dead))
}

pub(super) fn from_waitid(status: &WaitIdStatus) -> ExitStatus {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => ExitStatus::Code(code),
        (None, Some(signal)) => ExitStatus::Signal(signal),
        (None, None) => ExitStatus::Unknown,
    }
}

fn from_std(status: std::process::ExitStatus) -> ExitStatus {
    match (status.code(), status.signal()) {
        (Some(code), _) => ExitStatus::Code(code),
        (None, Some(signal)) => ExitStatus::Signal(signal),
        (None, None) => ExitStatus::Unknown,
    }
}
