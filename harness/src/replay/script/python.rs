//! The program in Python.

use super::{LastSteps, headline, last_steps};
use crate::replay::OpenCase;
use crate::replay::steps::{PlayStep, Stream};
use crate::scenario::{Side, VariableName};
use crate::tactic::{Delivery, DeliveryEnd};

/// A byte that is there more often in a row is written once.
const LONGEST_RUN: usize = 32;

pub(super) fn script(case: &OpenCase) -> String {
    let (baseline, delivery) = (case.baseline(), &case.case.delivery);
    let connection = match case.side() {
        Side::Client => SERVER.to_owned(),
        Side::Server => CLIENT.replace("SAVED", &command(case)),
    };
    let [id, what] = headline(case);
    let mut program = HEAD.replace("ID", &id).replace("WHAT", &what);
    program += match case.side() {
        Side::Client => SERVER_USAGE,
        Side::Server => CLIENT_USAGE,
    };
    program += &format!(
        "\ndef whole(unique): return {}\n",
        stream(&case.stream(&baseline))
    );
    let sent = match delivery.edit() {
        None => "whole(unique)".to_owned(),
        Some(_) => stream(&case.stream(delivery)),
    };
    program += &format!("def case(unique): return {sent}\n");
    program += &format!("WHOLE = [{}]\n", steps(case, &baseline));
    program += &format!("CASE = [{}]\n", steps(case, delivery));
    program + &connection + PLAY + &check(case)
}

/// The comparison at the end of the program.
fn check(case: &OpenCase) -> String {
    let delivery = &case.case.delivery;
    let is_whole = delivery.end() == DeliveryEnd::AsScripted && delivery.edit().is_none();
    let rule = if is_whole {
        "fine = b''.join(got) == b''.join(expected)\n".to_owned()
    } else {
        let closes = match delivery.end() {
            DeliveryEnd::Half => " and (b'[closed]' in result or b'[reset]' in result)",
            _ => "",
        };
        let answered = case.answered_turns(delivery).to_string();
        CUT_OFF
            .replace("TURNS", &answered)
            .replace("CLOSES", closes)
    };
    CHECK.replace("RULE\n", &rule)
}

fn command(case: &OpenCase) -> String {
    let words = case.saved.peer.command.iter();
    let words: Vec<_> = words.map(|word| text_literal(word)).collect();
    words.join(", ")
}

/// The lengths of the chunks, and what is done between them.
fn steps(case: &OpenCase, delivery: &Delivery) -> String {
    let steps = case.steps(delivery).into_iter().map(|step| match step {
        PlayStep::Send(range) => range.len().to_string(),
        PlayStep::Read => "'read'".to_owned(),
    });
    let mut steps = runs(&steps.collect::<Vec<_>>());
    let LastSteps { reads_last, words } = last_steps(case, delivery);
    if steps.last().is_some_and(|it| it == "'read'") && !reads_last {
        steps.pop();
    }
    steps.extend(words.iter().map(|word| format!("'{word}'")));
    steps.join(", ")
}

/// `1, 1, 1` is `*[1] * 3`.
fn runs(steps: &[String]) -> Vec<String> {
    let equal = steps.chunk_by(|a, b| a == b);
    let written = equal.map(|run| match run {
        [one] => one.clone(),
        several => format!("*[{}] * {}", several[0], several.len()),
    });
    written.collect()
}

/// The bytes as an expression, with `unique` in the places of `${unique}`.
fn stream(stream: &Stream) -> String {
    let mut parts = Vec::new();
    let mut start = 0;
    for unique in &stream.unique {
        parts.extend(bytes(&stream.bytes[start..unique.start]));
        parts.push(match unique.len() {
            VariableName::UNIQUE_LENGTH => "unique".to_owned(),
            len => format!(
                "(unique * {})[:{len}]",
                len / VariableName::UNIQUE_LENGTH + 1
            ),
        });
        start = unique.end;
    }
    parts.extend(bytes(&stream.bytes[start..]));
    match parts.as_slice() {
        [] => "b''".to_owned(),
        _ => parts.join(" + "),
    }
}

