//! Processes of this machine, as /proc shows them, and what a test needs to run.

use std::net::{Ipv6Addr, TcpListener};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

use rustix::process::{Pid, Signal, kill_process};

/// Whether there is a Python to run peers with; says that a test was skipped, if
/// there is none.
#[must_use]
pub fn has_python() -> bool {
    has("python3")
}

/// Whether there is a program that tells its version; says that a test was skipped,
/// if there is none.
#[must_use]
pub fn has(program: &str) -> bool {
    let asked = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    let there = asked.is_ok_and(|status| status.success());
    if !there {
        eprintln!("skipped: there is no {program}");
    }
    there
}

/// Whether this machine speaks IPv6 with itself; says that a test was skipped, if
/// it does not.
#[must_use]
pub fn has_ipv6() -> bool {
    let there = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    if !there {
        eprintln!("skipped: there is no ::1");
    }
    there
}

/// How long a process may take to be gone that something else has to end first.
const GONE: Duration = Duration::from_secs(20);

/// The processes that have this word in their command line and stay: their ids and
/// the line. A wirecheck that was ended at once leaves it to its guardian to end the
/// peer, which takes a moment.
#[must_use]
pub fn that_stay(word: &str) -> Vec<String> {
    let deadline = Instant::now() + GONE;
    loop {
        let left: Vec<_> = marked(word)
            .map(|(id, line)| format!("{id} {line}"))
            .collect();
        if left.is_empty() || Instant::now() >= deadline {
            return left;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Ends the processes that have this word in their command line.
pub fn end(word: &str) {
    for (id, _) in marked(word) {
        _ = kill_process(id, Signal::KILL);
    }
}

fn marked(word: &str) -> impl Iterator<Item = (Pid, String)> {
    let processes = fs::read_dir("/proc").into_iter().flatten();
    processes.filter_map(move |process| {
        let id = process.ok()?.file_name().to_str()?.parse().ok()?;
        let line = command_line(id).ok()?;
        line.contains(word).then_some((Pid::from_raw(id)?, line))
    })
}

/// Nothing for a process that is dead and not yet buried.
fn command_line(id: i32) -> io::Result<String> {
    let words = fs::read(format!("/proc/{id}/cmdline"))?;
    Ok(String::from_utf8_lossy(&words).replace('\0', " "))
}
