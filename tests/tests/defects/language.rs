//! The languages of the peers: how a peer is started.

use std::path::Path;

use wirecheck_tests::tools;

use crate::matrix::FOLDER;

pub(crate) struct Language {
    pub(crate) name: &'static str,
    /// The extension of its files, and the name of the peers' files: `broken.py`.
    pub(crate) extension: &'static str,
    /// What follows the fence of a block of code in Markdown.
    pub(crate) tag: &'static str,
    pub(crate) is_installed: fn() -> bool,
    /// The command that runs a file. Some word of it must be the marker.
    pub(crate) command: fn(file: &Path, marker: &str) -> Vec<String>,
}

/// In the order in which `wirecheck explain` shows them.
pub(crate) const LANGUAGES: [Language; 1] = [Language {
    name: "Python",
    extension: "py",
    tag: "python",
    is_installed: tools::has_python,
    command: python,
}];

fn python(file: &Path, marker: &str) -> Vec<String> {
    let [python, ..] = tools::python();
    let run = format!("{FOLDER}/python/run.py");
    let file = file.to_string_lossy();
    // Python ignores an unknown word after -X. It finds `protocol.py` because it is not isolated.
    let words = [python, "-E", "-S", "-s", "-B", "-X", marker, &run, &file];
    words.map(str::to_owned).to_vec()
}
