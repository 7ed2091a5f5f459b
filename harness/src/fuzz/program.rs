//! A program that follows the framer protocol.

use std::cell::RefCell;
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use wirecheck_report::notation::shortened;

use super::pipes::{LONGEST_LINE, Missing, Pipes};
use super::protocol;
use crate::framer::{Observation, Outcome, Segmentation, Subject};

/// How many characters of an invalid answer are shown.
const MOST_SHOWN: usize = 200;
/// How long the last of the standard error is waited for.
const LAST_ERRORS: Duration = Duration::from_millis(200);
/// How much is kept of what the program writes to its standard error.
const KEPT_ERRORS: usize = 4 << 10;

/// A program that reads streams on its standard input. It is started again after it died or
/// was stopped.
pub(crate) struct Program {
    words: Vec<String>,
    /// The longest time for one answer.
    limit: Duration,
    running: RefCell<Option<Running>>,
    /// The first invalid answer.
    invalid: RefCell<Option<ProgramError>>,
}

/// Why a program is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProgramError {
    #[error("cannot start `{program}`: {reason}")]
    NotStarted { program: String, reason: String },
    #[error("the program does not follow the framer protocol: {0}")]
    NoAnswer(String),
    #[error("invalid answer `{answer}` to the stream `{stream}`: {reason}")]
    InvalidAnswer {
        stream: String,
        answer: String,
        reason: String,
    },
}

impl Program {
    /// Starts the program, and tries that it answers to an empty stream.
    pub(crate) fn start(words: Vec<String>, limit: Duration) -> Result<Self, ProgramError> {
        let program = Self {
            words,
            limit,
            running: RefCell::default(),
            invalid: RefCell::default(),
        };
        *program.running.borrow_mut() = Some(program.spawn()?);
        let empty = [Segmentation::whole(0).left_open(), Segmentation::whole(0)];
        let observed = program.receive_all(b"", &empty);
        if let Some(error) = program.invalid() {
            return Err(error);
        }
        for observed in observed {
            if let Outcome::Crashed(text) = observed.outcome {
                return Err(ProgramError::NoAnswer(text));
            }
        }
        Ok(program)
    }

    /// The first invalid answer.
    pub(crate) fn invalid(&self) -> Option<ProgramError> {
        self.invalid.borrow().clone()
    }

    fn spawn(&self) -> Result<Running, ProgramError> {
        let not_started = |error: io::Error| ProgramError::NotStarted {
            program: self.words[0].clone(),
            reason: error.to_string(),
        };
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]);
        Running::start(command).map_err(not_started)
    }

    /// The answers to some streams, up to the first that is missing, and why it is.
    fn ask(
        &self,
        running: &mut Running,
        input: &[u8],
        segmentations: &[Segmentation],
    ) -> (Vec<Observation<Vec<u8>>>, Option<Missing>) {
        let mut lines = String::new();
        for segmentation in segmentations {
            protocol::write(input, segmentation, &mut lines);
        }
        running.pipes.send(lines.as_bytes());
        let mut observed = Vec::with_capacity(segmentations.len());
        for segmentation in segmentations {
            match running.pipes.line(self.limit) {
                Ok(line) => {
                    let answer = String::from_utf8_lossy(line);
                    observed.push(self.parsed(&answer, input, segmentation));
                }
                Err(missing) => return (observed, Some(missing)),
            }
        }
        (observed, None)
    }

    fn parsed(
        &self,
        answer: &str,
        input: &[u8],
        segmentation: &Segmentation,
    ) -> Observation<Vec<u8>> {
        protocol::parse(answer, segmentation).unwrap_or_else(|reason| {
            let mut stream = String::new();
            protocol::write(input, segmentation, &mut stream);
            let error = ProgramError::InvalidAnswer {
                stream: shortened(stream.trim_end(), MOST_SHOWN),
                answer: shortened(answer, MOST_SHOWN),
                reason,
            };
            let observed = ended_with(Outcome::Crashed(error.to_string()));
            self.invalid.borrow_mut().get_or_insert(error);
            observed
        })
    }
}

