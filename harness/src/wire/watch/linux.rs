//! Linux: what `/proc` shows of the peer's processes.

use super::blocked::{self, AwaitedSocket};
use super::timer::{self, may_wake_by_itself};
use super::{Look, PeakMemory, ThreadLook, WatchError, WatchTarget};
use crate::wire::diag::Inode;
use crate::wire::proc::{ProcReader, ProcessDir, ThreadDir, all_processes};
use libc::{SIGALRM, SIGPROF, SIGVTALRM};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::time::Duration;

/// Looks at one process, or at one group of them.
#[derive(Debug)]
pub struct Watch {
    target: WatchTarget,
    /// What related processes have in their environment.
    related: Option<String>,
    members: Vec<u32>,
    /// Processes that are not watched. They stay so: only processes that are new since the
    /// last look are read.
    others: BTreeSet<u32>,
    reader: ProcReader,
}

impl Watch {
    /// Prepares a watch. Nothing is read yet: most watches are never used, and the first
    /// look reads every process of the machine.
    ///
    /// # Errors
    ///
    /// When other processes cannot be seen here.
    pub fn new(target: WatchTarget) -> Result<Self, WatchError> {
        std::fs::read_dir("/proc").map_err(|error| WatchError::Unreadable(error.kind()))?;
        Ok(Self {
            target,
            related: None,
            members: Vec::new(),
            others: BTreeSet::new(),
            reader: ProcReader::default(),
        })
    }

    /// Watches also every process that was started with this entry, `NAME=value`, in its
    /// environment.
    #[must_use]
    pub fn with_related(mut self, entry: String) -> Self {
        self.related = Some(entry);
        self
    }

    /// The processes that are alive now.
    ///
    /// # Errors
    ///
    /// When `/proc` cannot be read.
    pub fn processes(&mut self) -> Result<&[u32], WatchError> {
        self.refresh()?;
        Ok(&self.members)
    }

    /// The most memory that each process ever had in use.
    ///
    /// # Errors
    ///
    /// When `/proc` cannot be read.
    pub fn peak_memory(&mut self) -> Result<PeakMemory, WatchError> {
        let processes = self.processes()?.iter();
        let peak = |&id: &u32| Some((id, ProcessDir::new(id).peak_memory()?));
        Ok(PeakMemory::new(processes.filter_map(peak)))
    }

    /// Looks at every thread.
    ///
    /// # Errors
    ///
    /// When `/proc` cannot be read. A process that has ended is not an error.
    pub fn look(&mut self) -> Result<Look, WatchError> {
        self.refresh()?;
        Ok(self.look_again())
    }

    /// Looks at the threads of the processes that the last look found, at a fraction of
    /// the cost. Only a running process starts another one, so that where all of these
    /// slept there are no new ones.
    pub fn look_again(&mut self) -> Look {
        let mut threads = Vec::new();
        for &process in &self.members {
            look_at_process(&mut self.reader, process, &mut threads);
        }
        Look { threads }
    }

    /// Whether a thread of the processes that the last look found runs now. Stops at the
    /// first one that does.
    pub fn is_awake(&mut self) -> bool {
        let Self {
            members, reader, ..
        } = self;
        members.iter().any(|&process| {
            let mut threads = ProcessDir::new(process).threads();
            threads.any(|thread| {
                let stat = reader.stat(thread);
                stat.is_some_and(|stat| !stat.state.is_idle())
            })
        })
    }

    /// Whether the processes wait only for bytes from the socket with this inode, or for
    /// new connections. False where that cannot be seen.
    pub fn waits_only_for(&mut self, socket: Inode) -> bool {
        if self.related.is_none() {
            return false;
        }
        let Self {
            members, reader, ..
        } = self;
        let mut found = members.iter();
        let Some(awaited) = found.find_map(|&it| AwaitedSocket::of(socket, it)) else {
            return false;
        };
        let mut waits = |&process: &u32| blocked::waits_only_for(&awaited, process, reader);
        members.iter().all(&mut waits) && !self.may_be_shared(socket)
    }

