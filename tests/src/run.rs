//! One `wirecheck run` against a peer: in a scratch folder of its own, with a time limit, and
//! with a marker in the command line of the peer's processes, so that a test finds those that
//! remain.

use std::io::{self, BufRead, BufReader, PipeReader, PipeWriter, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::pipe::fcntl_getpipe_size;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use wirecheck_report::notation::counted;
use wirecheck_report::{Record, StoreError};

use crate::record_text::without_times;
use crate::{files, processes, root, tools};

/// A run that takes longer is taken to hang.
const LIMIT: Duration = Duration::from_secs(300);

/// The runs of this test process are numbered.
static NEXT_NUMBER: AtomicU32 = AtomicU32::new(1);

/// A run that is not started yet.
pub struct Run {
    command: Command,
    peer: Vec<String>,
    marker: String,
    scratch: TempDir,
}

impl Run {
    /// A `run` of a built command.
    ///
    /// # Panics
    /// If no scratch folder can be made.
    #[must_use]
    pub fn new(command: &str) -> Self {
        let number = NEXT_NUMBER.fetch_add(1, Ordering::Relaxed);
        let scratch = tempfile::Builder::new().prefix("wirecheck-").tempdir();
        let scratch = scratch.expect("the system has a folder for temporary files");
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
            // No marker is the beginning of another.
            marker: format!("wirecheck-test-{}-{number}-", std::process::id()),
            scratch,
        }
    }

    /// Adds arguments of wirecheck.
    #[must_use]
    pub fn args(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    /// The peer is a server of `tests/peers/python`, with these arguments.
    #[must_use]
    pub fn python_server(self, file: &str, arguments: &[&str]) -> Self {
        let mut words = self.python(file);
        words.extend(["--host", "{host}", "--port", "{port}"].map(str::to_owned));
        words.extend(arguments.iter().map(|&word| word.to_owned()));
        self.peer(words)
    }

    /// The peer is a client of `tests/peers/python`, with these arguments.
    #[must_use]
    pub fn python_client(self, file: &str, arguments: &[&str]) -> Self {
        let mut words = self.python(file);
        words.extend(["{host}", "{port}"].map(str::to_owned));
        words.extend(arguments.iter().map(|&word| word.to_owned()));
        self.args(&["--client"]).peer(words)
    }

    /// The peer is a server of `tests/peers/rust`.
    #[must_use]
    pub fn rust_server(self, name: &str) -> Self {
        let program = example(name).to_string_lossy().into_owned();
        // It ignores its second argument.
        let words = [program, "{host}:{port}".to_owned(), self.marker.clone()];
        self.peer(words.to_vec())
    }

    fn python(&self, file: &str) -> Vec<String> {
        let file = format!("tests/peers/python/{file}");
        let mut words = tools::python().map(str::to_owned).to_vec();
        // Python ignores an unknown word after -X.
        words.extend(["-X".to_owned(), self.marker.clone(), file]);
        words
    }

    /// The peer is started by this command.
    #[must_use]
    pub fn peer(mut self, words: Vec<String>) -> Self {
        self.peer = words;
        self
    }

    /// A word that the peer's command line must have.
    #[must_use]
    pub fn marker(&self) -> &str {
        &self.marker
    }

    /// A path in the scratch folder.
    #[must_use]
    pub fn scratch_path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// Starts it and waits until it ends.
    #[must_use]
    pub fn complete(self) -> RunOutcome {
        self.start().wait()
    }

    /// Starts it.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn start(self) -> ActiveRun {
        let (stdout, writer) = io::pipe().expect("there are descriptors");
        self.start_printing_to(writer, stdout)
    }

    /// Starts it with a full pipe as its standard output: it blocks when it prints its header,
    /// before it plays the first case.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn start_with_full_stdout(self) -> ActiveRun {
        let (stdout, mut writer) = io::pipe().expect("there are descriptors");
        let size = fcntl_getpipe_size(&writer).expect("it is a pipe");
        let fill = writer.write_all(&vec![b'\n'; size]);
        fill.expect("that many bytes fit into the pipe");
        let mut active = self.start_printing_to(writer, io::empty());
        active.unread_stdout = Some(stdout);
        active
    }

    fn start_printing_to(
        mut self,
        writer: PipeWriter,
        stdout: impl Read + Send + 'static,
    ) -> ActiveRun {
        if !self.peer.is_empty() {
            self.command.arg("--").args(&self.peer);
        }
        self.command.stdin(Stdio::null()).stdout(writer);
        let mut child = self
            .command
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command was built with the tests");
        // It has the writing end of the pipe, too, which hides the end of the output.
        drop(self.command);
        let (sender, lines) = channel();
        thread::spawn(move || send_lines(BufReader::new(stdout), &sender));
        let mut stderr = child.stderr.take().expect("it is a pipe");
        let stderr = thread::spawn(move || {
            let mut text = String::new();
            _ = stderr.read_to_string(&mut text);
            text
        });
        ActiveRun {
            child,
            unread_stdout: None,
            lines,
            stderr,
            printed: String::new(),
            deadline: Instant::now() + LIMIT,
            marker: self.marker,
            scratch: self.scratch,
        }
    }
}

/// The first run in which no server was started again, and what else `run` returns of it: on a
/// busy machine wirecheck may take a late answer for a missing one, and tries the case once more
/// on a fresh server.
///
/// # Panics
/// If a server was started again in each run: then it is not the machine.
pub fn undisturbed<T>(mut run: impl FnMut() -> (RunOutcome, T)) -> (RunOutcome, T) {
    const MOST_RUNS: usize = 10;
    let mut runs = (0..MOST_RUNS).map(|_| run());
    let undisturbed = runs.find(|(outcome, _)| outcome.record().restarts == 0);
    undisturbed.expect("a server was started again in each run")
}

