//! Bytes and a reset on a connection that the peer has not accepted yet.
//!
//! The server is suspended meanwhile, so that it finds all of it at once, in every run. No other
//! case may use it then.

use std::time::Instant;

use super::{CasePlay, CaseResult, Conversation, Outcome, Unjudged, options, spins_after};
use crate::engine::peer::NoConnection;
use crate::engine::wait::Waiter;

impl CasePlay<'_, '_> {
    pub(super) fn before_accept(&self, waiter: &mut Waiter<'_>) -> CaseResult {
        let Self {
            context,
            case,
            target,
            ..
        } = *self;
        let begun = Instant::now();
        let printed_before = target.output_position();
        let suspended = match target.suspend() {
            Ok(suspended) => suspended,
            Err(why) => return CaseResult::not_judged(&case.case, Unjudged::BeforeAccept(why)),
        };
        let connection = match self.connect(&options(context), waiter) {
            Ok(connection) => connection,
            Err(missing) => {
                let (NoConnection::Peer(why)
                | NoConnection::Silent(why)
                | NoConnection::Machine(why)) = missing.why;
                // It cannot answer now: its kernel did not.
                return CaseResult::new(&case.case, Outcome::NotJudged(why));
            }
        };
        let assignment = context.assignment(&case.case.delivery);
        let expectations = assignment.expectations(context.bindings(&context.next_unique(case)));
        let transcript = Conversation::new(&assignment, connection.link, expectations, waiter)
            .reset_before_accept();
        drop(suspended);
        let found = spins_after(&assignment, waiter);
        let describe = |finding| context.describe(&finding, &transcript.expectations);
        let outcome = match transcript.unsendable {
            Some(unsendable) => Outcome::NotJudged(unsendable.to_string()),
            None => Outcome::of(found.into_iter().map(describe).collect()),
        };
        CaseResult {
            took: begun.elapsed(),
            log: transcript.log,
            last_output: target.last_output(printed_before),
            printed_before,
            ..CaseResult::new(&case.case, outcome)
        }
    }
}