/// Literals, and products where a byte is there many times in a row.
fn bytes(bytes: &[u8]) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut short: Vec<u8> = Vec::new();
    let end = |short: &mut Vec<u8>, parts: &mut Vec<String>| {
        if !short.is_empty() {
            parts.push(literal(&std::mem::take(short)));
        }
    };
    for run in bytes.chunk_by(|a, b| a == b) {
        if run.len() <= LONGEST_RUN {
            short.extend(run);
        } else {
            end(&mut short, &mut parts);
            parts.push(format!("{} * {}", literal(&run[..1]), run.len()));
        }
    }
    end(&mut short, &mut parts);
    parts
}

fn literal(bytes: &[u8]) -> String {
    let escaped = |byte: &u8| match byte {
        b'\n' => "\\n".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'\'' | b'\\' => format!("\\{}", char::from(*byte)),
        b' '..=b'~' => char::from(*byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    };
    format!("b'{}'", bytes.iter().map(escaped).collect::<String>())
}

fn text_literal(text: &str) -> String {
    match text.is_ascii() {
        true => literal(text.as_bytes())[1..].to_owned(),
        false => literal(text.as_bytes()) + ".decode()",
    }
}

const HEAD: &str = "#!/usr/bin/env python3
\"\"\"ID

WHAT

";

const SERVER_USAGE: &str =
    "python3 THIS_FILE HOST PORT sends to a server that runs: the bytes uncut, then as the case
cuts them, then uncut again. Exit code 1: the answers differ. A pause after each chunk stands
for the read of the server.
\"\"\"
import socket, struct, sys, time
";

const CLIENT_USAGE: &str =
    "python3 THIS_FILE [COMMAND...] starts a client and is its server ({host} and {port} are
replaced). It sends the bytes uncut, then as the case cuts them, then uncut again. Exit code 1:
what the client does differs. A pause after each chunk stands for the read of the client.
\"\"\"
import os, socket, struct, subprocess, sys, time
";

const SERVER: &str = "
def play(stream, steps):
    try:
        with socket.create_connection(sys.argv[1:3], 5) as peer:
            return converse(peer, stream, steps)
    except OSError as error:
        print(error)
        return LOST
";

const CLIENT: &str = "
def play(stream, steps):
    with socket.create_server(('127.0.0.1', 0)) as server:
        server.settimeout(10)
        port = str(server.getsockname()[1])
        words = [it.replace('{host}', '127.0.0.1').replace('{port}', port) for it in COMMAND]
        env = dict(os.environ, HOST='127.0.0.1', PORT=port)
        client = subprocess.Popen(words, stdout=subprocess.PIPE, env=env)
        try:
            with server.accept()[0] as peer:
                got = converse(peer, stream, steps)
            return got + [client.communicate(timeout=5)[0], b'[exit code %d]' % client.returncode]
        except (OSError, subprocess.TimeoutExpired) as error:
            print(error)
            client.kill()
            return LOST

COMMAND = sys.argv[1:] or [SAVED]
";

const PLAY: &str = "
LOST = [b'[lost]']

def converse(peer, stream, steps):
    unique = b'%08d' % (time.time_ns() // 1000 % 10**8)
    data, got = stream(unique), []
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for step in steps:
        try:
            if step == 'read':
                got.append(read(peer).replace(unique, b'UNIQUE'))
            elif step == 'half':
                peer.shutdown(socket.SHUT_WR)
            elif step == 'rst':
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            elif step != 'fin':
                peer.sendall(data[:step])
                data = data[step:]
                time.sleep(0.05)
        except OSError:
            pass  # The peer closed early: the next read shows it.
    return got

def read(peer):
    got = b''
    peer.settimeout(3)
    try:
        while part := peer.recv(65536):
            got += part
            peer.settimeout(0.3)
        return got + b'[closed]'
    except TimeoutError:
        return got
    except OSError:
        return got + b'[reset]'

";

const CHECK: &str = "expected = play(whole, WHOLE)
print('uncut  ', b''.join(expected))
if expected is LOST:
    sys.exit(2)
got = play(case, CASE)
print('case   ', b''.join(got))
RULE
after = play(whole, WHOLE)
print('after  ', b''.join(after))
fine = fine and after == expected
print('the same' if fine else 'DIFFERENT')
sys.exit(not fine)
";

/// Where the stream was cut off or changed: the whole messages before are answered, and the
/// next one is not answered as if it were whole.
const CUT_OFF: &str = "result = b''.join(got)
before, answer = b''.join(expected[:TURNS]), b''.join(expected[TURNS:TURNS + 1])
fine = result.startswith(before) and not (answer and result.startswith(before + answer))CLOSES
";
