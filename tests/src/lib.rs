//! Shared by wirecheck's end-to-end tests: paths of the project, the built command, runs of it
//! against peers, and records as text.

mod at_once;
pub mod processes;
mod record_text;
mod run;
pub mod tools;

pub use at_once::map_at_once;
pub use record_text::{cases_not_played, diagnoses, family_results, findings, verdicts};
pub use run::{ActiveRun, Run, RunOutcome, example, undisturbed};

use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};

/// Arguments that select a part of the deliveries for clients. Each case starts a client, which
/// costs most of a test's time. `bytes` still cuts at every offset, in one case.
pub const PART_OF_DELIVERIES: &[&str] = &[
    "--profile=quick",
    "--only=bytes",
    "--only=cut@*1",
    "--only=cut@*3",
    "--only=cut@*5",
    "--only=cut@*7",
    "--only=cut@*9",
    "--only=joined*",
    "--only=random@*0",
    "--only=random@*5",
];

/// Arguments that add some offsets at which wirecheck ends the stream.
pub const PART_OF_ENDS: &[&str] = &[
    "--only=fin@*0",
    "--only=fin@*5",
    "--only=half@*0",
    "--only=half@*5",
];

/// The project's root.
///
/// # Panics
/// If this package was moved out of the project.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package is a folder of the project")
}

/// The files below `folder` with this extension, sorted.
///
/// # Panics
/// If the folder cannot be read.
#[must_use]
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).expect("the folder is part of the project");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
    found
}

/// Makes a named pipe. Opening it blocks until its other end is opened too.
///
/// # Panics
/// If the folder does not allow it.
pub fn make_fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)
        .expect("the folder is the test's own");
}

/// Exit code and output of a command that has ended.
#[derive(Debug)]
pub struct CommandOutput {
    /// Its exit code.
    pub code: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// Runs a built command in the project's root.
///
/// # Panics
/// If it cannot be started or a signal ends it.
#[must_use]
pub fn run(command: &str, arguments: &[&str]) -> CommandOutput {
    run_in(root(), command, arguments)
}

/// Runs a built command in a folder.
///
/// # Panics
/// If it cannot be started or a signal ends it.
#[must_use]
pub fn run_in(folder: &Path, command: &str, arguments: &[&str]) -> CommandOutput {
    let output = std::process::Command::new(command)
        .args(arguments)
        .current_dir(folder)
        .env_remove("GITHUB_ACTIONS")
        .stdin(std::process::Stdio::null())
        .output()
        .expect("the command was built with the tests");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the command writes UTF-8");
    CommandOutput {
        code: output.status.code().expect("no signal ended it"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}
