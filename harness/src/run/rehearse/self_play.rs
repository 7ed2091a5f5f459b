//! A scenario played by wirecheck on both sides.

use super::scene::{Ends, Scene, Seen};
use super::{Unplayable, words};
use crate::judge::PeerClose;
use crate::run::standstill::Seat;
use crate::scenario::{Action, Body, Close, Diagnostic, Side, Step, VariableName};
use crate::tactic::{Delivery, Tactic};

/// What each side saw of the other.
pub(super) struct Mutual {
    pub(super) client: Seen,
    pub(super) server: Seen,
}

impl Mutual {
    pub(super) fn by(&self, side: Side) -> &Seen {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }
}

/// Why no implementation could pass a scenario, if none could.
pub(super) fn contradiction(scene: &Scene<'_>) -> Result<Option<Diagnostic>, Unplayable> {
    if let Some(step) = says_the_unknown(scene.scenario.exchange(), scene.under_test()) {
        return Ok(Some(words::says_the_unknown(scene, step)));
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
        let fault =
            words::contradiction(scene, &tactic, &mutual).or_else(|| unseen_reset(scene, &mutual));
        if fault.is_some() {
            return Ok(fault);
        }
    }
    Ok(None)
}

fn play(scene: &Scene<'_>, client: &Delivery, server: &Delivery) -> Result<Mutual, Unplayable> {
    let ends: Ends = scene.connect()?;
    let (clients_seat, servers_seat) = Seat::pair();
    Ok(std::thread::scope(|scope| {
        let server = scope.spawn(|| scene.play(Side::Server, server, ends.server, servers_seat));
        Mutual {
            client: scene.play(Side::Client, client, ends.client, clients_seat),
            server: server.join().expect("a player does not panic"),
        }
    }))
}

/// The step in which the side under test is to say the fresh value without having
/// heard it. Playing does not show this: both sides know the value.
fn says_the_unknown(steps: &[Step], under_test: Side) -> Option<&Step> {
    let holder = steps.iter().find(|step| match &step.action {
        Action::Send(message) => {
            let is_exact = matches!(message.body, Body::Text(_) | Body::Raw(_) | Body::Json(_));
            let says_it = message
                .used_variables()
                .iter()
                .any(|name| name.as_str() == VariableName::UNIQUE);
            says_it && (is_exact || step.side != under_test)
        }
        _ => false,
    });
    holder.filter(|step| step.side == under_test)
}

/// A reset is asked for that the other side does not see: it has left, or the
/// stream has ended before.
fn unseen_reset(scene: &Scene<'_>, mutual: &Mutual) -> Option<Diagnostic> {
    let exchange = scene.scenario.exchange().iter().enumerate();
    let mut resets =
        exchange.filter(|(_, step)| matches!(step.action, Action::Close(Close::Reset)));
    let (index, _) = resets.find(|(_, step)| {
        let seen = mutual.by(step.side.other()).peer_end;
        seen.is_none_or(|end| end.how != PeerClose::Reset)
    })?;
    Some(words::unseen_reset(scene, index))
}
