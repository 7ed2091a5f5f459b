//! Systems that do not show other processes.

use super::{Holdings, Look, Target, Unseen};
use crate::wire::diag::Inode;

/// A watch that sees nothing.
#[derive(Debug)]
pub struct Watch;

impl Watch {
    /// Finds that nothing can be seen.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn new(_target: Target) -> Result<Self, Unseen> {
        Err(Unseen::NotThisSystem)
    }

    /// Would know what others belong to the peer.
    #[must_use]
    pub fn with_relatives(self, _entry: String) -> Self {
        self
    }

    /// Would look at every thread.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn look(&mut self) -> Result<Look, Unseen> {
        Err(Unseen::NotThisSystem)
    }

    /// Would look again.
    pub fn look_again(&mut self) -> Look {
        Look::default()
    }

    /// Would look for one that runs.
    pub fn is_awake(&mut self) -> bool {
        false
    }

    /// Would count alarms.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn alarms(&mut self) -> Result<usize, Unseen> {
        Err(Unseen::NotThisSystem)
    }

    /// Would look what is waited for.
    pub fn waits_only_for(&mut self, _socket: Inode) -> bool {
        false
    }

    /// Would count descriptors and memory.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn holdings(&mut self) -> Result<Holdings, Unseen> {
        Err(Unseen::NotThisSystem)
    }

    /// Would list the processes.
    ///
    /// # Errors
    ///
    /// Always.
    pub fn processes(&mut self) -> Result<&[u32], Unseen> {
        Err(Unseen::NotThisSystem)
    }
}

/// Would find the process that holds a socket.
#[must_use]
pub fn owner_of(_inode: Inode, _processes: &[u32]) -> Option<u32> {
    None
}
