//! Linux: `/proc/PID/task/*`, `/proc/PID/fd`.

use super::alarm::Alarm;
use super::procfs::{self, Reader, Stat, process_dir};
use super::waiting::{self, Partner};
use super::{Holdings, Look, Target, ThreadLook, Unseen};
use crate::wire::diag::Inode;
use libc::{SIGALRM, SIGPROF, SIGVTALRM};
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

/// Looks at one process, or at one group of them.
#[derive(Debug)]
pub struct Watch {
    target: Target,
    /// What its relatives have in their environment.
    relatives: Option<String>,
    members: Vec<u32>,
    /// Processes known to be of other groups: a process that was one stays one, so
    /// only those that are new since the last look have to be read.
    strangers: BTreeSet<u32>,
    reader: Reader,
}

impl Watch {
    /// Sets a watch. Nothing is looked at yet: most watches are never needed, and
    /// the first look reads every process of the machine.
    ///
    /// # Errors
    ///
    /// When other processes cannot be seen here.
    pub fn new(target: Target) -> Result<Self, Unseen> {
        std::fs::read_dir("/proc").map_err(|error| Unseen::NoProc(error.kind()))?;
        Ok(Self {
            target,
            relatives: None,
            members: Vec::new(),
            strangers: BTreeSet::new(),
            reader: Reader::default(),
        })
    }

    /// Tells by what entry in its environment, `NAME=value`, a process is known that
    /// belongs to the peer although it is not watched.
    #[must_use]
    pub fn with_relatives(mut self, entry: String) -> Self {
        self.relatives = Some(entry);
        self
    }

    /// The processes that are alive now.
    ///
    /// # Errors
    ///
    /// When `/proc` cannot be read.
    pub fn processes(&mut self) -> Result<&[u32], Unseen> {
        self.refresh()?;
        Ok(&self.members)
    }

    /// Looks at every thread.
    ///
    /// # Errors
    ///
    /// When `/proc` cannot be read; a process that is gone is no error.
    pub fn look(&mut self) -> Result<Look, Unseen> {
        self.refresh()?;
        Ok(self.look_again())
    }

    /// Looks at the threads of those processes that the last look found. A process of
    /// a group is born of one that runs, so that where all of these slept there are no
    /// others. It costs a fraction of a look.
    pub fn look_again(&mut self) -> Look {
        let mut threads = Vec::new();
        for &process in &self.members {
            look_at_process(&mut self.reader, process, &mut threads);
        }
        Look { threads }
    }

    /// Whether a thread of those processes that the last look found does not sleep now.
    /// It looks no further than to the first of them.
    pub fn is_awake(&mut self) -> bool {
        let Self {
            members, reader, ..
        } = self;
        members.iter().any(|process| {
            let tasks = process_dir(*process).join("task");
            let threads = procfs::ids(&tasks).unwrap_or_default();
            threads.into_iter().any(|thread| {
                let stat = reader.stat(&tasks.join(thread.to_string()));
                stat.is_some_and(|stat| !stat.state.is_at_rest())
            })
        })
    }

