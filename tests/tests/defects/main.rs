//! The peers of `tests/peers/defects`. A broken peer is diagnosed with its defect and no other; about a
//! fixed one nothing is found. `tests/peers/defects/judge.py` plays them more often.
//!
//! The right and the wrong code that `wirecheck explain` shows is taken from these peers.

mod explain;
mod language;
mod matrix;
mod play;

use snapbox::{Data, assert_data_eq, data::DataFormat};
use wirecheck_tests::{root, run};

use explain::with_snippets;
use language::LANGUAGES;
use matrix::{Defect, FOLDER};
use play::Peer;

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

/// A defect of each letter.
const SAMPLE: [&str; 4] = ["F02", "C06", "H03", "S01"];

#[test]
fn a_sample_of_the_broken_peers_shows_its_defects_and_the_fixed_ones_show_none() {
    let defects = matrix::read();
    let sample = |defect: &&Defect| SAMPLE.contains(&defect.code.as_str());
    expect_right(play::peers(defects.iter().filter(sample), &LANGUAGES));
}

#[test]
#[ignore = "it takes minutes; .ci/run runs it"]
fn every_broken_peer_shows_its_defect_and_no_other_and_no_fixed_peer_shows_one() {
    expect_right(play::peers(&matrix::read(), &LANGUAGES));
}

/// Plays these peers and compares the results with the matrix.
fn expect_right(peers: Vec<Peer<'_>>) {
    let mut errors = Vec::new();
    for (peer, wrong) in play::play_all(peers) {
        match &peer.defect.pending {
            None if wrong.is_empty() => {}
            None => errors.push(format!("{peer}: {}", wrong.join("; "))),
            Some(_) if peer.is_broken() && wrong.is_empty() => {
                errors.push(format!("{peer}: right, remove `pending`"));
            }
            Some(reason) => println!("pending: {peer}: {reason} ({})", wrong.join("; ")),
        }
    }
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn the_document_lists_peers_for_each_defect_of_the_catalogue() {
    let listed = run(COMMAND, &["explain"]).stdout;
    let document = matrix::document(&matrix::read(), &matrix::catalogue(&listed));
    let path = root().join(FOLDER).join("MATRIX.md");
    assert_data_eq!(
        document,
        Data::read_from(&path, Some(DataFormat::Text)).raw()
    );
}

#[test]
fn explain_shows_the_code_of_the_peers() {
    for defect in matrix::read() {
        let path = root().join(format!("harness/src/diagnose/explain/{}.md", defect.code));
        let text = std::fs::read_to_string(&path).expect("each defect has a text");
        assert_data_eq!(
            with_snippets(&text, &defect),
            Data::read_from(&path, Some(DataFormat::Text)).raw()
        );
    }
}
