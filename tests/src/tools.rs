//! Tools and features of the machine that tests need.
//!
//! A test that needs something that is missing says so on stderr, past the capture of the test
//! harness, and passes. With `WIRECHECK_REQUIRE_PEERS=1`, as `.ci/run` sets it, a missing tool
//! fails the test.

use std::io::Write as _;
use std::net::{Ipv6Addr, TcpListener};
use std::process::Command;
use std::sync::LazyLock;
use std::{env, io, thread};

/// The environment variable that makes every tool mandatory.
const REQUIRE: &str = "WIRECHECK_REQUIRE_PEERS";

/// The path of the Python interpreter. `python3` itself may be a script that takes three times
/// as long to start.
static PYTHON: LazyLock<Option<String>> = LazyLock::new(|| {
    let print_path = "import sys; print(sys.executable)";
    let python = Command::new("python3").args(["-c", print_path]).output();
    let output = python.ok().filter(|output| output.status.success())?;
    let path = String::from_utf8(output.stdout).ok()?;
    Some(path.trim().to_owned())
});

/// Whether there is a Python to run peers with.
///
/// # Panics
/// If there is none and tools are mandatory.
#[must_use]
pub fn has_python() -> bool {
    PYTHON.is_some() || reject("python3")
}

/// A Python that can import this package: the first on PATH, or that of the system, whose
/// packages another one does not see.
///
/// # Panics
/// If there is none and tools are mandatory.
#[must_use]
pub fn python_with(package: &str) -> Option<&'static str> {
    let import = format!("import {package}");
    let imports = |python: &&str| {
        let output = Command::new(python).args(["-c", &import]).output();
        output.is_ok_and(|it| it.status.success())
    };
    let found = ["python3", "/usr/bin/python3"].into_iter().find(imports);
    if found.is_none() {
        reject(&format!("the Python package {package}"));
    }
    found
}

/// The command that runs a Python program, without its file. It skips `site`, which takes most
/// of the start and which no peer needs.
///
/// # Panics
/// If there is no Python: ask [`has_python`] first.
#[must_use]
pub fn python() -> [&'static str; 3] {
    let path = PYTHON.as_deref().expect("the test has asked for Python");
    [path, "-I", "-S"]
}

/// Whether this program is in one of the folders of PATH.
///
/// # Panics
/// If it is in none and tools are mandatory.
#[must_use]
pub fn has(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file()) || reject(program)
}

/// Fails the test or reports that it is skipped.
fn reject(program: &str) -> bool {
    let required = env::var_os(REQUIRE).is_some_and(|value| value == "1");
    assert!(
        !required,
        "{program} is not installed and {REQUIRE}=1 requires it"
    );
    report_skip(&format!("{program} is not installed"));
    false
}

/// Whether this machine has the IPv6 loopback address. A missing one is no failure: it cannot
/// be installed.
#[must_use]
pub fn has_ipv6() -> bool {
    let available = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    if !available {
        report_skip("this machine has no ::1");
    }
    available
}

fn report_skip(reason: &str) {
    let thread = thread::current();
    let test = thread.name().unwrap_or("a test");
    // Not eprintln!: the test harness hides that where a test passes.
    _ = writeln!(io::stderr(), "skipped {test}: {reason}");
}