impl Subject for Program {
    type Message = Vec<u8>;

    fn receive(&self, input: &[u8], segmentation: &Segmentation) -> Observation<Vec<u8>> {
        let mut observed = self.receive_all(input, std::slice::from_ref(segmentation));
        observed
            .pop()
            .expect("it is at least why there is no answer")
    }

    fn receive_all(
        &self,
        input: &[u8],
        segmentations: &[Segmentation],
    ) -> Vec<Observation<Vec<u8>>> {
        let running = self.running.borrow_mut().take();
        let mut running = match running.map_or_else(|| self.spawn(), Ok) {
            Ok(running) => running,
            Err(error) => return vec![ended_with(Outcome::Crashed(error.to_string()))],
        };
        let (mut observed, missing) = self.ask(&mut running, input, segmentations);
        let crash = match missing {
            None => {
                *self.running.borrow_mut() = Some(running);
                return observed;
            }
            Some(Missing::Late) => format!(
                "the program did not answer within {:?}; it must flush each answer (--timeout)",
                self.limit
            ),
            Some(Missing::TooLong) => {
                format!("an answer of the program has more than {LONGEST_LINE} bytes")
            }
            Some(Missing::Ended) => running.why_it_died(),
        };
        observed.push(ended_with(Outcome::Crashed(crash)));
        observed
    }
}

fn ended_with(outcome: Outcome) -> Observation<Vec<u8>> {
    Observation {
        messages: Vec::new(),
        received: Vec::new(),
        outcome,
    }
}

/// A process, its pipes, and the thread that reads its standard error.
struct Running {
    child: Child,
    pipes: Pipes,
    errors: Arc<Mutex<Vec<u8>>>,
    /// Closed at the end of the standard error.
    errors_end: Receiver<()>,
}

impl Running {
    fn start(mut command: Command) -> io::Result<Self> {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        // In a group of its own: Ctrl-C is for wirecheck, and its processes end together.
        let mut child = piped.stderr(Stdio::piped()).process_group(0).spawn()?;
        let input = child.stdin.take().expect("it is a pipe");
        let output = child.stdout.take().expect("it is a pipe");
        let errors_pipe = child.stderr.take().expect("it is a pipe");
        let pipes = Pipes::new(input, output)?;
        let errors = Arc::default();
        let kept = Arc::clone(&errors);
        let (errors_read, errors_end) = channel();
        // It ends when the process does.
        thread::spawn(move || {
            keep_errors(errors_pipe, &kept);
            drop(errors_read);
        });
        Ok(Self {
            child,
            pipes,
            errors,
            errors_end,
        })
    }

    /// For a program that has closed its output.
    fn why_it_died(mut self) -> String {
        // One that has closed its output and goes on is stopped.
        let status = self.stop();
        _ = self.errors_end.recv_timeout(LAST_ERRORS);
        let status = status.map_or_else(|error| error.to_string(), |it| it.to_string());
        let errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let errors = String::from_utf8_lossy(&errors);
        match errors.lines().rev().find(|line| !line.trim().is_empty()) {
            Some(last) => format!("the program ended ({status}): {}", last.trim()),
            None => format!("the program ended ({status})"),
        }
    }
}

impl Running {
    /// Ends the process and those that it has started.
    fn stop(&mut self) -> io::Result<ExitStatus> {
        // Before it is waited for: until then its number is not used again.
        if let Some(group) = Pid::from_raw(self.child.id().cast_signed()) {
            _ = kill_process_group(group, Signal::KILL);
        }
        self.child.wait()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.stop();
    }
}

/// Keeps the last of what the program writes to its standard error.
fn keep_errors(mut pipe: impl Read, kept: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = pipe.read(&mut buffer) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(&buffer[..count]);
        let surplus = kept.len().saturating_sub(KEPT_ERRORS);
        kept.drain(..surplus);
    }
}
