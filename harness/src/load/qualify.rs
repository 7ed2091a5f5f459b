//! Ids of suites from different folders.
//!
//! `http/basic.toml` and `line/basic.toml` have the id `basic` each. If both are read, they
//! are `http.basic` and `line.basic`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path};

use super::is_pack;
use crate::scenario::{Suite, SuiteId};

/// Gives suites of equal id, from different folders, ids with as many names of folders as
/// it needs to tell them apart. Those that still have equal ids stay as they are.
pub(crate) fn qualify(suites: &mut [Suite]) {
    for suite in suites.iter_mut() {
        suite.set_other_ids(qualified_names(suite));
    }
    let mut groups: BTreeMap<SuiteId, Vec<usize>> = BTreeMap::new();
    for (index, suite) in suites.iter().enumerate() {
        groups
            .entry(suite.own_id().clone())
            .or_default()
            .push(index);
    }
    for (_, group) in groups.into_iter().filter(|(_, group)| group.len() > 1) {
        let names: Vec<_> = group
            .iter()
            .map(|it| qualified_names(&suites[*it]))
            .collect();
        let Some(ids) = distinct(&names) else {
            continue;
        };
        for (index, id) in group.into_iter().zip(ids) {
            suites[index].rename(id);
        }
    }
}

/// The first names by which all suites differ.
fn distinct(names: &[Vec<String>]) -> Option<Vec<SuiteId>> {
    let deepest = names.iter().map(Vec::len).max()?;
    let name_at = |names: &Vec<String>, depth: usize| {
        let longest = names.len().checked_sub(1)?;
        names[depth.min(longest)].parse().ok()
    };
    (0..deepest).find_map(|depth| {
        let ids: Vec<SuiteId> = names
            .iter()
            .map(|names| name_at(names, depth))
            .collect::<Option<_>>()?;
        let mut sorted = ids.clone();
        sorted.sort();
        sorted.dedup();
        (sorted.len() == ids.len()).then_some(ids)
    })
}

/// The id of a suite with one name of a folder before it, with two of them, and so on:
/// `http.basic`, `scenarios.http.basic` …
fn qualified_names(suite: &Suite) -> Vec<String> {
    let path = Path::new(suite.path());
    if is_pack(path) {
        return vec![format!("pack.{}", suite.own_id())];
    }
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folders = path.parent().into_iter().flat_map(Path::components);
    let folders = folders.filter_map(|part| match part {
        Component::Normal(name) => Some(as_name(&name.to_string_lossy())),
        _ => None,
    });
    let mut names = Vec::new();
    let mut name = suite.own_id().to_string();
    for folder in folders.collect::<Vec<_>>().into_iter().rev() {
        name = format!("{folder}.{name}");
        names.push(name.clone());
    }
    names
}

/// The name of a folder with the characters of an id.
fn as_name(folder: &str) -> String {
    let allowed = |c: char| match c.to_ascii_lowercase() {
        c @ ('a'..='z' | '0'..='9' | '-' | '_' | '.') => c,
        _ => '-',
    };
    folder.chars().map(allowed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{NoAttachments, parse};

    fn ids(paths: &[&str]) -> Vec<String> {
        let text = "title = 'A'\nframing = 'line'\n[[scenario]]\nid = 'a'\n\
                    exchange = [{ client = 'a' }, { server = 'b' }]\n";
        let suite = |path: &&str| {
            let id = path
                .strip_prefix("pack:")
                .map(|name| format!("id = '{name}'\n"));
            let text = id.unwrap_or_default() + text;
            parse(path, &text, &NoAttachments).expect("it is valid")
        };
        let mut suites: Vec<_> = paths.iter().map(suite).collect();
        qualify(&mut suites);
        suites.iter().map(|suite| suite.id().to_string()).collect()
    }

    #[test]
    fn suites_of_equal_id_from_different_folders_are_named_after_their_folders() {
        assert_eq!(
            ids(&[
                "s/http/basic.toml",
                "s/Line 1/basic.toml",
                "s/line/other.toml"
            ]),
            ["http.basic", "line-1.basic", "other"]
        );
        assert_eq!(
            ids(&["a/x/basic.toml", "b/x/basic.toml", "b/y/basic.toml"]),
            ["a.x.basic", "b.x.basic", "b.y.basic"]
        );
    }

    #[test]
    fn a_pack_beside_a_file_of_its_name_is_named_pack() {
        let all = ids(&["scenarios/a.toml", "pack:a"]);
        assert_eq!(all, ["scenarios.a", "pack.a"]);
    }

    #[test]
    fn a_suite_alone_keeps_its_id_and_one_file_twice_stays_an_error() {
        assert_eq!(ids(&["s/http/basic.toml"]), ["basic"]);
        assert_eq!(ids(&["s/a.toml", "s/a.toml"]), ["a", "a"]);
    }
}
