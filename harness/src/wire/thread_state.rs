//! What a thread does, as the kernel says in one letter.

/// What a thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadState {
    /// It runs or is ready to.
    Running,
    /// It waits for an event, and a signal would interrupt the wait.
    Sleeping,
    /// It waits for a disk, or for something else that no signal interrupts.
    Uninterruptible,
    /// A signal or a debugger stopped it.
    Stopped,
    /// It has ended; its exit status may still be waiting for its parent.
    Dead,
}

impl ThreadState {
    /// The state that `/proc` writes with this letter.
    #[must_use]
    pub fn from_letter(letter: u8) -> Self {
        match letter {
            b'S' | b'I' => Self::Sleeping,
            b'D' => Self::Uninterruptible,
            b'T' | b't' => Self::Stopped,
            b'Z' | b'X' | b'x' => Self::Dead,
            _ => Self::Running,
        }
    }

    /// Whether a thread in this state does nothing until something wakes it.
    #[must_use]
    pub fn is_idle(self) -> bool {
        matches!(self, Self::Sleeping | Self::Dead)
    }
}