    /// Whether the processes wait for nothing but what comes over the socket with this
    /// inode, or for new connections. Where that cannot be seen it is not so.
    pub fn waits_only_for(&mut self, socket: Inode) -> bool {
        let Self {
            members,
            reader,
            relatives: Some(_),
            ..
        } = self
        else {
            return false;
        };
        let Some(partner) = members.iter().find_map(|&it| Partner::of(socket, it)) else {
            return false;
        };
        let mut waits = |&process: &u32| waiting::waits_only_for(&partner, process, reader);
        if !members.iter().all(&mut waits) {
            return false;
        }
        // Whoever else has the socket may answer for them.
        let born = |it: u32, reader: &mut Reader| Some(reader.stat(&process_dir(it))?.born);
        let first = members.iter().filter_map(|&it| born(it, reader)).min();
        let mut may_have_it = |process| match procfs::socket_of(&process_dir(process), socket) {
            Ok(file) => file.is_some(),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                born(process, reader) >= first
            }
            Err(_) => false,
        };
        procfs::ids(Path::new("/proc")).is_ok_and(|all| {
            let mut others = all.into_iter().filter(|id| !members.contains(id));
            !others.any(&mut may_have_it)
        })
    }

    /// Counts what the processes hold.
    ///
    /// # Errors
    ///
    /// When `/proc` cannot be read, or the process is another user's; a process that
    /// is gone holds nothing.
    pub fn holdings(&mut self) -> Result<Holdings, Unseen> {
        self.refresh()?;
        let page = rustix::param::page_size() as u64;
        let mut holdings = Holdings::default();
        for &process in &self.members {
            let dir = process_dir(process);
            let Some(stat) = self.reader.stat(&dir).filter(Stat::is_alive) else {
                continue;
            };
            holdings.processes += 1;
            holdings.descriptors += descriptors(&dir)?;
            holdings.resident += stat.pages * page;
        }
        Ok(holdings)
    }

    /// How many alarms are set: threads that have asked to be woken at a time, and timers
    /// of other kinds. What the kernel does not tell counts as one.
    ///
    /// # Errors
    ///
    /// When `/proc` cannot be read.
    pub fn alarms(&mut self) -> Result<usize, Unseen> {
        self.refresh()?;
        let Self {
            members, reader, ..
        } = self;
        Ok(members.iter().map(|&it| alarms_of(reader, it)).sum())
    }

    fn refresh(&mut self) -> Result<(), Unseen> {
        if let (Target::Process(id), None) = (self.target, &self.relatives) {
            let is_alive = process_dir(id).exists();
            self.members = is_alive.then_some(id).into_iter().collect();
            return Ok(());
        }
        let alive = procfs::ids(Path::new("/proc"));
        let alive = alive.map_err(|error| Unseen::NoProc(error.kind()))?;
        let known = std::mem::take(&mut self.strangers);
        self.members.clear();
        for id in alive {
            if known.contains(&id) || !self.belongs(id) {
                self.strangers.insert(id);
            } else {
                self.members.push(id);
            }
        }
        Ok(())
    }

    fn belongs(&mut self, process: u32) -> bool {
        let is_target = match self.target {
            Target::Process(id) => process == id,
            Target::Group(group) => {
                let stat = self.reader.stat(&process_dir(process));
                stat.is_some_and(|stat| stat.group == group)
            }
        };
        let relatives = self.relatives.as_ref();
        is_target || relatives.is_some_and(|entry| was_born_with(entry, process))
    }
}

/// The one of `processes` that holds the socket with this inode.
#[must_use]
pub fn owner_of(inode: Inode, processes: &[u32]) -> Option<u32> {
    let mut processes = processes.iter().copied();
    processes.find(|&process| {
        let file = procfs::socket_of(&process_dir(process), inode);
        matches!(file, Ok(Some(_)))
    })
}

/// Whether a process was started with this entry, `NAME=value`, in its environment. One
/// of another user does not show it.
#[must_use]
pub fn was_born_with(entry: &str, process: u32) -> bool {
    let environment = std::fs::read(process_dir(process).join("environ"));
    environment.is_ok_and(|it| it.split(|&byte| byte == 0).any(|it| it == entry.as_bytes()))
}

fn look_at_process(reader: &mut Reader, process: u32, threads: &mut Vec<ThreadLook>) {
    let tasks = process_dir(process).join("task");
    for thread in procfs::ids(&tasks).unwrap_or_default() {
        let dir = tasks.join(thread.to_string());
        let Some(stat) = reader.stat(&dir) else {
            continue;
        };
        let ran = reader.ran(&dir).unwrap_or_else(|| from_ticks(stat.ticks));
        threads.push(ThreadLook {
            process,
            thread,
            state: stat.state,
            ran,
        });
    }
}

fn alarms_of(reader: &mut Reader, process: u32) -> usize {
    let dir = process_dir(process);
    let tasks = dir.join("task");
    let threads = procfs::ids(&tasks).unwrap_or_default();
    let sleepers = threads.into_iter().filter(|thread| {
        let dir = tasks.join(thread.to_string());
        match reader.stat(&dir) {
            Some(stat) if stat.is_alive() => {
                reader.alarm(&dir) != Alarm::None
                    || waiting::sleeps_for_a_time(process, &dir, reader)
            }
            _ => false,
        }
    });
    let sleepers = sleepers.count();
    // Of the oldest kind of timer there is no trace but the signal that it sends.
    let heeds_alarms = reader.signals(&dir).is_some_and(|signals| {
        (signals.caught | signals.blocked) & procfs::mask(&[SIGALRM, SIGVTALRM, SIGPROF]) != 0
    });
    let timers = procfs::timers(&dir).unwrap_or_default() + timer_descriptors(&dir);
    sleepers + timers + usize::from(heeds_alarms)
}

