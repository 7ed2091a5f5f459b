//! No file makes the reader of records panic, and a record that was read can be written, read
//! again and reported.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wirecheck::record::Record;
use wirecheck_report::render::{NamedRun, ReportInput};
use wirecheck_report::terminal::{TerminalWidth, results};
use wirecheck_report::{
    SavedIn, badge, code_quality, compare, html, junit, markdown, record_text, sarif,
};

fuzz_target!(|text: &[u8]| {
    let Ok(record) = serde_json::from_slice::<Record>(text) else {
        return;
    };
    let written = record_text(&record);
    let again: Record = serde_json::from_slice(&written).expect("a record is written as one");
    assert_eq!(record_text(&again), written);
    assert!(compare(&record, &again).is_empty());
    _ = results(&record, SavedIn::Default, TerminalWidth::LEAST);
    let runs = [NamedRun {
        name: "fuzz".to_owned(),
        record,
        saved_in: SavedIn::Default,
    }];
    let input = ReportInput {
        runs: &runs,
        catalogue: &[],
    };
    let renderers = [
        html::render,
        junit::render,
        markdown::render,
        sarif::render,
        code_quality::render,
        badge::render,
    ];
    for render in renderers {
        _ = render(input);
    }
});
