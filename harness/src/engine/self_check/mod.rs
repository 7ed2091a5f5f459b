//! Plays scenarios before a peer is blamed: against wirecheck itself, and against peers
//! that prove nothing.
//!
//! In come suites; out come diagnostics at places in their files. No peer is started: both
//! ends of every connection are in this process, on loopback.
//!
//! **Self-play** (`self_play`). wirecheck plays the client and the server of each scenario
//! against each other, with the deliveries `whole`, `bytes` (streams of up to 4 KiB) and
//! `joined`. Where one side finds a fault with the other, the scenario contradicts itself:
//! no implementation could pass it. Both sides begin with the same fresh `${unique}`.
//! Whether the peer under test can know it is seen from the steps: somebody must send it
//! to the peer first. The peer under test is the client of a scenario with
//! `peer = 'client'`, and the server of every other. Time does not count (`within`,
//! `limits`): a side waits as long as the other may still go on. `prints` and `exits` are
//! skipped, as no process is watched.
//!
//! **Null peers** (`null`). Five of them understand nothing: see [`NullPeer`]. A scenario
//! that one of them passes, delivered `whole`, proves nothing about a peer that passes it.
//! They have no process, so none passes where the peer must print or exit. They play the
//! side that the scenario is about (`peer`), and one that passes is an error. Where the
//! scenario names no side, a null server that passes is an error. A null client is a note
//! then, and only where the client sends something: many suites are written for servers
//! and do not say so.
//!
//! Nothing waits for time to pass: each side knows how far the other has come
//! (`deadlock_detector`), so that the same suite gets the same diagnostics on every
//! machine. Deadlines are there in case of a fault of ours.

mod deadlock_detector;
mod messages;
mod null;
mod scene;
mod self_play;

use self::null::NullPeer;
use self::scene::Scene;
use super::selection::Selection;
use crate::scenario::{Diagnostic, FileKind, Severity, Side, Suite, SuiteError};
use crate::wire::link::{AcceptError, ConnectError};

/// What came of the self check of some suites.
#[derive(Debug, Default)]
pub struct SelfCheck {
    /// The suites that contradict themselves or prove nothing, with all diagnostics.
    pub errors: Vec<SuiteError>,
    /// The diagnostics of the others.
    pub notes: Vec<SuiteError>,
}

