//! Processes of this machine, as /proc shows them.

use std::time::{Duration, Instant};
use std::{fs, io, thread};

use rustix::process::{Pid, Signal, kill_process};

/// How long a process that something else has to end may take to be gone.
const END_LIMIT: Duration = Duration::from_secs(20);

/// The processes with this word in their command line that do not end: their ids and command
/// lines. The limit is generous because a wirecheck that is killed leaves it to its guardian
/// process to end the peer.
#[must_use]
pub fn remaining(word: &str) -> Vec<String> {
    let deadline = Instant::now() + END_LIMIT;
    loop {
        let remaining: Vec<_> = with_word(word)
            .map(|(id, line)| format!("{id} {line}"))
            .collect();
        if remaining.is_empty() || Instant::now() >= deadline {
            return remaining;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Kills the processes with this word in their command line.
pub fn kill(word: &str) {
    for (id, _) in with_word(word) {
        _ = kill_process(id, Signal::KILL);
    }
}

fn with_word(word: &str) -> impl Iterator<Item = (Pid, String)> {
    let processes = fs::read_dir("/proc").into_iter().flatten();
    processes.filter_map(move |process| {
        let id = process.ok()?.file_name().to_str()?.parse().ok()?;
        let line = command_line(id).ok()?;
        line.contains(word).then_some((Pid::from_raw(id)?, line))
    })
}

/// Empty for a zombie.
fn command_line(id: i32) -> io::Result<String> {
    let words = fs::read(format!("/proc/{id}/cmdline"))?;
    Ok(String::from_utf8_lossy(&words).replace('\0', " "))
}
