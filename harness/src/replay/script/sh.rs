//! The program for bash.
//!
//! `/dev/tcp` is a part of bash, so that no `nc` is needed, of which there are several with
//! different options. `dd` joins what `printf` writes line by line.

use super::{ScriptError, headline};
use crate::replay::OpenCase;
use crate::replay::steps::{PlayStep, Stream};
use crate::scenario::Side;
use crate::tactic::{Delivery, DeliveryEnd};

/// `dd` writes no more at once.
const MOST_CHUNK: usize = 65_536;

pub(super) fn script(case: &OpenCase) -> Result<String, ScriptError> {
    let delivery = &case.case.delivery;
    if case.side() == Side::Server {
        return Err(ScriptError::Shell("listen for a client"));
    }
    let is_cut_off = delivery.end() != DeliveryEnd::AsScripted || delivery.edit().is_some();
    if is_cut_off || case.is_answered_after_close() {
        return Err(ScriptError::Shell(
            "close only one direction, or judge what is cut off",
        ));
    }
    let baseline = case.baseline();
    let [id, what] = headline(case);
    let head = HEAD.replace("ID", &id).replace("WHAT", &what);
    let whole = calls(case, &baseline)?;
    let cut = calls(case, delivery)?;
    Ok(head + FUNCTIONS + &format!("whole() {{\n{whole}}}\ncase_() {{\n{cut}}}\n") + CHECK)
}

/// A line for each step.
fn calls(case: &OpenCase, delivery: &Delivery) -> Result<String, ScriptError> {
    let stream = case.stream(delivery);
    let mut lines = Vec::new();
    for step in case.steps(delivery) {
        lines.push(match step {
            PlayStep::Read => "receive".to_owned(),
            PlayStep::Send(range) if range.len() > MOST_CHUNK => {
                return Err(ScriptError::Shell("send so many bytes in one write"));
            }
            PlayStep::Send(range) => format!("send {}", word(&stream, range)),
        });
    }
    if lines.last().is_none_or(|line| line != "receive") {
        lines.push("receive".to_owned());
    }
    let lines = lines.iter().map(|line| format!("    {line}\n"));
    Ok(lines.collect())
}

/// The format for `printf`, with a part of `$unique` in its places.
fn word(stream: &Stream, range: std::ops::Range<usize>) -> String {
    let mut word = String::from("'");
    for at in range {
        let unique = stream.unique.iter().find(|it| it.contains(&at));
        match unique {
            Some(unique) => word += &format!("'\"${{unique:{}:1}}\"'", (at - unique.start) % 8),
            None => word += &escaped(stream.bytes[at]),
        }
    }
    (word + "'").replace("''", "")
}

fn escaped(byte: u8) -> String {
    match byte {
        b'\n' => "\\n".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'%' => "%%".to_owned(),
        b'\'' | b'\\' => format!("\\x{byte:02x}"),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    }
}

const HEAD: &str = "#!/usr/bin/env bash
# ID
# WHAT
#
# bash THIS_FILE HOST PORT sends to a server that runs: the bytes uncut, then as the case cuts
# them, then uncut again. Exit code 1: the answers differ. A pause after each chunk stands for
# the read of the server. Needs bash (/dev/tcp) and coreutils.
host=$1 port=$2
";

const FUNCTIONS: &str = r#"
# One write: printf alone writes line by line.
send() { printf "$1" | dd obs=65536 2>/dev/null >&3; sleep 0.1; }
receive() { timeout 1 cat <&3; }
# What comes, as hex, without the value that differs in each play.
play() {
    unique=$(printf '%08d' $((RANDOM * RANDOM % 100000000)))
    { exec 3<>"/dev/tcp/$host/$port" && "$1"; } 2>/dev/null | od -An -v -tx1 | tr -d ' \n' |
        sed "s/$(printf %s "$unique" | od -An -v -tx1 | tr -d ' \n')/UNIQUE/g"
}
"#;

const CHECK: &str = r#"
expected=$(play whole)
echo "uncut   $expected"
[ -n "$expected" ] || exit 2
got=$(play case_)
echo "case    $got"
after=$(play whole)
echo "after   $after"
if [ "$got" = "$expected" ] && [ "$after" = "$expected" ]; then echo 'the same'; exit 0; fi
echo DIFFERENT
exit 1
"#;
