//! Reading `/proc`: the text of its files, as types.
//!
//! Every process may vanish between two reads; that is `None`, never an error.

use super::ThreadState;
use super::alarm::{self, Alarm};
use crate::wire::diag::Inode;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// More than any `stat` or `schedstat` has.
const LONGEST_LINE: usize = 4096;

/// What wirecheck needs of a `stat` line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) state: ThreadState,
    pub(super) group: u32,
    /// User and system time, in clock ticks.
    pub(super) ticks: u64,
    /// When it was started, in clock ticks since the machine was.
    pub(super) born: u64,
    /// Resident memory, in pages.
    pub(super) pages: u64,
}

impl Stat {
    pub(super) fn is_alive(&self) -> bool {
        self.state != ThreadState::Dead
    }
}

/// What a process does upon signals, a bit for each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signals {
    pub(super) caught: u64,
    /// By the first thread.
    pub(super) blocked: u64,
}

/// The bits of these signals.
pub(super) fn mask(signals: &[libc::c_int]) -> u64 {
    signals
        .iter()
        .fold(0, |mask, signal| mask | 1 << (signal - 1))
}

/// How many timers a process has made that send it a signal (`timer_create`).
pub(super) fn timers(process: &Path) -> Option<usize> {
    let text = std::fs::read_to_string(process.join("timers")).ok()?;
    Some(text.lines().filter(|line| line.starts_with("ID:")).count())
}

/// Reads files into one buffer, again and again.
#[derive(Debug, Default)]
pub(super) struct Reader {
    buffer: Vec<u8>,
}

impl Reader {
    /// The `stat` of a process or a thread.
    pub(super) fn stat(&mut self, dir: &Path) -> Option<Stat> {
        parse_stat(self.read(&dir.join("stat"))?)
    }

    /// How long a thread has run, to the nanosecond; `None` if this kernel does not
    /// tell.
    pub(super) fn ran(&mut self, dir: &Path) -> Option<Duration> {
        let first = self
            .read(&dir.join("schedstat"))?
            .split(|&byte| byte == b' ')
            .next()?;
        Some(Duration::from_nanos(number(first)?))
    }

    /// Whether a thread will wake by itself; one that is gone will not.
    pub(super) fn alarm(&mut self, dir: &Path) -> Alarm {
        match self.line_of_call(dir) {
            Some(line) => alarm::of_line(line),
            None if dir.exists() => Alarm::Unknown,
            None => Alarm::None,
        }
    }

    /// The kernel's line on the call that a thread sleeps in.
    pub(super) fn line_of_call(&mut self, dir: &Path) -> Option<&[u8]> {
        self.read(&dir.join("syscall"))
    }

    /// What a process does upon signals.
    pub(super) fn signals(&mut self, dir: &Path) -> Option<Signals> {
        let text = std::str::from_utf8(self.read(&dir.join("status"))?).ok()?;
        let mask = |name| {
            let digits = text.lines().find_map(|line| line.strip_prefix(name))?;
            u64::from_str_radix(digits.trim(), 16).ok()
        };
        Some(Signals {
            caught: mask("SigCgt:")?,
            blocked: mask("SigBlk:")?,
        })
    }

    /// One read brings all of such a file, which has no size to ask for before and
    /// no more to say after.
    fn read(&mut self, path: &Path) -> Option<&[u8]> {
        self.buffer.resize(LONGEST_LINE, 0);
        let len = File::open(path).ok()?.read(&mut self.buffer).ok()?;
        Some(&self.buffer[..len])
    }
}

/// The directory of a process.
pub(super) fn process_dir(process: u32) -> PathBuf {
    PathBuf::from(format!("/proc/{process}"))
}

/// Whether a process has this socket as this file.
pub(super) fn is_socket(process: &Path, file: u64, socket: Inode) -> bool {
    name_of(process, file).is_some_and(|name| name == Path::new(&format!("socket:[{socket}]")))
}

/// What a process has open as this file.
pub(super) fn name_of(process: &Path, file: u64) -> Option<PathBuf> {
    std::fs::read_link(process.join("fd").join(file.to_string())).ok()
}

/// The files that a process has open.
pub(super) fn files(process: &Path) -> std::io::Result<impl Iterator<Item = u64>> {
    Ok(ids(&process.join("fd"))?.into_iter().map(u64::from))
}

/// The file as which a process has a socket.
pub(super) fn socket_of(process: &Path, socket: Inode) -> std::io::Result<Option<u64>> {
    Ok(files(process)?.find(|&file| is_socket(process, file, socket)))
}

/// The ids that a directory of `/proc` lists, in order.
pub(super) fn ids(dir: &Path) -> std::io::Result<Vec<u32>> {
    let names = std::fs::read_dir(dir)?.filter_map(|entry| Some(entry.ok()?.file_name()));
    let mut ids: Vec<u32> = names
        .filter_map(|name| name.to_str()?.parse().ok())
        .collect();
    ids.sort_unstable();
    Ok(ids)
}

/// The command's name stands in parentheses and may hold any character, so the
/// fields are counted from the last one that closes it.
fn parse_stat(line: &[u8]) -> Option<Stat> {
    let name_end = line.iter().rposition(|&byte| byte == b')')?;
    let mut fields = line.get(name_end + 2..)?.split(|&byte| byte == b' ');
    let state = ThreadState::from_letter(*fields.next()?.first()?);
    let group = u32::try_from(number(fields.nth(1)?)?).ok()?;
    let user = number(fields.nth(8)?)?;
    let system = number(fields.next()?)?;
    let born = number(fields.nth(6)?)?;
    let pages = number(fields.nth(1)?)?;
    Some(Stat {
        state,
        group,
        ticks: user + system,
        born,
        pages,
    })
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_name_with_parentheses_and_spaces_does_not_shift_the_fields() {
        let line = b"42 (a) S 1) R 1 77 1 0 -1 4 1 2 3 4 100 20 0 0 20 0 1 0 9 4096 33 18 1";
        let stat = parse_stat(line).expect("the line is whole");
        let expected = Stat {
            state: ThreadState::Running,
            group: 77,
            ticks: 120,
            born: 9,
            pages: 33,
        };
        assert_eq!(stat, expected);
    }

    #[test]
    fn half_a_line_is_none() {
        assert_eq!(parse_stat(b"42 (sh) S 1 77 1 0"), None);
        assert_eq!(parse_stat(b""), None);
    }
}
