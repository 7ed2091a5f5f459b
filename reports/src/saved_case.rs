//! A saved case: one failure, with all that is needed to repeat it.
//!
//! Doc comments on these types become the descriptions in the JSON Schema.

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};

use crate::hash::fnv1a;
use crate::record::{Defect, FindingRecord, KeptStep, Role, WireEvent};

/// The version of the format. A reader refuses any other version.
pub const VERSION: u32 = 1;

/// The JSON Schema of a saved case.
#[must_use]
pub fn schema() -> Schema {
    schema_for!(SavedCase)
}

/// One failure, with all that is needed to repeat it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SavedCase {
    /// The version of the format.
    pub version: u32,
    /// The version of wirecheck that wrote the file.
    pub wirecheck: String,
    /// When the run started that found the failure, in RFC 3339.
    pub started: String,
    /// The suite.
    pub suite: SavedSuite,
    /// The id of the scenario.
    pub scenario: String,
    /// The tactic with its offsets: the last part of the case id.
    pub tactic: String,
    /// The delivery that is played, in wirecheck's notation.
    pub delivery: String,
    /// The tactic of the case that failed at first, if the delivery is a smaller one of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_by: Option<String>,
    /// What the case needs to fail. None: it fails alone on a fresh peer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Needs>,
    /// The implementation under test.
    pub peer: SavedPeer,
    /// The expectations that failed.
    pub findings: Vec<FindingRecord>,
    /// The defects that explained the failures of the scenario.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<Defect>,
    /// What happened on the connection, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<WireEvent>,
    /// A part of the exchange that is enough to see the failure. Programs and captures are
    /// made of it; a replay plays the whole exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shorter: Option<SavedPart>,
}

/// A part of the exchange of a saved case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SavedPart {
    /// The steps that are left, in their order.
    pub steps: Vec<KeptStep>,
    /// The delivery of what is left, in wirecheck's notation.
    pub delivery: String,
    /// The expectations that failed.
    pub findings: Vec<FindingRecord>,
    /// What happened on the connection, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<WireEvent>,
}

/// A suite file, and the files that it refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SavedSuite {
    /// The id of the suite.
    pub id: String,
    /// The suite file, for messages. It is not read.
    pub path: String,
    /// The text of the suite file.
    pub text: String,
    /// The files that the suite refers to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<SavedAttachment>,
}

/// A file that a suite refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SavedAttachment {
    /// Its path as the suite has it.
    pub path: String,
    /// Its content, two hex digits per byte.
    pub hex: String,
}

/// What a case needs to fail that passes alone on a fresh peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Needs {
    /// It fails after this many connections with the baseline.
    EarlierConnections {
        /// The number of these connections.
        count: u32,
    },
    /// It fails when it is played this many times on one peer.
    Repetition {
        /// The number of plays.
        times: u32,
    },
    /// It fails while other cases are played.
    OtherConnections {
        /// The most cases that run at the same time.
        jobs: u32,
        /// The other cases.
        cases: Vec<OtherCase>,
    },
}

/// Another case of the same scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OtherCase {
    /// Its tactic.
    pub tactic: String,
    /// Its delivery.
    pub delivery: String,
}

/// How the peer is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SavedPeer {
    /// The side of the exchange that it plays.
    pub role: Role,
    /// The command that starts it, one item per argument; empty if it is not started.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// The address of a server that runs already (`--connect`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<String>,
    /// The address to listen on, or to connect to (`--host`).
    pub host: String,
    /// The port of a server that cannot take any free one (`--port`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// How long its start may take, in milliseconds (`--start-timeout`).
    pub start_timeout_ms: u64,
    /// Whether one client connects again and again (`--reconnects`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reconnects: bool,
}

