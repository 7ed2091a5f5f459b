//! One scenario, with all that it takes to play either side of it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::SelfCheckError;
use super::deadlock_detector::DeadlockDetector;
use crate::engine::case::{Assignment, Conversation};
use crate::engine::wait::Waiter;
use crate::judge::{Finding, ObservedClose, PlayedSide, expected_steps, judge_connection};
use crate::scenario::{Scenario, Side, Suite};
use crate::tactic::{CaseChoice, Delivery, Plan, Profile, Script, Tactic};
use crate::wire::link::{Link, LinkOptions, Listener};

/// How long anything may take. Nothing does: a deadlock is detected.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// The fresh value of every connection. It differs from the one in examples.
const UNIQUE: &str = "59021746";
/// Longer streams are not delivered byte by byte: that takes seconds and shows nothing
/// more about the suite.
const LONGEST_IN_BYTES: usize = 4 << 10;

/// A scenario about to be played.
pub(super) struct Scene {
    /// The scenario without a clock: no step has less time than another.
    pub(super) scenario: Scenario,
    client: SideScript,
    server: SideScript,
    /// The other connections of the exchange. Each is played by itself, with example values of
    /// what the others capture.
    pub(super) others: Vec<Self>,
}

/// What one side says, and the ways in which it may be delivered.
struct SideScript {
    script: Script,
    plan: Plan,
}

/// Both ends of a connection.
pub(super) struct Ends {
    pub(super) client: Link,
    pub(super) server: Link,
}

/// What one side saw of the other.
pub(super) struct Seen {
    pub(super) finding: Option<Finding>,
    pub(super) peer_close: Option<ObservedClose>,
}

impl Scene {
    pub(super) fn of(suite: &Suite, scenario: &Scenario) -> Self {
        let quick = CaseChoice {
            profile: Profile::Quick,
            ..CaseChoice::default()
        };
        let role = |side| SideScript {
            script: Script::of(scenario, side),
            plan: Plan::of(suite, scenario, side, &quick),
        };
        Self {
            client: role(Side::Client),
            server: role(Side::Server),
            others: scenario.others().map(|it| Self::of(suite, it)).collect(),
            // Neither side asks for a reply, and a peer that echoes would never stop asking.
            scenario: scenario.without_time_limits(PATIENCE).without_replies(),
        }
    }

    /// Whether no other connection of the exchange is opened before.
    pub(super) fn is_of_first_connection(&self) -> bool {
        let part = self.scenario.connection();
        part.is_none_or(|part| part.before().is_empty())
    }

    /// The side that is judged, if only one is; a suite that does not say who it is
    /// about must be right for servers at least.
    pub(super) fn under_test(&self) -> Side {
        self.scenario.peer().unwrap_or(Side::Server)
    }

    fn role(&self, side: Side) -> &SideScript {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }

    /// What a side says, with example values.
    pub(super) fn script(&self, side: Side) -> &Script {
        &self.role(side).script
    }

    /// How a side hands its bytes over under a tactic, if there is a way.
    pub(super) fn delivery(&self, side: Side, tactic: &Tactic) -> Option<Delivery> {
        let SideScript { script, plan } = self.role(side);
        if *tactic == Tactic::Bytes && script.len() > LONGEST_IN_BYTES {
            return None;
        }
        plan.case(tactic).map(|case| case.delivery)
    }

    /// Message by message.
    pub(super) fn whole(&self, side: Side) -> Delivery {
        self.delivery(side, &Tactic::Whole)
            .expect("every script can be delivered whole")
    }

    /// Makes a connection between the two sides.
    pub(super) fn connect(&self) -> Result<Ends, SelfCheckError> {
        let limits = self.scenario.limits();
        let keeping = |keep| LinkOptions {
            keep,
            ..LinkOptions::default()
        };
        let deadline = Instant::now() + PATIENCE;
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        // The side under test receives all that the suite may send, however small the
        // limit for answers is.
        let kept_by = |side: Side| {
            if side == self.under_test() {
                keeping(limits.stream_bytes.max(limits.reply_bytes))
            } else {
                keeping(limits.reply_bytes)
            }
        };
        let listener = Listener::bind(anywhere, kept_by(Side::Server))?;
        let client = Link::connect(listener.addr(), &kept_by(Side::Client), deadline)?;
        let server = listener.accept(deadline)?;
        Ok(Ends { client, server })
    }

    /// Plays a side to its end, and judges the other.
    pub(super) fn play(
        &self,
        side: Side,
        delivery: &Delivery,
        link: Link,
        detector: DeadlockDetector,
    ) -> Seen {
        let played = PlayedSide {
            scenario: &self.scenario,
            side,
            script: self.script(side),
        };
        let assignment = Assignment {
            played,
            delivery,
            expected: expected_steps(&played, delivery),
        };
        let stop = AtomicBool::new(false);
        let mut waiter = Waiter::facing(Box::new(detector), &stop);
        let limit = played.scenario.limits().stream_bytes;
        let bindings = played.scenario.example_values(UNIQUE).limited_to(limit);
        let expectations = assignment.expectations(bindings);
        let conversation = Conversation::new(&assignment, link, expectations, &mut waiter);
        let transcript = conversation.play();
        Seen {
            finding: judge_connection(
                &transcript.expectations,
                assignment.expected,
                &transcript.observations,
            ),
            peer_close: transcript.observations.peer_close,
        }
    }
}

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

impl Ends {
    /// The end of a side, then the other's.
    pub(super) fn seen_from(self, side: Side) -> (Link, Link) {
        match side {
            Side::Client => (self.client, self.server),
            Side::Server => (self.server, self.client),
        }
    }
}
