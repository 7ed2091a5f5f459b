//! The languages of the peers: how a peer is started.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use wirecheck_tests::{example, root, tools};

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

/// In the order in which `wirecheck explain` shows them. The first has a peer for each defect, and
/// the matrix lists what its peers fail.
pub(crate) static LANGUAGES: [Language; 4] = [
    Language {
        name: "Python",
        extension: "py",
        tag: "python",
        is_installed: tools::has_python,
        command: python,
    },
    Language {
        name: "JavaScript",
        extension: "js",
        tag: "javascript",
        is_installed: || tools::has("node"),
        command: javascript,
    },
    Language {
        name: "Go",
        extension: "go",
        tag: "go",
        is_installed: || tools::has("go"),
        command: go,
    },
    Language {
        name: "Rust",
        extension: "rs",
        tag: "rust",
        is_installed: || true,
        command: rust,
    },
];

/// One program that has all peers. Cargo gives this test a folder of its own.
static GO_PROGRAM: LazyLock<String> = LazyLock::new(|| {
    let program = format!("{}/defects-in-go", env!("CARGO_TARGET_TMPDIR"));
    let built = Command::new("go")
        .args(["build", "-o", &program, "."])
        .current_dir(root().join(FOLDER))
        .status();
    assert!(built.is_ok_and(|status| status.success()), "go build");
    program
});

fn python(file: &Path, marker: &str) -> Vec<String> {
    let [python, ..] = tools::python();
    let run = format!("{FOLDER}/python/run.py");
    let file = file.to_string_lossy();
    // Python ignores an unknown word after -X. It finds `protocol.py` because it is not isolated.
    let words = [python, "-E", "-S", "-s", "-B", "-X", marker, &run, &file];
    words.map(str::to_owned).to_vec()
}

fn javascript(file: &Path, marker: &str) -> Vec<String> {
    let run = format!("{FOLDER}/javascript/run.js");
    let words = ["node", &run, marker, &file.to_string_lossy()];
    words.map(str::to_owned).to_vec()
}

fn go(file: &Path, marker: &str) -> Vec<String> {
    let words = [&*GO_PROGRAM, marker, &file.to_string_lossy()];
    words.map(str::to_owned).to_vec()
}

fn rust(file: &Path, marker: &str) -> Vec<String> {
    let program = example("defects").to_string_lossy().into_owned();
    vec![
        program,
        marker.to_owned(),
        file.to_string_lossy().into_owned(),
    ]
}
