//! Packs: suites that are part of the program.
//!
//! `pack:NAME` stands for one wherever a suite is named.

use std::path::Path;

use super::{LoadError, LoadOptions, read};
use crate::scenario::{NoAttachments, Suite, nearest};

/// What the name of a pack begins with where a suite is named.
const PREFIX: &str = "pack:";

/// What the lines of a pack begin with that say what it needs of the server.
const NEEDS: &str = "# Needs: ";

/// A suite that is part of the program.
#[derive(Debug)]
pub struct Pack {
    pub name: &'static str,
    /// The suite file. Its first lines say what it needs of the server.
    pub text: &'static str,
}

macro_rules! packs {
    ($($name:literal),*) => {
        &[$(Pack {
            name: $name,
            text: include_str!(concat!("../../packs/", $name, ".toml")),
        }),*]
    };
}

/// All packs, in the order in which they are shown.
pub static PACKS: &[Pack] = packs![
    "http1",
    "websocket",
    "redis",
    "memcached",
    "smtp",
    "dns",
    "mqtt",
    "postgres",
    "lsp"
];

/// There is no pack of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no pack `{name}`; {}", similar(name))]
pub struct UnknownPack {
    /// Without `pack:`.
    pub name: String,
}

fn similar(name: &str) -> String {
    match nearest(name, &names()) {
        Some(near) => format!("did you mean `{PREFIX}{near}`?"),
        None => format!("the packs are {}", names().join(", ")),
    }
}

fn names() -> Vec<&'static str> {
    PACKS.iter().map(|pack| pack.name).collect()
}

/// Whether the name of a suite is that of a pack, and not a path.
#[must_use]
pub fn is_pack(name: &Path) -> bool {
    name.as_os_str()
        .as_encoded_bytes()
        .starts_with(PREFIX.as_bytes())
}

/// The pack that `pack:NAME` stands for; `None` for a path.
pub(super) fn named(name: &Path) -> Option<Result<&'static Pack, UnknownPack>> {
    let name = name.to_string_lossy();
    let name = name.strip_prefix(PREFIX)?;
    let pack = PACKS.iter().find(|pack| pack.name == name);
    Some(pack.ok_or_else(|| UnknownPack {
        name: name.to_owned(),
    }))
}

/// What to write instead of a path that leads nowhere, if that may be a pack.
pub(super) fn instead_of(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_string_lossy();
    let near = names().into_iter().find(|name| *name == stem)?;
    Some(format!("{PREFIX}{near}"))
}

impl Pack {
    /// How it is named where a suite is named.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }

    /// What it needs of the server, in lines.
    pub fn needs(&self) -> impl Iterator<Item = &'static str> {
        let head = self.text.lines().take_while(|line| line.starts_with('#'));
        let needs = head.skip_while(|line| !line.starts_with(NEEDS));
        needs.map(|line| {
            let line = line.strip_prefix(NEEDS).unwrap_or(line);
            line.trim_start_matches('#').trim()
        })
    }

    /// Reads it.
    pub fn load(&self, options: &LoadOptions) -> Result<Suite, LoadError> {
        let parsed = read::parse(&self.path(), self.text, &NoAttachments, options);
        Ok(parsed?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suites() -> impl Iterator<Item = (&'static Pack, Suite)> {
        PACKS.iter().map(|pack| {
            let suite = pack.load(&LoadOptions::default());
            (pack, suite.unwrap_or_else(|error| panic!("{error}")))
        })
    }

    #[test]
    fn a_pack_says_at_its_head_what_it_needs() {
        for pack in PACKS {
            assert!(pack.needs().next().is_some(), "{}", pack.name);
            assert!(pack.needs().all(|line| !line.is_empty()), "{}", pack.name);
        }
    }

    #[test]
    fn the_cases_of_a_pack_have_its_name() {
        for (pack, suite) in suites() {
            assert_eq!(suite.id().as_str(), pack.name);
            assert_eq!(suite.path(), pack.path());
        }
    }

    #[test]
    fn every_scenario_of_a_pack_has_a_reason_and_a_citation_and_is_for_one_side() {
        for (pack, suite) in suites() {
            for scenario in suite.scenarios() {
                let place = format!("{}/{}", pack.name, scenario.id());
                assert!(scenario.why().is_some(), "{place} has no `why`");
                assert!(scenario.spec().is_some(), "{place} has no `spec`");
                assert!(scenario.peer().is_some(), "{place} is for both sides");
            }
        }
    }

    #[test]
    fn every_parameter_of_a_pack_is_described_and_used() {
        for (pack, suite) in suites() {
            for parameter in suite.parameters() {
                let place = format!("{} {}", pack.name, parameter.name());
                assert!(parameter.about().is_some(), "{place}");
                assert!(parameter.is_used(), "{place}");
            }
        }
    }
}