/// Where cargo puts the examples of this package.
///
/// # Panics
/// If it was not built: `cargo test --test NAME` builds no examples.
#[must_use]
pub fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the system knows it");
    let profile = test
        .ancestors()
        .nth(2)
        .expect("it is in target/PROFILE/deps");
    let path = profile.join("examples").join(name);
    assert!(
        path.exists(),
        "run `cargo build -p wirecheck-tests --examples` first"
    );
    path
}

fn send_lines(stdout: impl BufRead, to: &Sender<String>) {
    for line in stdout.lines() {
        let line = line.expect("the command writes UTF-8");
        if to.send(line).is_err() {
            return;
        }
    }
}

/// A run that has started.
pub struct ActiveRun {
    child: Child,
    /// Kept open: without a reader a full pipe does not block, but breaks.
    unread_stdout: Option<PipeReader>,
    lines: Receiver<String>,
    stderr: JoinHandle<String>,
    printed: String,
    deadline: Instant,
    marker: String,
    scratch: TempDir,
}

impl ActiveRun {
    /// Waits until it prints a line that contains this text.
    ///
    /// # Panics
    /// If it ends before, or hangs.
    pub fn wait_for_line(&mut self, text: &str) {
        while let Some(line) = self.next_line() {
            if line.contains(text) {
                return;
            }
        }
        panic!("it never printed {text}, but:\n{}", self.printed);
    }

    /// Waits until the peer has created this file.
    ///
    /// # Panics
    /// If it hangs.
    pub fn wait_for_file(&mut self, path: &Path) {
        while !path.exists() {
            if Instant::now() >= self.deadline {
                self.abort(&format!("there is no {}", path.display()));
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Its process id.
    ///
    /// # Panics
    /// Never: an id is positive.
    #[must_use]
    pub fn id(&self) -> Pid {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        id.expect("an id is positive")
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// If it has ended.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.id(), signal).expect("it is running");
    }

    /// Sends it a signal again and again until it ends.
    ///
    /// # Panics
    /// If it does not end, or a signal ends it.
    #[must_use]
    pub fn signal_until_it_ends(mut self, signal: Signal) -> RunOutcome {
        while self.child.try_wait().expect("it was started").is_none() {
            if Instant::now() >= self.deadline {
                self.abort("no signal ends it");
            }
            self.signal(signal);
            thread::sleep(Duration::from_millis(10));
        }
        self.wait()
    }

    /// Waits until it ends.
    ///
    /// # Panics
    /// If it hangs, or a signal ends it.
    #[must_use]
    pub fn wait(mut self) -> RunOutcome {
        while self.next_line().is_some() {}
        let status = self.child.wait().expect("it was started");
        RunOutcome {
            code: status.code().expect("no signal ended it"),
            stdout: self.printed,
            stderr: self.stderr.join().expect("its reader does not panic"),
            record: wirecheck_report::read(&self.scratch.path().join("record.json")),
            remaining_processes: processes::remaining(&self.marker),
            marker: self.marker,
            scratch: self.scratch,
        }
    }

    fn next_line(&mut self) -> Option<String> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        match self.lines.recv_timeout(left) {
            Ok(line) => {
                self.printed += &line;
                self.printed.push('\n');
                Some(line)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => self.abort("it hangs"),
        }
    }

    fn abort(&mut self, reason: &str) -> ! {
        _ = self.child.kill();
        processes::kill(&self.marker);
        panic!("{reason}; so far it printed:\n{}", self.printed);
    }
}

/// What a run left when it ended.
#[derive(Debug)]
pub struct RunOutcome {
    /// Its exit code.
    pub code: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    /// The peer's processes that did not end with it.
    pub remaining_processes: Vec<String>,
    record: Result<Record, StoreError>,
    marker: String,
    scratch: TempDir,
}

impl RunOutcome {
    /// Its record.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn record(&self) -> &Record {
        match &self.record {
            Ok(record) => record,
            Err(error) => panic!("no record: {error}; {}", self.stderr),
        }
    }

    /// The record as text, without what differs between two runs on one peer.
    ///
    /// # Panics
    /// If there is no record.
    #[must_use]
    pub fn comparable_record(&self) -> String {
        without_times(self.record()).replace(&self.marker, "marker")
    }

    /// Asserts that the header announced as many cases as the record has.
    ///
    /// # Panics
    /// If it did not, or has no total because there is only one suite.
    pub fn assert_header_counts_all_cases(&self) {
        let cases = counted(self.record().tally().cases, "case");
        let mut lines = self.stdout.lines();
        let total = lines.find(|line| line.starts_with("total"));
        let total = total.expect("the header of several suites has a total");
        assert!(total.ends_with(&format!(", {cases}")), "{}", self.stdout);
    }

    /// The files of the failed cases that it saved, sorted.
    #[must_use]
    pub fn saved_cases(&self) -> Vec<PathBuf> {
        let mut saved = files(&self.scratch.path().join("runs"), "json");
        saved.retain(|path| path.parent().is_some_and(|it| it.ends_with("cases")));
        saved
    }

    /// Its record file.
    #[must_use]
    pub fn record_path(&self) -> PathBuf {
        self.scratch.path().join("record.json")
    }

    /// Whether it wrote a record.
    #[must_use]
    pub fn has_record(&self) -> bool {
        self.record.is_ok()
    }
}

impl Drop for RunOutcome {
    /// Keeps the files of a test that fails.
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("its files are in {}", self.scratch.path().display());
            self.scratch.disable_cleanup(true);
        }
    }
}
