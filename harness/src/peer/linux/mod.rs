//! Linux: process groups, pidfds, `/proc`, and no polling where the kernel tells.
//!
//! This folder knows how the system does it; the files above it know what a peer
//! is. `other.rs` has the same names for systems without all this.

mod brand;
mod guardian;
mod leash;
mod listeners;
mod pump;
mod readiness;
mod strays;

pub(super) use brand::Brand;
pub(super) use leash::Leash;
pub(super) use listeners::any_listener;
pub(super) use pump::Pump;
pub(super) use readiness::{NotReady, Ready, await_listener};
pub(super) use strays::end_branded;

/// The group that a process belongs to.
pub(super) fn group_of(process: u32) -> Option<u32> {
    let id = rustix::process::Pid::from_raw(process.cast_signed())?;
    let group = rustix::process::getpgid(Some(id)).ok()?;
    Some(group.as_raw_pid().cast_unsigned())
}

/// The name that the kernel knows a process by.
pub(super) fn name_of(process: u32) -> String {
    let name = std::fs::read(format!("/proc/{process}/comm")).unwrap_or_default();
    let name = String::from_utf8_lossy(&name);
    name.trim_end().escape_default().to_string()
}

/// Every process that is there.
fn all_processes() -> Vec<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect()
}
