//! The directories of one process and of its threads.

use super::{ProcReader, ids};
use crate::wire::diag::Inode;
use std::io;
use std::path::{Path, PathBuf};

/// `/proc/PID`.
#[derive(Clone, Debug)]
pub(crate) struct ProcessDir {
    id: u32,
    path: PathBuf,
}

/// `/proc/PID/task/TID`.
#[derive(Clone, Debug)]
pub(crate) struct ThreadDir {
    pub(crate) id: u32,
    path: PathBuf,
}

impl AsRef<Path> for ProcessDir {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

impl AsRef<Path> for ThreadDir {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

impl ThreadDir {
    pub(crate) fn exists(&self) -> bool {
        self.path.exists()
    }
}

impl ProcessDir {
    pub(crate) fn new(id: u32) -> Self {
        let path = PathBuf::from(format!("/proc/{id}"));
        Self { id, path }
    }

    pub(crate) fn exists(&self) -> bool {
        self.path.exists()
    }

    /// Its threads, in the order of their ids.
    pub(crate) fn threads(&self) -> impl Iterator<Item = ThreadDir> + use<> {
        let tasks = self.path.join("task");
        let ids = ids(&tasks).unwrap_or_default();
        ids.into_iter().map(move |id| ThreadDir {
            id,
            path: tasks.join(id.to_string()),
        })
    }

    /// Whether it has ended, if it is only there because its parent has not collected it.
    pub(crate) fn is_zombie(&self) -> Option<bool> {
        Some(!ProcReader::default().stat(self)?.is_alive())
    }

    pub(crate) fn parent(&self) -> Option<u32> {
        Some(ProcReader::default().stat(self)?.parent)
    }

    /// When it was started, in clock ticks since the machine was.
    pub(crate) fn start_time(&self) -> Option<u64> {
        Some(ProcReader::default().stat(self)?.start_time)
    }

    /// The bytes of its anonymous memory in RAM, and of its address space.
    pub(crate) fn memory(&self) -> Option<(u64, u64)> {
        let pages = ProcReader::default().memory_pages(self)?;
        let size = rustix::param::page_size() as u64;
        Some((pages.anonymous * size, pages.reserved * size))
    }

    /// The name that the kernel knows it by, with control characters escaped.
    pub(crate) fn name(&self) -> String {
        let name = std::fs::read(self.path.join("comm")).unwrap_or_default();
        let name = String::from_utf8_lossy(&name);
        name.trim_end().escape_default().to_string()
    }

    /// Whether it was started with this entry, `NAME=value`, in its environment. A process
    /// of another user does not show it. `None` if it shows nothing: the kernel may be loading
    /// its program, or it has none.
    pub(crate) fn has_environment_entry(&self, entry: &str) -> Option<bool> {
        let environment = std::fs::read(self.path.join("environ")).ok();
        let environment = environment.unwrap_or_else(|| vec![0]);
        let mut entries = environment.split(|&byte| byte == 0);
        (!environment.is_empty()).then(|| entries.any(|found| found == entry.as_bytes()))
    }

    /// The numbers of its open descriptors.
    pub(crate) fn descriptors(&self) -> io::Result<Vec<u32>> {
        ids(&self.path.join("fd"))
    }

    /// What it has open as this descriptor: a path, or a name such as `socket:[77]`.
    pub(crate) fn descriptor_name(&self, descriptor: u32) -> Option<PathBuf> {
        std::fs::read_link(self.path.join("fd").join(descriptor.to_string())).ok()
    }

    /// The descriptor through which it holds this socket.
    pub(crate) fn descriptor_of(&self, socket: Inode) -> io::Result<Option<u32>> {
        let mut descriptors = self.descriptors()?.into_iter();
        Ok(descriptors.find(|&descriptor| self.is_socket(descriptor, socket)))
    }

    pub(crate) fn is_socket(&self, descriptor: u32, socket: Inode) -> bool {
        let name = self.descriptor_name(descriptor);
        name.is_some_and(|name| name == Path::new(&format!("socket:[{socket}]")))
    }

    /// The descriptors that an epoll descriptor watches, by the numbers with which they were
    /// added.
    pub(crate) fn watched_by_epoll(&self, descriptor: u32) -> Vec<u32> {
        let info = self.path.join("fdinfo").join(descriptor.to_string());
        let text = std::fs::read_to_string(info).unwrap_or_default();
        let watched = text.lines().filter_map(|line| line.strip_prefix("tfd:"));
        watched
            .filter_map(|rest| rest.split_whitespace().next()?.parse().ok())
            .collect()
    }

    /// Signals that have a handler, one bit per signal, the lowest for signal 1.
    pub(crate) fn caught_signals(&self) -> Option<u64> {
        Some(self.status()?.sigcgt)
    }

    /// Signals that have a handler or that the first thread blocks.
    pub(crate) fn caught_or_blocked_signals(&self) -> Option<u64> {
        let status = self.status()?;
        Some(status.sigcgt | status.sigblk)
    }

    /// The most memory that it ever had in use, in bytes (VmHWM). Memory that it reserved and
    /// never used does not count.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        Some(self.status()?.vmhwm? * 1024)
    }

    fn status(&self) -> Option<procfs::process::Status> {
        let process = procfs::process::Process::new(i32::try_from(self.id).ok()?);
        process.ok()?.status().ok()
    }

    /// How many timers it has that send it a signal (`timer_create`).
    pub(crate) fn signal_timers(&self) -> Option<usize> {
        let text = std::fs::read_to_string(self.path.join("timers")).ok()?;
        Some(text.lines().filter(|line| line.starts_with("ID:")).count())
    }

    /// How many of its timer descriptors (`timerfd_create`) are set.
    pub(crate) fn timer_descriptors(&self) -> usize {
        let descriptors = self.descriptors().unwrap_or_default();
        let is_set = |descriptor: &u32| self.is_timer_that_is_set(*descriptor);
        descriptors.iter().filter(|it| is_set(it)).count()
    }

    fn is_timer_that_is_set(&self, descriptor: u32) -> bool {
        let name = self.descriptor_name(descriptor);
        if name.is_none_or(|name| name != Path::new("anon_inode:[timerfd]")) {
            return false;
        }
        let info = self.path.join("fdinfo").join(descriptor.to_string());
        !std::fs::read_to_string(info).is_ok_and(|text| text.contains("it_value: (0, 0)"))
    }
}
