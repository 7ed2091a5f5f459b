//! The standard input and output of a program that answers lines with lines.
//!
//! One thread writes and reads, as the pipes take and have bytes. So neither side blocks the
//! other, however much both have to write.

use std::io::{self, Read, Write};
use std::process::{ChildStdin, ChildStdout};
use std::time::{Duration, Instant};

use memchr::memchr;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, ioctl_fionbio};

/// The longest line.
pub(super) const LONGEST_LINE: usize = 64 << 20;
/// How many bytes are read at a time.
const READ_SIZE: usize = 64 << 10;

/// Both pipes of a program.
pub(super) struct Pipes {
    /// Does not block. None after the program has closed it.
    input: Option<ChildStdin>,
    output: ChildStdout,
    /// What the program is to receive, and how much of it was written.
    request: Vec<u8>,
    written: usize,
    /// What the program has sent, and how much of it was taken as lines.
    received: Vec<u8>,
    taken: usize,
}

/// Why there is no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    Late,
    /// The program has closed its output.
    Ended,
    /// It is longer than [`LONGEST_LINE`].
    TooLong,
}

impl Pipes {
    pub(super) fn new(input: ChildStdin, output: ChildStdout) -> io::Result<Self> {
        ioctl_fionbio(&input, true)?;
        Ok(Self {
            input: Some(input),
            output,
            request: Vec::new(),
            written: 0,
            received: Vec::new(),
            taken: 0,
        })
    }

    /// Sends lines to the program, the rest of them while a line is waited for.
    pub(super) fn send(&mut self, lines: &[u8]) {
        self.request.extend_from_slice(lines);
        self.write();
    }

    /// The next line without its end. It is waited for up to `limit`.
    pub(super) fn line(&mut self, limit: Duration) -> Result<&[u8], Missing> {
        let mut searched = self.taken;
        let mut start = None;
        loop {
            if let Some(len) = memchr(b'\n', &self.received[searched..]) {
                let line = self.taken..searched + len;
                self.taken = line.end + 1;
                return Ok(&self.received[line]);
            }
            if self.received.len() - self.taken >= LONGEST_LINE {
                return Err(Missing::TooLong);
            }
            self.received.drain(..self.taken);
            self.taken = 0;
            searched = self.received.len();
            let start = start.get_or_insert_with(Instant::now);
            let left = limit.checked_sub(start.elapsed()).ok_or(Missing::Late)?;
            self.exchange(left)?;
        }
    }

    /// Waits until the program takes or sends bytes.
    fn exchange(&mut self, left: Duration) -> Result<(), Missing> {
        let mut pipes = vec![PollFd::new(&self.output, PollFlags::IN)];
        if let Some(input) = &self.input
            && self.written < self.request.len()
        {
            pipes.push(PollFd::new(input, PollFlags::OUT));
        }
        // A limit of centuries is none.
        let left = Timespec::try_from(left).ok();
        match poll(&mut pipes, left.as_ref()) {
            Ok(0) => return Err(Missing::Late),
            Err(Errno::INTR) => return Ok(()),
            Err(_) => return Err(Missing::Ended),
            Ok(_) => {}
        }
        let has_output = !pipes[0].revents().is_empty();
        self.write();
        if has_output { self.read() } else { Ok(()) }
    }

    /// Writes as much of the request as the pipe takes.
    fn write(&mut self) {
        while let Some(input) = &mut self.input
            && self.written < self.request.len()
        {
            match input.write(&self.request[self.written..]) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // A program that is gone does not answer.
                Err(_) => self.input = None,
            }
        }
        self.request.clear();
        self.written = 0;
    }

    fn read(&mut self) -> Result<(), Missing> {
        let len = self.received.len();
        self.received.resize(len + READ_SIZE, 0);
        let result = self.output.read(&mut self.received[len..]);
        let count = match &result {
            Ok(count) => *count,
            Err(_) => 0,
        };
        self.received.truncate(len + count);
        match result {
            Ok(0) => Err(Missing::Ended),
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(Missing::Ended),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(60);

    /// A program that repeats what it receives, or does nothing.
    fn start(program: &str) -> (Child, Pipes) {
        let mut command = Command::new(program);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.spawn().expect("every system has the program");
        let input = child.stdin.take().expect("it is a pipe");
        let output = child.stdout.take().expect("it is a pipe");
        let pipes = Pipes::new(input, output).expect("pipes can be made not to block");
        (child, pipes)
    }

    fn end((mut child, pipes): (Child, Pipes)) {
        drop(pipes);
        child.wait().expect("it has ended");
    }

    #[test]
    fn both_sides_may_write_more_than_the_pipes_hold() {
        let (child, mut pipes) = start("cat");
        const LEN: usize = 1 << 20;
        pipes.send(format!("{}\n", "x".repeat(LEN)).repeat(4).as_bytes());
        for _ in 0..4 {
            assert_eq!(pipes.line(LIMIT).map(<[u8]>::len), Ok(LEN));
        }
        end((child, pipes));
    }

    #[test]
    fn lines_come_one_at_a_time() {
        let (child, mut pipes) = start("cat");
        pipes.send(b"a\n\nb\nc");
        assert_eq!(pipes.line(LIMIT), Ok(&b"a"[..]));
        assert_eq!(pipes.line(LIMIT), Ok(&b""[..]));
        assert_eq!(pipes.line(LIMIT), Ok(&b"b"[..]));
        assert_eq!(pipes.line(Duration::from_millis(1)), Err(Missing::Late));
        pipes.send(b"d\n");
        assert_eq!(pipes.line(LIMIT), Ok(&b"cd"[..]));
        end((child, pipes));
    }

    #[test]
    fn a_program_that_is_gone_has_no_line() {
        let (child, mut pipes) = start("true");
        assert_eq!(pipes.line(LIMIT), Err(Missing::Ended));
        pipes.send(b"a\n");
        assert_eq!(pipes.line(LIMIT), Err(Missing::Ended));
        end((child, pipes));
    }
}
