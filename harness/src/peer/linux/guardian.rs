//! The guardian ends what wirecheck could not end itself.
//!
//! It is one small shell, started with the first peer. It reads the groups to end
//! from a pipe whose other end only wirecheck holds; the kernel closes that end
//! however wirecheck ends, and then the guardian kills the groups that are still
//! on its list and every process that carries a brand of this run. If there are
//! none, it just ends.
//!
//! A peer that is being born holds a copy of the pipe until its program starts, so
//! the guardian never acts before the brand of the last peer can be seen.

use super::brand;
use crate::peer::process::forking;
use std::io::{PipeWriter, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Its own group keeps a Ctrl-C away; the traps, whatever else ends a shell. The
/// sweep is repeated, because a process that forks may be missed by one.
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
    line: PipeWriter,
    /// Kept so that it stays our child; it ends after us and is never awaited.
    _shell: Child,
}

/// A group that the guardian ends if we cannot.
#[derive(Debug)]
pub(super) struct Ward {
    group: u32,
}

impl Ward {
    pub(super) fn over(group: u32) -> Self {
        tell(&format!("+ {group}\n"));
        Self { group }
    }
}

impl Drop for Ward {
    fn drop(&mut self) {
        tell(&format!("- {}\n", self.group));
    }
}

/// Sees to it that there is a guardian, before there is a peer. Where there is no
/// shell there is none, and peers are ended by `Drop` alone.
pub(super) fn wake() {
    let mut guardian = lock();
    if guardian.is_none() {
        *guardian = start().ok();
    }
}

/// One line, written at once. A guardian that was killed is replaced by the next
/// peer's.
fn tell(line: &str) {
    let mut guardian = lock();
    if let Some(alive) = guardian.as_mut()
        && alive.line.write_all(line.as_bytes()).is_err()
    {
        *guardian = None;
    }
}

fn start() -> std::io::Result<Guardian> {
    let (reader, line) = std::io::pipe()?;
    let brands = format!("{}={}[.]", brand::VARIABLE, brand::run());
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", SCRIPT, "wirecheck-guardian", &brands])
        .env_remove(brand::VARIABLE)
        .current_dir("/")
        .process_group(0)
        .stdin(reader)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let _shell = forking(|| command.spawn())?;
    Ok(Guardian { line, _shell })
}

fn lock() -> MutexGuard<'static, Option<Guardian>> {
    GUARDIAN.lock().unwrap_or_else(PoisonError::into_inner)
}