/// Why suites could not be played. The machine is to blame.
#[derive(Debug, thiserror::Error)]
pub enum SelfCheckError {
    /// No port can be opened.
    #[error("cannot listen on loopback")]
    Listen(#[from] std::io::Error),
    /// No connection can be made to it.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The connection cannot be accepted.
    #[error(transparent)]
    Accept(#[from] AcceptError),
}

/// Plays every scenario of the suites.
///
/// # Errors
///
/// When the machine makes no connection on loopback.
pub fn self_check(suites: &[Suite]) -> Result<SelfCheck, SelfCheckError> {
    let mut checked = SelfCheck::default();
    for suite in suites {
        let mut diagnostics = Vec::new();
        for scenario in suite.scenarios() {
            diagnostics.extend(play(&Scene::of(suite, scenario))?);
        }
        checked.add(suite, diagnostics);
    }
    Ok(checked)
}

/// The selected scenarios that a peer passes which understands nothing, as
/// `suite/scenario`. Only those are tried that are about the side under test.
///
/// # Errors
///
/// When the machine makes no connection on loopback.
pub fn scenarios_that_prove_nothing(selection: &Selection) -> Result<Vec<String>, SelfCheckError> {
    let peer = selection.side().other();
    let mut found = Vec::new();
    for planned in selection.scenarios().take(MAX_TRIED) {
        let scene = Scene::of(planned.suite, planned.scenario);
        if scene.is_of_first_connection()
            && scene.under_test() == peer
            && !NullPeer::that_pass(&scene, peer)?.is_empty()
        {
            found.push(format!("{}/{}", planned.suite.id(), planned.scenario.id()));
        }
    }
    Ok(found)
}

/// Each takes some milliseconds, and a run should begin soon.
const MAX_TRIED: usize = 200;

/// What is wrong with one scenario. One that contradicts itself is not played any further.
fn play(scene: &Scene) -> Result<Vec<Diagnostic>, SelfCheckError> {
    if let Some(contradiction) = self_play::contradiction(scene)? {
        return Ok(vec![contradiction]);
    }
    let mut diagnostics = Vec::new();
    // A null peer plays all connections of an exchange at once.
    let sides = sides_under_test(scene.scenario.peer()).filter(|_| scene.is_of_first_connection());
    for side in sides {
        let nulls = NullPeer::that_pass(scene, side)?;
        if !nulls.is_empty() {
            diagnostics.push(messages::proves_nothing(scene, side, &nulls));
        }
    }
    Ok(diagnostics)
}

/// The sides that a scenario may be played against.
fn sides_under_test(peer: Option<Side>) -> impl Iterator<Item = Side> {
    let is_tested = move |side: &Side| peer.is_none_or(|peer| peer == *side);
    [Side::Server, Side::Client].into_iter().filter(is_tested)
}

impl SelfCheck {
    fn add(&mut self, suite: &Suite, mut diagnostics: Vec<Diagnostic>) {
        if diagnostics.is_empty() {
            return;
        }
        diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
        let is_error = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
        let list = if diagnostics.iter().any(is_error) {
            &mut self.errors
        } else {
            &mut self.notes
        };
        list.push(SuiteError {
            kind: FileKind::Suite,
            path: suite.path().to_owned(),
            text: suite.text().to_owned(),
            diagnostics,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{NoAttachments, parse};
    use crate::tactic::CaseChoice;

    /// A suite of one scenario, with these steps and settings.
    fn suite(framing: &str, settings: &str, steps: &[&str]) -> Suite {
        let steps = steps.join(" }, { ");
        let text = format!(
            "title = 'T'\nframing = {framing}\n{settings}\n[[scenario]]\nid = 's'\nexchange = [{{ {steps} }}]"
        );
        parse("t.toml", &text, &NoAttachments).expect("it is valid")
    }

    fn diagnostics(suite: &Suite) -> Vec<Diagnostic> {
        play(&Scene::of(suite, &suite.scenarios()[0])).expect("loopback works")
    }

    fn passing(side: Side, steps: &[&str]) -> Vec<NullPeer> {
        let suite = suite("'line'", "", steps);
        NullPeer::that_pass(&Scene::of(&suite, &suite.scenarios()[0]), side)
            .expect("loopback works")
    }

    #[test]
    fn a_correct_scenario_gets_no_diagnostic_however_short_its_limits() {
        let suite = suite(
            "'line'",
            "limits = { reply = '1ms', close = '1ms' }",
            &[
                "client = 'a ${unique}'",
                "server = 'you said: a ${unique}', within = '1ms'",
                "client.json = { id = '${unique}' }",
                "server = { json_subset = { id = '${unique}' }, capture = { id = '/id' } }",
                "server.prints = '${id}'",
                "client.close = 'write'",
                "server.close = 'fin'",
            ],
        );
        assert_eq!(diagnostics(&suite), []);
    }

    #[test]
    fn a_contradiction_gets_the_same_diagnostic_each_time() {
        let suite = suite("'raw'", "", &["client.any = true", "server = 'b'"]);
        let first = diagnostics(&suite);
        assert_eq!(first.len(), 1);
        for _ in 0..20 {
            assert_eq!(diagnostics(&suite), first);
        }
    }

    #[test]
    fn each_null_server_passes_a_scenario_that_it_fits() {
        let mute = [
            "client = 'a'",
            "client.close = 'write'",
            "server.close = 'fin'",
        ];
        assert!(passing(Side::Server, &mute).contains(&NullPeer::Mute));
        assert_eq!(
            passing(Side::Server, &["server.close = 'fin'"]),
            [NullPeer::Closes]
        );
        assert_eq!(
            passing(Side::Server, &["server.close = 'reset'"]),
            [NullPeer::Resets]
        );
        let echo = ["client = '${unique}'", "server = '${unique}'"];
        assert_eq!(passing(Side::Server, &echo), [NullPeer::Echoes]);
        let one = ["client = 'a ${unique}'", "server = 'b'"];
        assert_eq!(passing(Side::Server, &one), [NullPeer::SendsOneMessage]);
    }

    #[test]
    fn a_constant_answer_does_not_match_a_fresh_value() {
        let steps = ["client = 'a ${unique}'", "server = 'b ${unique}'"];
        assert_eq!(passing(Side::Server, &steps), []);
        assert_eq!(passing(Side::Client, &steps), []);
    }

    #[test]
    fn a_peer_without_a_process_passes_nothing_that_must_be_printed() {
        let mute = ["client = 'a'", "server.prints = 'a'"];
        assert_eq!(passing(Side::Server, &mute), []);
        let client = ["client = 'a'", "server = 'b'", "client.exits = 0"];
        assert_eq!(passing(Side::Client, &client), []);
    }

    #[test]
    fn a_null_client_is_noted_only_where_the_client_sends_something() {
        let silent = ["server = 'a'", "server = 'b'", "client.close = 'any'"];
        assert_eq!(passing(Side::Client, &silent), []);
        let sends = ["client = 'a'", "server = 'b'", "client.close = 'any'"];
        assert_eq!(passing(Side::Client, &sends), [NullPeer::SendsOneMessage]);
    }

    /// The diagnostics of a scenario about one side: severity and headline.
    fn diagnostics_about(peer: &str, settings: &str, steps: &[&str]) -> Vec<(Severity, String)> {
        let suite = suite("'line'", &format!("peer = '{peer}'\n{settings}"), steps);
        let said = diagnostics(&suite).into_iter();
        said.map(|it| (it.severity, it.message)).collect()
    }

    fn error(message: &str) -> Vec<(Severity, String)> {
        vec![(Severity::Error, message.to_owned())]
    }

    #[test]
    fn only_the_side_that_a_scenario_is_about_is_played_by_null_peers() {
        let mute_server = [
            "client = 'a'",
            "client.prints = 'a'",
            "client.close = 'write'",
            "server.close = 'fin'",
        ];
        let nothing = error("`s` proves nothing");
        assert_eq!(diagnostics_about("server", "", &mute_server), nothing);
        assert_eq!(diagnostics_about("client", "", &mute_server), []);
        let one_message = [
            "client = 'a ${unique}'",
            "server = 'b ${unique}'",
            "client.close = 'any'",
        ];
        assert_eq!(diagnostics_about("server", "", &one_message), []);
        let silent = ["server = 'a'", "server = 'b'", "client.close = 'any'"];
        assert_eq!(diagnostics_about("client", "", &silent), nothing);
    }

    #[test]
    fn a_value_is_known_to_the_side_that_wirecheck_plays() {
        let servers_own = [
            "server = 'a ${unique}'",
            "client = 'b ${unique}'",
            "server.close = 'fin'",
        ];
        assert_eq!(diagnostics_about("client", "", &servers_own), []);
        let unknown = error("the server of `s` sends a value that it cannot know");
        assert_eq!(diagnostics_about("server", "", &servers_own), unknown);
        let clients_own = ["client = 'a ${unique}'", "server = 'b ${unique}'"];
        assert_eq!(diagnostics_about("server", "", &clients_own), []);
        let unknown = error("the client of `s` sends a value that it cannot know");
        assert_eq!(diagnostics_about("client", "", &clients_own), unknown);
    }

    #[test]
    fn only_what_the_side_under_test_sends_is_bounded_as_answers() {
        let limits = "limits = { reply_bytes = 1024 }";
        let steps = [
            "server = { repeat = { text = '0123456789', times = 200 } }",
            "server = '${unique}'",
            "client = 'b ${unique}'",
        ];
        assert_eq!(diagnostics_about("client", limits, &steps), []);
        let steps = [
            "server = '${unique}'",
            "client = { repeat = { text = '0123456789', times = 200 } }",
            "client = 'b ${unique}'",
        ];
        let contradicts = error("`s` contradicts itself");
        assert_eq!(diagnostics_about("client", limits, &steps), contradicts);
    }

    #[test]
    fn connections_are_played_one_by_one_and_by_null_peers_together() {
        let chat = [
            "on = 'bob', client = 'JOIN ${unique}'",
            "client = 'SAY ${unique}'",
            "server = { matches = 'ok .*', example = 'ok ${unique}', capture = 'ok' }",
            "on = 'bob', server = 'seen ${ok}'",
        ];
        let correct = suite("'line'", "", &chat);
        let said = |suite: &Suite| {
            let scenarios = suite.scenarios().iter();
            let all = scenarios
                .flat_map(|it| play(&Scene::of(suite, it)).expect("loopback works"))
                .map(|it| it.message);
            all.collect::<Vec<_>>()
        };
        assert_eq!(said(&correct), [""; 0]);
        // An echo fits the first connection, and nothing that understands nothing the second.
        let half = [
            "client = '${unique}'",
            "server = '${unique}'",
            "on = 'bob', client = 'a ${unique}'",
            "on = 'bob', server = 'b ${unique}'",
        ];
        assert_eq!(said(&suite("'line'", "", &half)), [""; 0]);
        let echoes = [
            "client = '${unique}'",
            "server = '${unique}'",
            "on = 'bob', client = 'a ${unique}'",
            "on = 'bob', server = 'a ${unique}'",
        ];
        let nothing = ["`s` proves nothing"];
        assert_eq!(said(&suite("'line'", "", &echoes)), nothing);
        let unknown = ["on = 'bob', client = 'a'", "server = 'b ${unique}'"];
        let cannot_know = "the server of `s` sends a value that it cannot know";
        let first = &said(&suite("'line'", "", &unknown))[0];
        assert_eq!(first, &cannot_know.replace("`s`", "`s.bob`"));
    }

    #[test]
    fn a_run_names_the_scenarios_that_a_peer_passes_which_understands_nothing() {
        let text = "title = 'T'\nframing = 'line'\n\
            [[scenario]]\nid = 'constant'\nexchange = [{ client = 'a' }, { server = 'b' }]\n\
            [[scenario]]\nid = 'fresh'\nexchange = [\n\
            { client = 'a ${unique}' }, { server = 'b ${unique}' }]\n\
            [[scenario]]\nid = 'of-clients'\npeer = 'client'\nexchange = [\n\
            { server = 'a' }, { client.close = 'any' }]";
        let suite = parse("t.toml", text, &NoAttachments).expect("it is valid");
        let found = |side| {
            let selection = Selection::new(vec![suite.clone()], side, CaseChoice::default());
            scenarios_that_prove_nothing(&selection).expect("loopback works")
        };
        assert_eq!(found(Side::Client), ["t/constant"]);
        assert_eq!(found(Side::Server), ["t/of-clients"]);
    }

    #[test]
    fn messages_far_longer_than_one_read_are_played() {
        let long = "{ repeat = { text = '0123456789abcdef', times = 40000 } }";
        let (ask, answer) = (format!("client = {long}"), format!("server = {long}"));
        let steps = [ask.as_str(), answer.as_str(), "server = 'end ${unique}'"];
        let suite = suite("{ line = { max = 4000000 } }", "", &steps);
        let said: Vec<_> = diagnostics(&suite)
            .into_iter()
            .map(|it| it.message)
            .collect();
        assert_eq!(
            said,
            ["the server of `s` sends a value that it cannot know"]
        );
        let steps = [
            ask.as_str(),
            "client = '${unique}'",
            answer.as_str(),
            "server = 'you: ${unique}'",
        ];
        let suite = self::suite("{ line = { max = 4000000 } }", "", &steps);
        assert_eq!(diagnostics(&suite), []);
    }
}
