//! A scenario played by wirecheck on both sides.

use super::deadlock_detector::DeadlockDetector;
use super::scene::{Ends, Mutual, Scene};
use super::{SelfCheckError, messages};
use crate::judge::PeerClose;
use crate::scenario::{Action, Body, Close, Diagnostic, Side, Step, VariableName};
use crate::tactic::{Delivery, Tactic};

/// Why no implementation could pass a scenario, if none could.
pub(super) fn contradiction(scene: &Scene) -> Result<Option<Diagnostic>, SelfCheckError> {
    if let Some(step) = sends_unknown_value(scene) {
        return Ok(Some(messages::sends_unknown_value(scene, step)));
    }
    for tactic in [Tactic::Whole, Tactic::Bytes, Tactic::Joined] {
        let [client, server] =
            [Side::Client, Side::Server].map(|side| scene.delivery(side, &tactic));
        if client.is_none() && server.is_none() {
            continue;
        }
        let client = client.unwrap_or_else(|| scene.whole(Side::Client));
        let server = server.unwrap_or_else(|| scene.whole(Side::Server));
        let mutual = play(scene, &client, &server)?;
        let fault = messages::contradiction(scene, &tactic, &mutual)
            .or_else(|| unseen_reset(scene, &mutual));
        if fault.is_some() {
            return Ok(fault);
        }
    }
    Ok(None)
}

fn play(scene: &Scene, client: &Delivery, server: &Delivery) -> Result<Mutual, SelfCheckError> {
    let ends: Ends = scene.connect()?;
    let (clients, servers) = DeadlockDetector::pair();
    Ok(std::thread::scope(|scope| {
        let server = scope.spawn(|| scene.play(Side::Server, server, ends.server, servers));
        Mutual {
            client: scene.play(Side::Client, client, ends.client, clients),
            server: server.join().expect("a conversation does not panic"),
        }
    }))
}

/// The step in which the side under test must send the fresh value without having
/// received it. Playing does not show this: both sides know the value.
fn sends_unknown_value(scene: &Scene) -> Option<&Step> {
    let under_test = scene.under_test();
    let mut steps = scene.scenario.all_steps();
    let holder = steps.find(|step| match &step.action {
        Action::Send(message) => {
            let is_unique = |name: &VariableName| name.as_str() == VariableName::UNIQUE;
            let needs_it = match &message.body {
                Body::Text(_) | Body::Raw(_) | Body::Json(_) => true,
                Body::Matches { pattern, .. } | Body::RawMatches { pattern, .. } => {
                    pattern.used_variables().any(is_unique)
                }
                Body::Bytes { pattern, .. } => pattern.used_variables().any(is_unique),
                Body::Http(pattern) => pattern.used_variables().iter().any(is_unique),
                Body::JsonSubset { .. } | Body::Any { .. } | Body::OneOf(_) => false,
            };
            let uses_it = message.used_variables().iter().any(is_unique);
            uses_it && (needs_it || step.side != under_test)
        }
        _ => false,
    });
    holder.filter(|step| step.side == under_test)
}

/// A reset is expected that the other side cannot see: it has closed, or the stream has
/// ended before.
fn unseen_reset(scene: &Scene, mutual: &Mutual) -> Option<Diagnostic> {
    let exchange = scene.scenario.exchange().iter().enumerate();
    let mut resets =
        exchange.filter(|(_, step)| matches!(step.action, Action::Close(Close::Reset)));
    let (index, _) = resets.find(|(_, step)| {
        let seen = mutual.by(step.side.other()).peer_close;
        seen.is_none_or(|end| end.how != PeerClose::Reset)
    })?;
    Some(messages::unseen_reset(scene, index))
}
