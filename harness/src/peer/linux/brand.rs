//! The brand: a word in a peer's environment by which its descendants are known,
//! wherever they went.
//!
//! A program may wipe its environment, and some write their title over it; so the
//! brand finds what left the group, and the group finds what lost the brand.

use crate::wire::watch::was_born_with;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The variable that carries it.
pub(super) const VARIABLE: &str = "WIRECHECK_PEER";

/// What all processes of one peer have in common, and no others.
#[derive(Clone, Debug)]
pub(in crate::peer) struct Brand {
    text: String,
}

impl Brand {
    /// A brand that was never used.
    pub(in crate::peer) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self {
            text: format!("{}.{count}", run()),
        }
    }

    pub(in crate::peer) fn put_on(&self, command: &mut Command) {
        command.env(VARIABLE, &self.text);
    }

    /// How it stands in an environment.
    pub(in crate::peer) fn entry(&self) -> String {
        format!("{VARIABLE}={}", self.text)
    }

    /// Whether the process was born with this brand. One of another user does not
    /// show it.
    pub(super) fn is_on(&self, process: u32) -> bool {
        was_born_with(&self.entry(), process)
    }
}

/// What the brands of this wirecheck begin with, up to the last dot.
pub(super) fn run() -> &'static str {
    static RUN: OnceLock<String> = OnceLock::new();
    RUN.get_or_init(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let moment = since.unwrap_or_default().as_nanos();
        format!("{}-{moment}", std::process::id())
    })
}
