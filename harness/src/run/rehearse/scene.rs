//! One scenario, with all that it takes to play either side of it.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use super::Unplayable;
use crate::framing::Framing;
use crate::judge::{
    Expectations, Finding, ObservedClose, PlayedSide, expected_steps, judge_connection,
};
use crate::run::gate::Gate;
use crate::run::lookout::Lookout;
use crate::run::player::{Part, Player};
use crate::run::standstill::Seat;
use crate::run::voice::Voice;
use crate::scenario::{Bindings, Scenario, Side, Suite};
use crate::tactic::{Delivery, Plan, Profile, Script, Seed, Tactic, TacticFilter};
use crate::wire::link::{Link, LinkOptions, Listener};

/// How long anything may take. Nothing does: a side that waits in vain knows it.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// The fresh value of every connection. It differs from the one in examples.
const UNIQUE: &str = "59021746";
/// Longer streams are not handed over byte by byte: that takes seconds, and says
/// nothing more of the suite.
const LONGEST_IN_BYTES: usize = 4 << 10;

/// A scenario about to be played.
pub(super) struct Scene<'s> {
    /// The scenario without a clock: no step has less time than another.
    pub(super) scenario: Scenario,
    framing: &'s Framing,
    client: Role,
    server: Role,
}

/// What one side says, and the ways in which it may be delivered.
struct Role {
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
    pub(super) peer_end: Option<ObservedClose>,
}

impl<'s> Scene<'s> {
    pub(super) fn of(suite: &'s Suite, scenario: &Scenario) -> Self {
        let role = |side| Role {
            script: Script::of(scenario, suite.framing(), side),
            plan: Plan::of(
                suite,
                scenario,
                side,
                Profile::Quick,
                Seed::default(),
                TacticFilter::default(),
            ),
        };
        Self {
            framing: suite.framing(),
            client: role(Side::Client),
            server: role(Side::Server),
            scenario: scenario.without_time_limits(PATIENCE),
        }
    }

    /// The side that is judged, if only one is; a suite that does not say who it is
    /// about must be right for servers at least.
    pub(super) fn under_test(&self) -> Side {
        self.scenario.peer().unwrap_or(Side::Server)
    }

    fn role(&self, side: Side) -> &Role {
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
        let Role { script, plan } = self.role(side);
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
    pub(super) fn connect(&self) -> Result<Ends, Unplayable> {
        let limits = self.scenario.limits();
        let keeping = |keep| LinkOptions {
            keep,
            ..LinkOptions::default()
        };
        let deadline = Instant::now() + PATIENCE;
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        // Who is under test hears as much as the suite may say, whatever answers may have.
        let kept_by = |side: Side| match side == self.under_test() {
            true => keeping(limits.stream_bytes.max(limits.reply_bytes)),
            false => keeping(limits.reply_bytes),
        };
        let listener = Listener::bind(anywhere, kept_by(Side::Server))?;
        let client = Link::connect(listener.addr(), &kept_by(Side::Client), deadline)?;
        let server = listener.accept(deadline)?;
        Ok(Ends { client, server })
    }

    /// Plays a side to its end, and judges the other.
    pub(super) fn play(&self, side: Side, delivery: &Delivery, link: Link, seat: Seat) -> Seen {
        let Self {
            scenario, framing, ..
        } = self;
        let script = self.script(side);
        let played_side = PlayedSide {
            scenario,
            framing,
            side,
            script,
        };
        let part = Part {
            exchange: scenario.exchange(),
            side,
            script,
            delivery,
            due: expected_steps(&played_side, delivery),
            limits: scenario.limits(),
        };
        let gate = Gate::default();
        let mut lookout = Lookout::across(seat, &gate);
        let fresh = Bindings::fresh(UNIQUE);
        let hearing = Expectations::new(part.exchange, framing, side.other(), fresh);
        let voice = Voice::new(scenario, framing, side, script);
        let played = Player::new(&part, link, hearing, voice, &mut lookout, None).play();
        Seen {
            finding: judge_connection(&played.hearing, part.due, &played.observed),
            peer_end: played.observed.peer_close,
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
