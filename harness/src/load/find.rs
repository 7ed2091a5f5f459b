//! Finds the files of suites, and packs.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::packs::{self, Pack};
use super::{LoadError, MAX_SUITES};

/// How deep folders are searched for suites.
const MAX_DEPTH: usize = 16;

/// The settings of wirecheck: a TOML file, but not a suite.
const SETTINGS: &str = "wirecheck.toml";

/// A suite that was found.
#[derive(Clone, Debug)]
pub(super) enum Found {
    File(PathBuf),
    Pack(&'static Pack),
}

/// The suites in `names`, and what could not be searched.
pub(super) fn suites(names: &[PathBuf]) -> (Vec<Found>, Vec<LoadError>) {
    let mut search = Search::default();
    let results = names.iter().map(|name| match packs::named(name) {
        Some(pack) => search.add_pack(name, pack?),
        None => search.find(name, MAX_DEPTH),
    });
    let errors = results.filter_map(Result::err).collect();
    (search.found, errors)
}

#[derive(Default)]
struct Search {
    found: Vec<Found>,
    /// The packs, files and folders that were found, without links. Links may make a loop.
    seen: HashSet<PathBuf>,
}

impl Search {
    fn add_pack(&mut self, name: &Path, pack: &'static Pack) -> Result<(), LoadError> {
        if self.seen.insert(name.to_owned()) {
            self.found.push(Found::Pack(pack));
        }
        Ok(())
    }

    fn find(&mut self, name: &Path, depth: usize) -> Result<(), LoadError> {
        let unreadable = |source| LoadError::Unreadable {
            path: name.to_owned(),
            source,
        };
        let is_folder = fs::metadata(name).map_err(unreadable)?.is_dir();
        if !self
            .seen
            .insert(fs::canonicalize(name).map_err(unreadable)?)
        {
            return Ok(());
        }
        if !is_folder {
            return self.add(name);
        }
        let below = entries(name).map_err(unreadable)?;
        below
            .iter()
            .filter(|entry| is_suite_or_folder(entry, depth))
            .try_for_each(|entry| self.find(entry, depth.saturating_sub(1)))
    }

    fn add(&mut self, file: &Path) -> Result<(), LoadError> {
        if self.found.len() == MAX_SUITES {
            return Err(LoadError::TooMany {
                path: file.to_owned(),
            });
        }
        self.found.push(Found::File(file.to_owned()));
        Ok(())
    }
}

/// The paths in a folder, sorted.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

fn is_suite_or_folder(path: &Path, depth: usize) -> bool {
    let name = path.file_name().unwrap_or_default();
    let hidden = name.as_encoded_bytes().starts_with(b".");
    let suite = path
        .extension()
        .is_some_and(|extension| extension == "toml")
        && name != SETTINGS;
    !hidden && (suite || (depth > 0 && path.is_dir()))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_file_is_found_once_however_many_links_lead_to_it() {
        let scratch = tempfile::tempdir().expect("there is a temporary folder");
        let folder = scratch.path().join("suites");
        fs::create_dir_all(folder.join("below")).expect("the folder is ours");
        fs::write(folder.join("a.toml"), "").expect("the folder is ours");
        symlink("..", folder.join("below/up")).expect("the folder is ours");
        symlink(".", folder.join("self")).expect("the folder is ours");
        symlink("a.toml", folder.join("b.toml")).expect("the folder is ours");
        let names = [folder.clone(), folder.join("self"), folder.join("a.toml")];
        let (found, errors) = suites(&names);
        assert!(
            matches!(&found[..], [Found::File(only)] if *only == folder.join("a.toml")),
            "{found:?}"
        );
        assert!(errors.is_empty(), "{errors:?}");
    }
}