impl SavedCase {
    /// 16 hex digits: a hash of the case that is played. It does not depend on the peer's
    /// command, on what was seen, on what is left of the exchange, nor on the time.
    #[must_use]
    pub fn id(&self) -> String {
        let played = (
            &self.suite.id,
            &self.suite.text,
            &self.suite.attachments,
            &self.scenario,
            (&self.tactic, &self.delivery, &self.needs),
            self.peer.role,
        );
        let text = serde_json::to_vec(&played).expect("it has no map");
        format!("{:016x}", mixed(fnv1a(&text)))
    }

    /// `suite/scenario/tactic`.
    #[must_use]
    pub fn case_id(&self) -> String {
        format!("{}/{}/{}", self.suite.id, self.scenario, self.tactic)
    }
}

/// The fewest digits of an id that are shown.
const SHORTEST_ID: usize = 4;

/// The first digits of an id: enough to tell it from the others, and four at least.
#[must_use]
pub fn short_id<'i>(id: &'i str, others: impl Iterator<Item = &'i str>) -> &'i str {
    let common = |other: &str| {
        let pairs = id.bytes().zip(other.bytes());
        pairs.take_while(|(a, b)| a == b).count()
    };
    let longest = others.filter(|it| *it != id).map(common).max();
    let length = longest.map_or(SHORTEST_ID, |it| SHORTEST_ID.max(it + 1));
    id.get(..length).unwrap_or(id)
}

/// Makes each bit depend on all bits: the last bytes hardly change the first digits of FNV.
/// The finalizer of MurmurHash3.
const fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn saved(tactic: &str, delivery: &str) -> SavedCase {
        SavedCase {
            version: VERSION,
            wirecheck: "0.1.0".to_owned(),
            started: "2024-05-06T07:08:09Z".to_owned(),
            suite: SavedSuite {
                id: "lines".to_owned(),
                path: "lines.toml".to_owned(),
                text: "title = 'Lines'\n".to_owned(),
                attachments: vec![SavedAttachment {
                    path: "long.bin".to_owned(),
                    hex: "00ff".to_owned(),
                }],
            },
            scenario: "one".to_owned(),
            tactic: tactic.to_owned(),
            delivery: delivery.to_owned(),
            found_by: None,
            needs: None,
            peer: SavedPeer {
                role: Role::Server,
                command: vec!["./server".to_owned(), "{port}".to_owned()],
                connect: None,
                host: "127.0.0.1".to_owned(),
                port: None,
                start_timeout_ms: 10_000,
                reconnects: false,
            },
            findings: Vec::new(),
            defects: Vec::new(),
            events: Vec::new(),
            shorter: None,
        }
    }

    #[test]
    fn an_id_depends_only_on_what_is_played() {
        let case = saved("cut@1", "1,31");
        let mut other = case.clone();
        other.started.clear();
        other.peer.command.clear();
        other.findings.push(FindingRecord {
            kind: "no-answer".to_owned(),
            what: "nothing came".to_owned(),
            died: None,
            expected: None,
            actual: None,
            line: None,
        });
        assert_eq!(case.id(), other.id());
        assert_ne!(case.id(), saved("cut@1", "2,30").id());
        other.suite.text.push('\n');
        assert_ne!(case.id(), other.id());
    }

    #[test]
    fn the_first_digits_differ_where_only_the_last_bytes_do() {
        let ids = (1..100).map(|at| saved("cut@1", &format!("{at},{}", 200 - at)).id());
        let first: std::collections::BTreeSet<_> = ids.map(|id| id[..4].to_owned()).collect();
        assert!(first.len() > 95, "{}", first.len());
    }

    #[test]
    fn an_id_is_shown_as_far_as_it_is_unambiguous() {
        let short = |id, others: &[&'static str]| short_id(id, others.iter().copied());
        assert_eq!(short("7f3a0000", &["1234abcd"]), "7f3a");
        assert_eq!(short("7f3a0000", &["7f3a0100", "7f3a0000"]), "7f3a00");
        assert_eq!(short("7f3a0000", &[]), "7f3a");
    }
}
