//! The engine: plays the cases of a selection against a peer, confirms failures, reports
//! events, and builds the record. It renders nothing.
//!
//! ```text
//! run()                                      run.rs           one run, one Engine
//!  └─ ScenarioRun::play()                    scenario_run/    one scenario, phase by phase
//!      ├─ play_baseline()                    baseline.rs      the uncut delivery, alone
//!      ├─ play_queue() ─ play_batch()        batch.rs         all others, several at a time
//!      │   └─ find_culprit()                 culprit.rs       which case broke the peer
//!      ├─ confirm()                          confirm.rs       failures again, alone
//!      └─ into_report()                      report.rs        a part of the record
//! CasePlayer::play() ─ case::play()          case/            one case
//!      ├─ Target::connect()                  peer/            a connection to the peer
//!      ├─ Conversation::play()               conversation.rs  deliver, receive, close
//!      │   └─ Waiter::wait()                 wait/            the one place that waits
//!      └─ judge_connection(), judge_process()  crate::judge   the findings of a case
//! ```
//!
//! - **Who owns the state.** [`run`](run()) makes one `Engine`: the peer, what is known of
//!   its timings, the record so far. A `ScenarioRun` borrows it. The baseline returns what it
//!   learnt, and the other phases read it; a case reads its `ScenarioContext` and changes
//!   nothing.
//! - **Where it waits.** `Waiter::wait` ends as soon as what is waited for has happened, or
//!   the peer is idle, spins, or the limit is over. `wait/policy.rs` says how long each
//!   takes.
//! - **Where a failure is confirmed.** `ScenarioRun::confirm`. A peer that broke is a matter
//!   for `find_culprit`, and a baseline is played again by `play_baseline` itself.
//! - **Where a verdict is made.** `crate::judge` turns a transcript into findings. `confirm`
//!   decides whether a finding is reported as a failure or as flaky. `verdict.rs` combines.
//!
//! [`fuzz`](fuzz()) does the same for variations of the suites (`fuzz/`).
//! `self_check` plays scenarios against wirecheck itself before a peer is blamed.

mod case;
mod event;
mod fuzz;
mod known;
mod leaks;
mod peer;
mod role;
mod run;
mod scenario_run;
mod selection;
mod self_check;
mod settings;
mod shard;
mod state;
mod time_left;
mod verdict;
mod wait;

pub use event::Event;
pub use fuzz::{FuzzOptions, fuzz};
pub use known::KnownCases;
pub use peer::{ClientOptions, PeerSource, Reconnects};
pub use run::{RunOutcome, run};
pub use selection::{PlannedScenario, Selection};
pub use self_check::{SelfCheck, SelfCheckError, scenarios_that_prove_nothing, self_check};
pub use settings::{Answers, GateRules, Jobs, PeerFailure, Settings};
pub use shard::{Shard, ShardError};
pub use wirecheck_report::Record;
