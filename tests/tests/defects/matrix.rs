//! `matrix.toml`, and the document that is made of it.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{fs, iter};

use serde::Deserialize;
use wirecheck_tests::root;

use crate::language::{LANGUAGES, Language};

pub(crate) const FOLDER: &str = "tests/peers/defects";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Matrix {
    defect: Vec<Defect>,
}

/// The head of the table describes the keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Defect {
    pub(crate) code: String,
    pub(crate) suite: String,
    pub(crate) args: Vec<String>,
    pub(crate) reveal_by: Vec<String>,
    pub(crate) pending: Option<String>,
}

pub(crate) fn read() -> Vec<Defect> {
    let table = fs::read_to_string(root().join(FOLDER).join("matrix.toml"));
    let table = table.expect("the matrix is part of the project");
    let matrix: Matrix = toml::from_str(&table).expect("it is valid");
    matrix.defect
}

impl Defect {
    /// Its folder, from the project's root.
    pub(crate) fn folder(&self) -> PathBuf {
        let folders = fs::read_dir(root().join(FOLDER)).expect("the folder is part of the project");
        let mut names = folders.map(|it| it.expect("it can be read").file_name());
        let start = format!("{}-", self.code);
        let name = names.find(|name| name.to_string_lossy().starts_with(&start));
        PathBuf::from(FOLDER).join(name.unwrap_or_else(|| panic!("{} has a folder", self.code)))
    }

    pub(crate) fn file(&self, kind: &str, language: &Language) -> PathBuf {
        self.folder().join(format!("{kind}.{}", language.extension))
    }

    /// Whether it has peers in this language: a broken and a fixed one.
    pub(crate) fn is_written_in(&self, language: &Language) -> bool {
        let [broken, fixed] = ["broken", "fixed"].map(|kind| {
            let file = self.file(kind, language);
            root().join(file).exists()
        });
        assert_eq!(broken, fixed, "{} in {}", self.code, language.name);
        broken
    }
}

/// The code and the name of each defect, in the output of `wirecheck explain`.
pub(crate) fn catalogue(listed: &str) -> Vec<(&str, &str)> {
    let defects = listed.lines().take_while(|line| *line != "Tactics:");
    let words = defects.map(|line| line.split_whitespace());
    words
        .filter_map(|mut words| words.next().zip(words.next()))
        .collect()
}

/// The matrix as Markdown, in the order of the catalogue. Fails if a defect has no row, no folder
/// or no peers.
pub(crate) fn document(defects: &[Defect], catalogue: &[(&str, &str)]) -> String {
    let mut text = "# Which tactic reveals which defect

Made from `matrix.toml` and the files of this folder by `SNAPSHOTS=overwrite cargo test -p
wirecheck-tests --test defects`. The same test plays the peers: each broken one in Python fails under
these tactics, each in any language is diagnosed with this defect and no other, and nothing is found
about the fixed ones.

| defect | revealed by | suite | broken and fixed peers |
| --- | --- | --- | --- |
"
    .to_owned();
    assert_eq!(defects.len(), catalogue.len(), "one row for each defect");
    for (code, name) in catalogue {
        let defect = defects.iter().find(|defect| defect.code == *code);
        let defect = defect.unwrap_or_else(|| panic!("{code} has no row"));
        assert!(defect.folder().ends_with(format!("{code}-{name}")));
        _ = writeln!(text, "{}", row(defect, name));
    }
    text
}

fn row(defect: &Defect, name: &str) -> String {
    let tactics = defect.reveal_by.iter().map(|tactic| format!("`{tactic}`"));
    let pending = defect.pending.iter().map(|_| "(not played yet)".to_owned());
    let tactics: Vec<_> = tactics.chain(pending).collect();
    let languages: Vec<_> = LANGUAGES
        .iter()
        .filter(|it| defect.is_written_in(it))
        .map(|language| language.name)
        .collect();
    assert!(!languages.is_empty(), "{} has no peers", defect.code);
    let cells = [
        format!("{} {name}", defect.code),
        tactics.join(" "),
        defect.suite.clone(),
        languages.join(", "),
    ];
    iter::once("|".to_owned())
        .chain(cells.map(|cell| format!(" {cell} |")))
        .collect()
}
