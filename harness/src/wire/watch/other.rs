//! Systems that do not show other processes: the same names, and every answer is "not seen".

use super::{Look, PeakMemory, WatchError, WatchTarget};
use crate::wire::diag::Inode;
use std::convert::Infallible;

/// Looks at one process, or at one group of them. Never exists on this system.
#[derive(Debug)]
pub struct Watch {
    never: Infallible,
}

impl Watch {
    /// Reports that this system does not show other processes.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn new(_target: WatchTarget) -> Result<Self, WatchError> {
        Err(WatchError::Unsupported)
    }

    /// See the Linux version.
    #[must_use]
    pub fn with_related(self, _entry: String) -> Self {
        self
    }

    /// See the Linux version.
    ///
    /// # Errors
    ///
    /// Never: there is no watch.
    pub fn processes(&mut self) -> Result<&[u32], WatchError> {
        match self.never {}
    }

    /// See the Linux version.
    ///
    /// # Errors
    ///
    /// Never: there is no watch.
    pub fn look(&mut self) -> Result<Look, WatchError> {
        match self.never {}
    }

    /// See the Linux version.
    ///
    /// # Errors
    ///
    /// Never: there is no watch.
    pub fn peak_memory(&mut self) -> Result<PeakMemory, WatchError> {
        match self.never {}
    }

    /// See the Linux version.
    pub fn look_again(&mut self) -> Look {
        match self.never {}
    }

    /// See the Linux version.
    pub fn is_awake(&mut self) -> bool {
        match self.never {}
    }

    /// See the Linux version.
    ///
    /// # Errors
    ///
    /// Never: there is no watch.
    pub fn timers(&mut self) -> Result<usize, WatchError> {
        match self.never {}
    }

    /// See the Linux version.
    pub fn longest_timeout(&mut self, _most: std::time::Duration) -> Option<std::time::Duration> {
        match self.never {}
    }

    /// See the Linux version.
    pub fn waits_only_for(&mut self, _socket: Inode) -> bool {
        match self.never {}
    }
}

/// The one of `processes` that holds a socket: this system does not show it.
#[must_use]
pub fn owner_of(_inode: Inode, _processes: &[u32]) -> Option<u32> {
    None
}
