//! The guardian kills what wirecheck could not stop itself.
//!
//! It is one small shell that is started with the first peer. It reads the groups to kill
//! from a pipe whose other end only wirecheck holds. The kernel closes that end when
//! wirecheck ends, in any way. Then the guardian kills the groups that are still on its list
//! and every process that has a tag of this run, and exits.
//!
//! A peer that is being started holds a copy of the pipe until its program runs, so the
//! guardian never acts before the tag of the last peer is visible.

use super::{orphans, tag};
use crate::peer::process::forking;
use std::io::{PipeWriter, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Its own group protects it from Ctrl-C, the traps from the other signals. The sweep is
/// repeated, because one sweep can miss a process that forks.
const SCRIPT: &str = r#"
trap '' HUP INT QUIT TERM
groups=' '
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) case $groups in *" $group "*)
         groups="${groups%% $group *} ${groups#* $group }" ;;
       esac ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
for sweep in 1 2 3 4 5 6 7 8 9; do
  found=
  for file in $(grep -lzs "^$1" /proc/[0-9]*/environ); do
    process=${file#/proc/}
    kill -s KILL "${process%/environ}" && found=yes
  done
  [ "$sweep$found" = 1 ] && continue
  [ "$found" ] || break
  sleep 0.1
done
"#;

static GUARDIAN: Mutex<Option<Guardian>> = Mutex::new(None);

#[derive(Debug)]
struct Guardian {
    commands: PipeWriter,
    /// Kept so that it stays our child. It ends after us and is never waited for.
    _shell: Child,
}

/// A group that the guardian kills if wirecheck ends before this is dropped.
#[derive(Debug)]
pub(super) struct GuardedGroup {
    id: u32,
}

impl GuardedGroup {
    pub(super) fn new(id: u32) -> Self {
        send(&format!("+ {id}\n"));
        Self { id }
    }
}

impl Drop for GuardedGroup {
    fn drop(&mut self) {
        send(&format!("- {}\n", self.id));
    }
}

/// Starts the guardian if there is none. Must be called before a peer is started. Without a
/// shell there is no guardian, and only `Drop` stops peers.
pub(super) fn ensure_started() {
    let mut guardian = lock();
    if guardian.is_none() {
        *guardian = start().ok();
    }
}

/// Writes one line at once. If the guardian was killed, the next peer starts another one.
fn send(line: &str) {
    let mut guardian = lock();
    if let Some(alive) = guardian.as_mut()
        && alive.commands.write_all(line.as_bytes()).is_err()
    {
        *guardian = None;
    }
}

fn start() -> std::io::Result<Guardian> {
    let (reader, commands) = std::io::pipe()?;
    let tags = format!("{}={}[.]", tag::VARIABLE, tag::run_id());
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", SCRIPT, "wirecheck-guardian", &tags])
        .env_remove(tag::VARIABLE)
        .current_dir("/")
        .process_group(0)
        .stdin(reader)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let _shell = forking(|| {
        let shell = command.spawn()?;
        orphans::add_own(shell.id());
        std::io::Result::Ok(shell)
    })?;
    Ok(Guardian { commands, _shell })
}

fn lock() -> MutexGuard<'static, Option<Guardian>> {
    GUARDIAN.lock().unwrap_or_else(PoisonError::into_inner)
}
