//! The engine: schedules cases, confirms failures, emits events, keeps the record.
//!
//! In come suites, what was selected of them, and a peer; out go [`Event`]s as
//! things happen, and a [`Record`] in the end. It renders nothing.
//!
//! For each scenario the baseline is played first, alone and patiently; if it
//! fails, the scenario fails there. Then all other cases are played, several at a
//! time if the peer serves several connections. What fails is confirmed on a fresh
//! peer before it is reported.

mod account;
mod agenda;
mod caller;
mod case;
mod confirm;
mod court;
mod event;
mod evidence;
mod gate;
mod guilt;
mod halt;
mod leaving;
mod log;
mod lookout;
mod player;
mod rehearse;
mod result;
mod round;
mod selection;
mod session;
mod stage;
mod standstill;
mod target;
mod tell;
mod verdict;
mod voice;
mod write_up;

pub use agenda::is_played;
pub use caller::{Calling, Calls};
pub use event::Event;
pub use rehearse::{Rehearsed, Unplayable, rehearse};
pub use selection::{Selected, Selection};
pub use session::{Failure, Jobs, Ran, Settings, run};
pub use target::PeerSource;
pub use wirecheck_report::Record;
