//! A run of the command on a peer: in a scratch directory of its own, under a
//! marker that all of the peer's processes carry, within a bound.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use wirecheck_report::{Record, StoreError};

use crate::{processes, root};

/// What takes so long hangs.
const HANGS: Duration = Duration::from_secs(150);

/// Trials of this test process are numbered.
static TRIALS: AtomicU32 = AtomicU32::new(1);

/// A run that is being prepared.
pub struct Trial {
    command: Command,
    peer: Vec<String>,
    marker: String,
    scratch: TempDir,
}

impl Trial {
    /// A `run` of a built command.
    ///
    /// # Panics
    /// If there is no place for scratch files.
    #[must_use]
    pub fn of(command: &str) -> Self {
        let number = TRIALS.fetch_add(1, Ordering::Relaxed);
        let scratch = tempfile::Builder::new().prefix("wirecheck-").tempdir();
        let scratch = scratch.expect("there is a place for scratch files");
        let mut command = Command::new(command);
        command
            .arg("run")
            .arg("--record")
            .arg(scratch.path().join("record.json"))
            .current_dir(root())
            .env_remove("GITHUB_ACTIONS");
        Self {
            command,
            peer: Vec::new(),
            marker: format!("wirecheck-trial-{}-{number}", std::process::id()),
            scratch,
        }
    }

    /// With arguments before the peer's command.
    #[must_use]
    pub fn with(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    /// On a server of `tests/peers/python`, with its arguments.
    #[must_use]
    pub fn on(self, program: &str, arguments: &[&str]) -> Self {
        let mut words = self.python(program);
        words.extend(["--host", "{host}", "--port", "{port}"].map(str::to_owned));
        words.extend(arguments.iter().map(|&word| word.to_owned()));
        self.started_by(words)
    }

    /// On a client of `tests/peers/python`, with its arguments.
    #[must_use]
    pub fn calling(self, program: &str, arguments: &[&str]) -> Self {
        let mut words = self.python(program);
        words.extend(["{host}", "{port}"].map(str::to_owned));
        words.extend(arguments.iter().map(|&word| word.to_owned()));
        self.with(&["--client"]).started_by(words)
    }

    /// What starts a program of `tests/peers/python`, marked.
    fn python(&self, program: &str) -> Vec<String> {
        let program = format!("tests/peers/python/{program}");
        // Python takes any word after -X and goes on.
        vec!["python3".into(), "-X".into(), self.marker.clone(), program]
    }

    /// On what these words start.
    #[must_use]
    pub fn started_by(mut self, words: Vec<String>) -> Self {
        self.peer = words;
        self
    }

    /// A path in the scratch directory.
    #[must_use]
    pub fn scratch(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// Runs it to its end.
    #[must_use]
    pub fn judge(self) -> Judged {
        self.start().finish()
    }

    /// Starts it.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn start(mut self) -> Running {
        if !self.peer.is_empty() {
            self.command.arg("--").args(&self.peer);
        }
        let mut child = self
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command was built with the tests");
        let (sender, stdout) = channel();
        let printed = BufReader::new(child.stdout.take().expect("it is a pipe"));
        thread::spawn(move || pass_on(printed, &sender));
        let mut complaints = child.stderr.take().expect("it is a pipe");
        let stderr = thread::spawn(move || {
            let mut text = String::new();
            _ = complaints.read_to_string(&mut text);
            text
        });
        Running {
            child,
            stdout,
            stderr,
            printed: String::new(),
            deadline: Instant::now() + HANGS,
            marker: self.marker,
            scratch: self.scratch,
        }
    }
}

fn pass_on(printed: impl BufRead, to: &Sender<String>) {
    for line in printed.lines() {
        let line = line.expect("the command writes UTF-8");
        if to.send(line).is_err() {
            return;
        }
    }
}

/// A run that is under way.
pub struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: JoinHandle<String>,
    printed: String,
    deadline: Instant,
    marker: String,
    scratch: TempDir,
}

impl Running {
    /// Waits until it prints a line with this text.
    ///
    /// # Panics
    /// If it ends without, or hangs.
    pub fn await_line(&mut self, text: &str) {
        while let Some(line) = self.next_line() {
            if line.contains(text) {
                return;
            }
        }
        panic!("it never printed {text}, but:\n{}", self.printed);
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// If it is gone.
    pub fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(id.expect("it has an id"), signal).expect("it is there");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it hangs, or a signal ended it.
    #[must_use]
    pub fn finish(mut self) -> Judged {
        while self.next_line().is_some() {}
        let status = self.child.wait().expect("it was started");
        Judged {
            code: status.code().expect("no signal ended it"),
            stdout: self.printed,
            stderr: self.stderr.join().expect("its reader does not panic"),
            record: wirecheck_report::read(&self.scratch.path().join("record.json")),
            left: processes::that_stay(&self.marker),
            scratch: self.scratch,
        }
    }

    fn next_line(&mut self) -> Option<String> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        match self.stdout.recv_timeout(left) {
            Ok(line) => {
                self.printed += &line;
                self.printed.push('\n');
                Some(line)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                _ = self.child.kill();
                processes::end(&self.marker);
                panic!("it hangs; so far it printed:\n{}", self.printed);
            }
        }
    }
}

/// What a run came to.
#[derive(Debug)]
pub struct Judged {
    /// Its exit code.
    pub code: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    /// The processes of the peer that were there after its end.
    pub left: Vec<String>,
    record: Result<Record, StoreError>,
    scratch: TempDir,
}

impl Judged {
    /// The record that it kept.
    ///
    /// # Panics
    /// If it kept none.
    #[must_use]
    pub fn record(&self) -> &Record {
        match &self.record {
            Ok(record) => record,
            Err(error) => panic!("no record: {error}; {}", self.stderr),
        }
    }

    /// Whether it kept a record.
    #[must_use]
    pub fn kept_a_record(&self) -> bool {
        self.record.is_ok()
    }

    /// Where its scratch files are.
    #[must_use]
    pub fn scratch(&self) -> &Path {
        self.scratch.path()
    }
}

impl Drop for Judged {
    /// The files of a test that fails are kept, to be looked at.
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("its files are in {}", self.scratch.path().display());
            self.scratch.disable_cleanup(true);
        }
    }
}