    /// Whether a process that is not watched may hold the socket: it could answer too.
    /// A process of another user that is younger than the watched ones may hold it.
    fn may_be_shared(&mut self, socket: Inode) -> bool {
        let Ok(all) = all_processes() else {
            return true;
        };
        let members = self.members.iter();
        let oldest = members.filter_map(|&it| start_time(&mut self.reader, it));
        let oldest = oldest.min();
        let mut others = all.into_iter().filter(|id| !self.members.contains(id));
        others.any(
            |process| match ProcessDir::new(process).descriptor_of(socket) {
                Ok(descriptor) => descriptor.is_some(),
                Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                    start_time(&mut self.reader, process) >= oldest
                }
                Err(_) => false,
            },
        )
    }

    /// How many timers are set: threads that wait with a timeout, and timers of other
    /// kinds. What cannot be seen counts as one.
    ///
    /// # Errors
    ///
    /// When `/proc` cannot be read.
    pub fn timers(&mut self) -> Result<usize, WatchError> {
        self.refresh()?;
        let Self {
            members, reader, ..
        } = self;
        Ok(members.iter().map(|&it| timers_of(reader, it)).sum())
    }

    /// The longest time, up to `most`, after which a blocked thread gives up waiting. `None`
    /// if no thread does, as far as that can be seen.
    pub fn longest_timeout(&mut self, most: Duration) -> Option<Duration> {
        self.refresh().ok()?;
        let Self {
            members, reader, ..
        } = self;
        let threads = members.iter().flat_map(|&process| {
            let threads = ProcessDir::new(process).threads();
            threads.map(move |thread| (process, thread))
        });
        let timeouts = threads.filter_map(|(process, thread)| {
            timer::timeout(reader, &thread)
                .or_else(|| blocked::timeout_of_socket(process, &thread, reader))
        });
        timeouts.filter(|timeout| *timeout <= most).max()
    }

    fn refresh(&mut self) -> Result<(), WatchError> {
        if let (WatchTarget::Process(id), None) = (self.target, &self.related) {
            let is_there = ProcessDir::new(id).exists();
            self.members = is_there.then_some(id).into_iter().collect();
            return Ok(());
        }
        let all = all_processes().map_err(|error| WatchError::Unreadable(error.kind()))?;
        let known = std::mem::take(&mut self.others);
        self.members.clear();
        for id in all {
            if known.contains(&id) {
                self.others.insert(id);
                continue;
            }
            match self.belongs(id) {
                Some(true) => self.members.push(id),
                Some(false) => _ = self.others.insert(id),
                None => {}
            }
        }
        Ok(())
    }

    /// `None` if that is not known yet.
    fn belongs(&mut self, process: u32) -> Option<bool> {
        let dir = ProcessDir::new(process);
        let is_target = match self.target {
            WatchTarget::Process(id) => process == id,
            WatchTarget::Group(group) => self.group_of(&dir) == Some(group),
        };
        let Some(related) = self.related.as_ref().filter(|_| !is_target) else {
            return Some(is_target);
        };
        let has_entry = dir.has_environment_entry(related);
        // A thread of the kernel never has an environment.
        has_entry.or_else(|| (self.group_of(&dir) == Some(0)).then_some(false))
    }

    fn group_of(&mut self, process: &ProcessDir) -> Option<u32> {
        Some(self.reader.stat(process)?.group)
    }
}

/// The one of `processes` that holds the socket with this inode.
#[must_use]
pub fn owner_of(inode: Inode, processes: &[u32]) -> Option<u32> {
    let mut processes = processes.iter().copied();
    processes.find(|&process| {
        let descriptor = ProcessDir::new(process).descriptor_of(inode);
        matches!(descriptor, Ok(Some(_)))
    })
}

fn start_time(reader: &mut ProcReader, process: u32) -> Option<u64> {
    Some(reader.stat(ProcessDir::new(process))?.start_time)
}

fn look_at_process(reader: &mut ProcReader, process: u32, threads: &mut Vec<ThreadLook>) {
    for thread in ProcessDir::new(process).threads() {
        let Some(stat) = reader.stat(&thread) else {
            continue;
        };
        let times = reader.sched_times(&thread);
        threads.push(ThreadLook {
            process,
            thread: thread.id,
            state: stat.state,
            cpu_time: times.map_or_else(|| from_ticks(stat.ticks), |times| times.ran),
            starved: times.map_or(Duration::ZERO, |times| times.starved),
        });
    }
}

