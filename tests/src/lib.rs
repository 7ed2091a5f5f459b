//! What wirecheck's end-to-end tests share: where things lie, the command, and
//! runs of it on peers.

mod outline;
pub mod processes;
mod trial;

pub use outline::{diagnoses, findings, outline, timeless, verdicts};
pub use trial::{Judged, Running, Trial};

use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};

/// The project's root.
///
/// # Panics
/// If this package was moved out of it.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package lies in the project")
}

/// The files below `folder` with this extension, in order.
///
/// # Panics
/// If the folder cannot be read.
#[must_use]
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).expect("the folder is part of the project");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("it can be read").path())
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

/// Makes a named pipe: who opens it waits for somebody at its other end.
///
/// # Panics
/// If the folder does not allow it.
pub fn make_fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)
        .expect("the folder is the test's own");
}

/// What the command did.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code.
    pub code: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// Runs a built command from the project's root.
///
/// # Panics
/// If it cannot be started or is ended by a signal.
#[must_use]
pub fn run(command: &str, arguments: &[&str]) -> Ran {
    run_in(root(), command, arguments)
}

/// Runs a built command from a folder.
///
/// # Panics
/// If it cannot be started or is ended by a signal.
#[must_use]
pub fn run_in(folder: &Path, command: &str, arguments: &[&str]) -> Ran {
    let output = std::process::Command::new(command)
        .args(arguments)
        .current_dir(folder)
        .env_remove("GITHUB_ACTIONS")
        .stdin(std::process::Stdio::null())
        .output()
        .expect("the command was built with the tests");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the command writes UTF-8");
    Ran {
        code: output.status.code().expect("no signal ended it"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}
