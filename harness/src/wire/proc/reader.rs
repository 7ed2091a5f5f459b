//! The files that are read again and again while a case waits.

use crate::wire::thread_state::ThreadState;
use libc::c_long;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

/// Longer than any line that is read here.
const LINE_MAX: usize = 4096;

/// What wirecheck uses of the `stat` line of a process or a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProcStat {
    pub(crate) state: ThreadState,
    pub(crate) parent: u32,
    /// The id of its process group.
    pub(crate) group: u32,
    /// User and system time, in clock ticks.
    pub(crate) ticks: u64,
    /// When it was started, in clock ticks since the machine was.
    pub(crate) start_time: u64,
}

impl ProcStat {
    pub(crate) fn is_alive(&self) -> bool {
        self.state != ThreadState::Dead
    }
}

/// What a thread did since it was started, to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SchedTimes {
    pub(crate) ran: Duration,
    /// It was ready to run, and had no processor.
    pub(crate) starved: Duration,
}

/// The pages of memory of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MemoryPages {
    /// Of the address space.
    pub(super) reserved: u64,
    /// Anonymous ones in RAM.
    pub(super) anonymous: u64,
}

/// The system call in which a thread is blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BlockedCall {
    pub(crate) number: c_long,
    pub(crate) arguments: [u64; 6],
}

/// Reads files into one buffer, again and again.
#[derive(Debug, Default)]
pub(crate) struct ProcReader {
    buffer: Vec<u8>,
}

impl ProcReader {
    pub(crate) fn stat(&mut self, dir: impl AsRef<Path>) -> Option<ProcStat> {
        parse_stat(self.read(dir.as_ref(), "stat")?)
    }

    pub(super) fn memory_pages(&mut self, process: impl AsRef<Path>) -> Option<MemoryPages> {
        let line = self.read(process.as_ref(), "statm")?;
        let mut fields = line.split(|&byte| byte == b' ');
        let mut number = || parse_number(fields.next()?);
        let (reserved, resident, of_files) = (number()?, number()?, number()?);
        Some(MemoryPages {
            reserved,
            anonymous: resident.saturating_sub(of_files),
        })
    }

    /// How long a thread ran, and waited for a processor. `None` if this kernel does not
    /// count that.
    pub(crate) fn sched_times(&mut self, thread: impl AsRef<Path>) -> Option<SchedTimes> {
        let line = self.read(thread.as_ref(), "schedstat")?;
        let mut fields = line.split(|&byte| byte == b' ');
        let mut time = || Some(Duration::from_nanos(parse_number(fields.next()?)?));
        Some(SchedTimes {
            ran: time()?,
            starved: time()?,
        })
    }

    /// `None` for a thread that runs, that waits outside of a call, or that may not be seen.
    pub(crate) fn blocked_call(&mut self, thread: impl AsRef<Path>) -> Option<BlockedCall> {
        parse_call(self.read(thread.as_ref(), "syscall")?)
    }

    /// One read returns all of such a file. The file has no size to ask for first.
    fn read(&mut self, dir: &Path, name: &str) -> Option<&[u8]> {
        self.buffer.resize(LINE_MAX, 0);
        let mut file = File::open(dir.join(name)).ok()?;
        let len = file.read(&mut self.buffer).ok()?;
        Some(&self.buffer[..len])
    }
}

/// The command's name stands in parentheses and may contain any character, so the fields
/// are counted from the last closing parenthesis.
fn parse_stat(line: &[u8]) -> Option<ProcStat> {
    let name_end = line.iter().rposition(|&byte| byte == b')')?;
    let mut fields = line.get(name_end + 2..)?.split(|&byte| byte == b' ');
    let state = ThreadState::from_letter(*fields.next()?.first()?);
    let parent = u32::try_from(parse_number(fields.next()?)?).ok()?;
    let group = u32::try_from(parse_number(fields.next()?)?).ok()?;
    let user = parse_number(fields.nth(8)?)?;
    let system = parse_number(fields.next()?)?;
    let start_time = parse_number(fields.nth(6)?)?;
    Some(ProcStat {
        state,
        parent,
        group,
        ticks: user + system,
        start_time,
    })
}

/// The number of the call in decimal, then its arguments in hexadecimal.
fn parse_call(line: &[u8]) -> Option<BlockedCall> {
    let mut fields = std::str::from_utf8(line).ok()?.split_ascii_whitespace();
    let number = fields.next()?.parse().ok()?;
    let mut arguments = [0; 6];
    for argument in &mut arguments {
        let digits = fields.next()?.strip_prefix("0x")?;
        *argument = u64::from_str_radix(digits, 16).ok()?;
    }
    Some(BlockedCall { number, arguments })
}

fn parse_number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_name_with_parentheses_and_spaces_does_not_shift_the_fields() {
        let line = b"42 (a) S 1) R 1 77 1 0 -1 4 1 2 3 4 100 20 0 0 20 0 1 0 9 4096 33 18 1";
        let stat = parse_stat(line).expect("the line is complete");
        let expected = ProcStat {
            state: ThreadState::Running,
            parent: 1,
            group: 77,
            ticks: 120,
            start_time: 9,
        };
        assert_eq!(stat, expected);
    }

    #[test]
    fn a_truncated_stat_line_is_not_parsed() {
        assert_eq!(parse_stat(b"42 (sh) S 1 77 1 0"), None);
        assert_eq!(parse_stat(b""), None);
    }

    #[test]
    fn a_call_is_parsed_with_its_six_arguments() {
        let line = b"232 0x4 0x7ff 0x40 0xffffffff 0x0 0x8 0x7ffc0 0x7f4b9\n";
        let call = parse_call(line).expect("the line is complete");
        let arguments = [4, 0x7ff, 0x40, 0xffff_ffff, 0, 8];
        let number = 232;
        assert_eq!(call, BlockedCall { number, arguments });
    }

    #[test]
    fn a_thread_outside_of_a_call_has_no_blocked_call() {
        assert_eq!(parse_call(b"running\n"), None);
        assert_eq!(parse_call(b"-1 0x7ffc0 0x7f4b9\n"), None);
        assert_eq!(parse_call(b""), None);
    }
}
