//! The tag: an environment variable by which a peer's descendants are found even after
//! they left its process group.
//!
//! A program may clear its environment or overwrite it with its title. So the tag finds what
//! left the group, and the group finds what lost the tag.

use crate::wire::proc::ProcessDir;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The environment variable.
pub(super) const VARIABLE: &str = "WIRECHECK_PEER";

/// A text that all processes of one peer have in their environment, and no others.
#[derive(Clone, Debug)]
pub(in crate::peer) struct PeerTag {
    text: String,
}

impl PeerTag {
    /// A tag that was never used.
    pub(in crate::peer) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self {
            text: format!("{}.{count}", run_id()),
        }
    }

    pub(in crate::peer) fn add_to(&self, command: &mut Command) {
        command.env(VARIABLE, &self.text);
    }

    /// The entry in the environment: `NAME=value`.
    pub(in crate::peer) fn entry(&self) -> String {
        format!("{VARIABLE}={}", self.text)
    }

    /// Whether the process was started with this tag. A process of another user does not
    /// show it.
    pub(super) fn is_on(&self, process: u32) -> bool {
        ProcessDir::new(process).has_environment_entry(&self.entry()) == Some(true)
    }
}

/// What the tags of this run of wirecheck begin with, up to the dot.
pub(super) fn run_id() -> &'static str {
    static RUN_ID: OnceLock<String> = OnceLock::new();
    RUN_ID.get_or_init(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let nanos = since.unwrap_or_default().as_nanos();
        format!("{}-{nanos}", std::process::id())
    })
}