/// How many timers are set that are descriptors: they wake whoever waits for them among
/// others.
fn timer_descriptors(process: &Path) -> usize {
    let is_set = |file: &u64| {
        let name = procfs::name_of(process, *file);
        name.is_some_and(|name| name == Path::new("anon_inode:[timerfd]")) && {
            let about = process.join("fdinfo").join(file.to_string());
            !std::fs::read_to_string(about).is_ok_and(|it| it.contains("it_value: (0, 0)"))
        }
    };
    procfs::files(process).map_or(0, |files| files.filter(is_set).count())
}

fn from_ticks(ticks: u64) -> Duration {
    let rate = rustix::param::clock_ticks_per_second().max(1);
    Duration::from_millis(ticks.saturating_mul(1000) / rate)
}

/// A process that is gone holds none; one that we may not look into is no answer.
fn descriptors(process: &Path) -> Result<usize, Unseen> {
    match std::fs::read_dir(process.join("fd")) {
        Ok(entries) => Ok(entries.count()),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Err(Unseen::NoProc(error.kind()))
        }
        Err(_) => Ok(0),
    }
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
        command.spawn().expect("a shell is there")
    }

    fn until(mut is_so: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !is_so() {
            assert!(Instant::now() < deadline, "it never came true");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_process_that_waits_is_quiet_and_one_that_is_gone_is_over() {
        let mut child = group_of("read line");
        let mut watch = Watch::new(Target::Process(child.id())).expect("/proc is there");
        until(|| {
            let earlier = watch.look().expect("it can be seen");
            let later = watch.look().expect("it can be seen");
            !later.is_over() && later.is_quiet_since(&earlier)
        });
        drop(child.stdin.take());
        child.wait().expect("it ends when its input does");
        assert!(watch.look().expect("it can be seen").is_over());
        assert_eq!(
            watch.holdings().expect("it can be seen"),
            Holdings::default()
        );
    }

    #[test]
    fn a_process_that_spins_is_never_quiet_and_its_time_grows() {
        let mut child = group_of("while :; do :; done");
        let mut watch = Watch::new(Target::Process(child.id())).expect("/proc is there");
        let first = watch.look().expect("it can be seen");
        until(|| {
            let now = watch.look().expect("it can be seen");
            assert!(!now.is_quiet_since(&first) || now == first);
            now.ran_since(&first) > Duration::from_millis(20)
        });
        child.kill().expect("it is ours to end");
        child.wait().expect("it was ended");
    }

    #[test]
    fn a_group_is_seen_with_the_children_that_join_it_later() {
        let mut child = group_of("exec 3<&0; read line; cat <&3 & wait");
        let mut watch = Watch::new(Target::Group(child.id())).expect("/proc is there");
        assert_eq!(watch.processes().expect("it can be seen"), [child.id()]);
        let mut input = child.stdin.take().expect("it was asked for");
        std::io::Write::write_all(&mut input, b"\n").expect("it reads");
        until(|| watch.processes().expect("it can be seen").len() == 2);
        drop(input);
        child.wait().expect("it ends when its input does");
        until(|| watch.processes().expect("it can be seen").is_empty());
    }

    #[test]
    fn a_process_that_is_over_has_no_alarm_set() {
        let mut child = group_of("exit");
        let mut watch = Watch::new(Target::Process(child.id())).expect("/proc is there");
        until(|| watch.look().expect("it can be seen").is_over());
        assert_eq!(watch.alarms().expect("it can be seen"), 0);
        child.wait().expect("it ended");
    }

    #[test]
    fn a_process_that_sleeps_for_a_time_has_an_alarm_set_and_one_that_waits_has_none() {
        for (script, alarms) in [("exec sleep 1000", 1), ("read line", 0)] {
            let mut child = group_of(script);
            let mut watch = Watch::new(Target::Group(child.id())).expect("/proc is there");
            until(|| watch.alarms().expect("it can be seen") == alarms);
            child.kill().expect("it is ours to end");
            child.wait().expect("it was ended");
        }
    }

    #[test]
    fn what_a_process_holds_is_counted() {
        let mut watch = Watch::new(Target::Process(std::process::id())).expect("/proc is there");
        let holdings = watch.holdings().expect("it can be seen");
        assert_eq!(holdings.processes, 1);
        assert!(holdings.descriptors >= 3);
        assert!(holdings.resident > 100_000);
    }
}
