//! Servers that handle one malformed header wrongly, in each framing: each is diagnosed with its
//! defect and no other, and the fixed form has no finding.

use wirecheck_report::record::Verdict;
use wirecheck_tests::{Run, map_at_once, tools};

const COMMAND: &str = env!("CARGO_BIN_EXE_wirecheck-under-test");

/// A framing, what is wrong with its server, and the defects that are named.
type Row = (&'static str, &'static str, &'static str);

/// What `length_server.py` says of its options.
const ROWS: [Row; 60] = [
    ("ascii_length", "", ""),
    ("ascii_length", "--on-error reply", ""),
    ("ascii_length", "--accepts negative", "H01"),
    ("ascii_length", "--accepts absolute", "H01"),
    ("ascii_length", "--accepts underscored", "H01"),
    ("ascii_length", "--accepts non-ascii-digits", "H01"),
    ("ascii_length", "--accepts hex", "H01"),
    ("ascii_length", "--accepts empty", "H01"),
    // These forms are a matter of taste.
    ("ascii_length", "--accepts signed", ""),
    ("ascii_length", "--accepts spaces", ""),
    ("ascii_length", "--accepts leading-zeros", ""),
    ("ascii_length", "--reads early", "C06"),
    ("ascii_length", "--reads any", "C06 H01"),
    ("ascii_length", "--reads all-at-once", "H02"),
    ("ascii_length", "--on-error die", "H03"),
    ("ascii_length", "--on-error hang", "H04"),
    ("length", "", ""),
    ("length", "--on-error reply", ""),
    ("length", "--accepts negative", "H01"),
    ("length", "--reads early", "C06"),
    ("length", "--reads any", "C06 H01"),
    ("length", "--on-error die", "H03"),
    ("length", "--on-error hang", "H04"),
    ("netstring", "", ""),
    ("netstring", "--on-error reply", ""),
    ("netstring", "--accepts absolute", "H01"),
    ("netstring", "--accepts signed", "H01"),
    ("netstring", "--accepts underscored", "H01"),
    ("netstring", "--accepts non-ascii-digits", "H01"),
    ("netstring", "--accepts hex", "H01"),
    ("netstring", "--accepts leading-zeros", "H01"),
    ("netstring", "--accepts wrong-terminator", "H01"),
    ("netstring", "--reads early", "C06"),
    ("netstring", "--on-error die", "H03"),
    ("netstring", "--reads unbounded", "H05"),
    ("headers", "", ""),
    ("headers", "--on-error reply", ""),
    ("headers", "--accepts negative", "H01"),
    ("headers", "--accepts hex", "H01"),
    ("headers", "--accepts empty", "H01"),
    ("headers", "--accepts missing", "H01"),
    ("headers", "--accepts duplicate", "H01"),
    ("headers", "--accepts leading-zeros", ""),
    ("headers", "--reads all-at-once", "H02"),
    ("headers", "--on-error hang", "H04"),
    ("headers", "--reads unbounded", "H05"),
    ("varint_length", "", ""),
    ("varint_length", "--accepts overlong", "H01"),
    ("varint_length", "--accepts unterminated", "H01"),
    ("varint_length", "--reads early", "C06"),
    ("varint_length", "--on-error die", "H03"),
    ("resp", "", ""),
    ("resp", "--on-error reply", ""),
    ("resp", "--accepts absolute", "H01"),
    ("resp", "--accepts underscored", "H01"),
    ("resp", "--accepts hex", "H01"),
    ("resp", "--reads unbounded", "H05"),
    ("line", "", ""),
    ("line", "--on-error hang", "H04"),
    ("line", "--reads unbounded", "H05"),
];

#[test]
fn a_sample_of_the_broken_servers_has_its_header_defects() {
    expect_right(|(framing, ..)| ["length", "varint_length"].contains(framing));
}

#[test]
#[ignore = "it takes a minute; .ci/run runs it"]
fn each_broken_server_has_its_header_defect_and_no_other() {
    expect_right(|_| true);
}

fn expect_right(is_played: impl Fn(&Row) -> bool) {
    if !tools::has_python() {
        return;
    }
    let rows: Vec<_> = ROWS.iter().filter(|row| is_played(row)).collect();
    let differences = map_at_once(rows, |row| {
        Some(format!("{} {}: {}", row.0, row.1, difference(row)?))
    });
    let wrong: Vec<_> = differences.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What wirecheck says of a server, if it is not what is expected.
fn difference((framing, options, expected): &Row) -> Option<String> {
    let suite = format!("tests/suites/header/{framing}.toml");
    let arguments: Vec<_> = [*framing]
        .into_iter()
        .chain(options.split_whitespace())
        .collect();
    let outcome = Run::new(COMMAND)
        .args(&[&suite, "--only", "header:*"])
        .python_server("length_server.py", &arguments)
        .complete();
    let record = outcome.record();
    let (mut codes, mut findings) = (Vec::new(), Vec::new());
    for (_, scenario) in record.scenarios() {
        codes.extend(scenario.defects.iter().map(|it| it.code.clone()));
        findings.extend(scenario.failures.iter().map(|it| it.tactic.clone()));
    }
    let verdict = if expected.is_empty() {
        Verdict::Pass
    } else {
        Verdict::Fail
    };
    let is_right = codes.join(" ") == *expected && record.verdict == verdict;
    (!is_right).then(|| format!("{:?} {codes:?} {findings:?}", record.verdict))
}