fn timers_of(reader: &mut ProcReader, process: u32) -> usize {
    let dir = ProcessDir::new(process);
    let mut is_timed = |thread: &ThreadDir| {
        let is_alive = reader.stat(thread).is_some_and(|stat| stat.is_alive());
        is_alive
            && (may_wake_by_itself(reader, thread)
                || blocked::timeout_of_socket(process, thread, reader).is_some())
    };
    let timed_threads = dir.threads().filter(&mut is_timed).count();
    let timers = dir.signal_timers().unwrap_or_default() + dir.timer_descriptors();
    timed_threads + timers + usize::from(may_have_interval_timer(&dir))
}

/// `setitimer` leaves no trace except the handler of the signal that it sends.
fn may_have_interval_timer(process: &ProcessDir) -> bool {
    let signals = blocked::signal_mask(&[SIGALRM, SIGVTALRM, SIGPROF]);
    let handled = process.caught_or_blocked_signals();
    handled.is_some_and(|handled| handled & signals != 0)
}

fn from_ticks(ticks: u64) -> Duration {
    let rate = rustix::param::clock_ticks_per_second().max(1);
    Duration::from_millis(ticks.saturating_mul(1000) / rate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, Command, Stdio};
    use std::time::Instant;

    fn group_of(script: &str) -> Child {
        let mut command = Command::new("sh");
        command
            .args(["-c", script])
            .stdin(Stdio::piped())
            .process_group(0);
        command.spawn().expect("every system has a shell")
    }

    fn until(mut is_so: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !is_so() {
            assert!(Instant::now() < deadline, "it did not happen in 20 s");
            std::thread::yield_now();
        }
    }

    fn watch(target: WatchTarget) -> Watch {
        Watch::new(target).expect("/proc is mounted")
    }

    fn look(watch: &mut Watch) -> Look {
        watch.look().expect("/proc is readable")
    }

    #[test]
    fn a_process_that_waits_is_idle_until_it_ends() {
        let mut child = group_of("read line");
        let mut watch = watch(WatchTarget::Process(child.id()));
        until(|| {
            let (earlier, later) = (look(&mut watch), look(&mut watch));
            !later.has_ended() && later.is_idle_since(&earlier)
        });
        drop(child.stdin.take());
        child.wait().expect("it ends with its input");
        assert!(look(&mut watch).has_ended());
    }

    #[test]
    fn a_process_that_spins_is_never_idle_and_uses_processor_time() {
        let mut child = group_of("while :; do :; done");
        let mut watch = watch(WatchTarget::Process(child.id()));
        let first = look(&mut watch);
        until(|| {
            let now = look(&mut watch);
            assert!(!now.is_idle_since(&first) || now == first);
            now.cpu_time_since(&first) > Duration::from_millis(20)
        });
        child.kill().expect("it is our child");
        child.wait().expect("it was killed");
    }

    #[test]
    fn a_group_includes_children_that_start_later() {
        let mut child = group_of("exec 3<&0; read line; cat <&3 & wait");
        let mut watch = watch(WatchTarget::Group(child.id()));
        let processes = watch.processes().expect("/proc is readable");
        assert_eq!(processes, [child.id()]);
        let mut input = child.stdin.take().expect("its input is a pipe");
        std::io::Write::write_all(&mut input, b"\n").expect("it reads");
        let mut count = || watch.processes().expect("/proc is readable").len();
        until(|| count() == 2);
        drop(input);
        child.wait().expect("it ends with its input");
        until(|| count() == 0);
    }

    #[test]
    fn a_process_that_has_ended_has_no_timers() {
        let mut child = group_of("exit");
        let mut watch = watch(WatchTarget::Process(child.id()));
        until(|| look(&mut watch).has_ended());
        assert_eq!(watch.timers().expect("/proc is readable"), 0);
        child.wait().expect("it has ended");
    }

    #[test]
    fn a_sleeping_process_has_a_timer_and_one_that_waits_for_input_has_none() {
        for (script, timers) in [("exec sleep 1000", 1), ("read line", 0)] {
            let mut child = group_of(script);
            let mut watch = watch(WatchTarget::Group(child.id()));
            until(|| watch.timers().expect("/proc is readable") == timers);
            child.kill().expect("it is our child");
            child.wait().expect("it was killed");
        }
    }
}
