//! The program in Python.

use super::{LastSteps, headline, last_steps};
use crate::replay::OpenCase;
use crate::replay::steps::{PlayStep, Stream};
use crate::scenario::{Side, VariableName};
use crate::tactic::{Delivery, DeliveryEnd};

/// A byte that is there more often in a row is written once.
const LONGEST_RUN: usize = 32;

/// A program has only the lines that its case needs.
pub(super) fn script(case: &OpenCase) -> String {
    let (baseline, delivery) = (case.baseline(), &case.case.delivery);
    let (whole, cut) = (steps(case, &baseline), steps(case, delivery));
    let stream = case.stream(&baseline);
    let changed = delivery.edit().map(|_| expression(&case.stream(delivery)));
    let changed = changed.unwrap_or_else(|| "WHOLE[0]".to_owned());
    let [id, what] = headline(case);
    let (head, play, lost) = match case.side() {
        Side::Client => (SERVER_HEAD, SERVER.to_owned(), "OSError"),
        Side::Server => {
            let play = CLIENT.replace("SAVED", &command(case));
            (CLIENT_HEAD, play, "(OSError, subprocess.TimeoutExpired)")
        }
    };
    let has_unique = !stream.unique.is_empty();
    let without_unique = |text: String| match has_unique {
        true => text,
        false => text.replace(PUT_UNIQUE, "").replace(HIDE_UNIQUE, ""),
    };
    let unique = if has_unique { UNIQUE } else { "" };
    let part = if case.is_part { PART } else { "" };
    [
        // What was seen may have any word in it: it comes last.
        head.replace("PART", part)
            .replace("ID", &id)
            .replace("WHAT", &what),
        unique.to_owned(),
        format!("WHOLE = {}, [{}]\n", expression(&stream), whole.join(", ")),
        format!("CASE = {changed}, [{}]\n", cut.join(", ")),
        without_unique(play.replace("CONVERSE", &converse(&[whole, cut].concat()))),
        READ.to_owned(),
        check(case).replace("LOST", lost),
    ]
    .concat()
}

/// The loop over the steps.
fn converse(steps: &[String]) -> String {
    let has = |step: &str| steps.iter().any(|it| it == step);
    let half = if has("'half'") { HALF } else { "" };
    let reset = if has("'rst'") { RESET } else { "" };
    CONVERSE.replace("HALF", half).replace("RESET", reset)
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

/// The lengths of the chunks, and what is done between them. A program closes at its end.
fn steps(case: &OpenCase, delivery: &Delivery) -> Vec<String> {
    let steps = case.steps(delivery).into_iter().map(|step| match step {
        PlayStep::Send(range) => range.len().to_string(),
        PlayStep::Read => "'read'".to_owned(),
    });
    let mut steps = runs(&steps.collect::<Vec<_>>());
    let LastSteps { reads_last, words } = last_steps(case, delivery);
    if steps.last().is_some_and(|it| it == "'read'") && !reads_last {
        steps.pop();
    }
    let words = words.iter().filter(|word| **word != "fin");
    steps.extend(words.map(|word| format!("'{word}'")));
    steps
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

/// The bytes as an expression, with a name in the places of `${unique}`.
fn expression(stream: &Stream) -> String {
    let mut parts = Vec::new();
    let mut start = 0;
    for unique in &stream.unique {
        parts.extend(bytes(&stream.bytes[start..unique.start]));
        parts.push(match unique.len() {
            len if len % VariableName::UNIQUE_LENGTH == 0 => {
                vec!["UNIQUE"; len / VariableName::UNIQUE_LENGTH].join(" + ")
            }
            // A part of one, after an edit: the same in each play.
            _ => literal(&stream.bytes[unique.clone()]),
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

const SERVER_HEAD: &str = "#!/usr/bin/env python3
\"\"\"ID
WHAT
PART
python3 THIS_FILE HOST PORT sends the bytes uncut, as the case cuts them, and uncut again.
Exit code 1: the answers differ. A pause after each write stands for the server's read.
\"\"\"
import contextlib, socket, struct, sys, time

";

const CLIENT_HEAD: &str = "#!/usr/bin/env python3
\"\"\"ID
WHAT

python3 THIS_FILE [COMMAND...] starts a client ({host} and {port} are replaced) and sends it
the bytes uncut, as the case cuts them, and uncut again. Exit code 1: what it does differs.
A pause after each write stands for the client's read.
\"\"\"
import atexit, contextlib, os, socket, struct, subprocess, sys, time

";

/// What the head of a program says of a part of the exchange.
const PART: &str =
    "A part of the exchange is enough to see it; the offsets are those of the part.\n";

/// Stands for a value that differs in each play.
const UNIQUE: &str = "UNIQUE = b'<unique>'\n";

const SERVER: &str = "
def play(stream, steps):
    got = []
    unique = b'%08d' % (time.time_ns() // 1000 % 10**8)
    stream = stream.replace(UNIQUE, unique)
    with socket.create_connection(sys.argv[1:3], 5) as peer:
CONVERSE    return got
";

const CLIENT: &str = "COMMAND = sys.argv[1:] or [SAVED]

def play(stream, steps):
    got = []
    unique = b'%08d' % (time.time_ns() // 1000 % 10**8)
    stream = stream.replace(UNIQUE, unique)
    with socket.create_server(('127.0.0.1', 0)) as server:
        server.settimeout(10)
        port = str(server.getsockname()[1])
        words = [it.replace('{host}', '127.0.0.1').replace('{port}', port) for it in COMMAND]
        env = dict(os.environ, HOST='127.0.0.1', PORT=port)
        client = subprocess.Popen(words, stdout=subprocess.PIPE, env=env)
        atexit.register(client.kill)
        peer = server.accept()[0]
    with peer:
CONVERSE    return got + [client.communicate(timeout=5)[0], b'[exit code %d]' % client.returncode]
";

const PUT_UNIQUE: &str = "    unique = b'%08d' % (time.time_ns() // 1000 % 10**8)
    stream = stream.replace(UNIQUE, unique)
";

const HIDE_UNIQUE: &str = ".replace(unique, UNIQUE)";

const CONVERSE: &str = "        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for step in steps:
            with contextlib.suppress(OSError):  # If it closes early, the next read shows it.
                if step == 'read':
                    got.append(read(peer).replace(unique, UNIQUE))
HALFRESET                else:
                    data, stream = stream[:step], stream[step:]
                    peer.sendall(data)
                    time.sleep(0.1)
";

const HALF: &str = "                elif step == 'half':
                    peer.shutdown(socket.SHUT_WR)
";

const RESET: &str = "                elif step == 'rst':
                    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
";

const READ: &str = "
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

const CHECK: &str = "
def attempt(stream, steps):
    try:
        return play(stream, steps)
    except LOST as error:
        print(error)
        return [b'[lost]']

expected, got, after = attempt(*WHOLE), attempt(*CASE), attempt(*WHOLE)
print('uncut', expected, '\\ncase ', got, '\\nafter', after)
if expected == [b'[lost]']:
    sys.exit(2)
RULE
sys.exit(not fine or after != expected)
";

/// Where the stream was cut off or changed: the whole messages before are answered, and the
/// next one is not answered as if it were whole.
const CUT_OFF: &str = "result = b''.join(got)
before, answer = b''.join(expected[:TURNS]), b''.join(expected[TURNS:TURNS + 1])
fine = result.startswith(before) and not (answer and result.startswith(before + answer))CLOSES
";
