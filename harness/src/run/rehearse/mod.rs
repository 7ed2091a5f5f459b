//! Plays scenarios before a peer is blamed: with itself, and with peers that
//! prove nothing.
//!
//! In come suites; out come diagnostics at the places of their files. No peer is
//! started: both ends of every connection are in this process, on loopback.
//!
//! **Self-play.** Wirecheck plays the client and the server of each scenario
//! against each other, with the deliveries `whole`, `bytes` and `joined`. Where one
//! of them finds a fault with the other, the scenario contradicts itself: no
//! implementation could pass it. Both sides begin with the same fresh `${unique}`;
//! whoever first hears it from the other is held to what it would otherwise learn,
//! as a peer under test learns it from the messages. Time does not count here
//! (`within`, `limits.reply`): a side waits as long as the other may still move.
//! `prints` and `exits` are passed over, as no process is watched.
//!
//! **Null peers.** Five of them understand nothing: see [`Null`]. What such a peer
//! passes, `whole` delivered, says nothing of one that does not fail there. They
//! have no process, so a scenario that wants the peer to print or exit is not
//! passed by any. A null *server* that passes is an error, whatever the scenario is
//! tagged. A null *client* that passes is a note, and only where the client says,
//! prints or exits something: many a suite is written for servers alone.
//!
//! Nobody waits for time to pass: each side knows how far the other has come (see
//! [`standstill`](super::standstill)), so that the same suite gets the same
//! diagnostics on every machine. Deadlines are there in case of a fault of ours.

mod null;
mod scene;
mod self_play;
mod words;

use self::null::Null;
use self::scene::Scene;
use crate::scenario::{Diagnostic, Severity, Side, Suite, SuiteError};

/// What came of playing suites.
#[derive(Debug, Default)]
pub struct Rehearsed {
    /// The suites that contradict themselves or prove nothing, with all that is to
    /// be said of them.
    pub errors: Vec<SuiteError>,
    /// What is to be known of the others.
    pub notes: Vec<SuiteError>,
}

/// Why suites could not be played: the machine is to blame.
#[derive(Debug, thiserror::Error)]
#[error("cannot make a connection on loopback: {0}")]
pub struct Unplayable(String);

/// Plays every scenario of the suites.
///
/// # Errors
///
/// When the machine makes no connection on loopback.
pub fn rehearse(suites: &[Suite]) -> Result<Rehearsed, Unplayable> {
    let mut rehearsed = Rehearsed::default();
    for suite in suites {
        let mut diagnostics = Vec::new();
        for scenario in &suite.scenarios {
            diagnostics.extend(play(&Scene::of(suite, scenario))?);
        }
        rehearsed.take(suite, diagnostics);
    }
    Ok(rehearsed)
}

/// What is wrong with one scenario. What contradicts itself is held against nobody
/// else.
fn play(scene: &Scene<'_>) -> Result<Vec<Diagnostic>, Unplayable> {
    if let Some(contradiction) = self_play::contradiction(scene)? {
        return Ok(vec![contradiction]);
    }
    let mut diagnostics = Vec::new();
    for side in [Side::Server, Side::Client] {
        let nulls = Null::that_pass(scene, side)?;
        if !nulls.is_empty() {
            diagnostics.push(words::proves_nothing(scene, side, &nulls));
        }
    }
    Ok(diagnostics)
}

impl Rehearsed {
    fn take(&mut self, suite: &Suite, mut diagnostics: Vec<Diagnostic>) {
        if diagnostics.is_empty() {
            return;
        }
        diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
        let is_error = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
        let list = match diagnostics.iter().any(is_error) {
            true => &mut self.errors,
            false => &mut self.notes,
        };
        list.push(SuiteError {
            path: suite.path.clone(),
            text: suite.text.clone(),
            diagnostics,
        });
    }
}
