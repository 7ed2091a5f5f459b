//! How fast is fuzzing a server?
//!
//! `cargo bench --bench fuzz_peer [-- CASES]` compares the cases per second of `wirecheck fuzz`
//! with a bare loop that plays the same cases against the same server, without judging anything:
//! it connects, sends the same chunks, and reads as many bytes at the same places. The server is
//! this program, started again; in a first run it writes down what each connection sent and got.
//! What is compared alternates, so that a busy machine slows both.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use wirecheck::engine::{
    Answers, Event, FuzzOptions, GateRules, Jobs, PeerSource, Selection, Settings, fuzz,
};
use wirecheck::peer::{CommandLine, Server, StartOptions};
use wirecheck::scenario::{NoAttachments, Side, Suite, parse};
use wirecheck::tactic::{CaseChoice, Profile, Seed, TacticFilter};
use wirecheck::wire::link::ReadProof;

const ROUNDS: usize = 5;
const SUITE: &str = "title = 'Echo'\nframing = 'line'\n[[scenario]]\nid = 'echo'\nexchange = [\n\
    { client = 'hello ${unique}' }, { server = 'hello ${unique}' },\n\
    { client = 'set a 17' }, { server = 'set a 17' },\n]\n";

/// One thing that happened on a connection, as the server saw it.
#[derive(Debug)]
enum Step {
    /// The client sent this chunk.
    Sent(Vec<u8>),
    /// The server answered with this many bytes.
    Answered(usize),
}

fn main() {
    if let Ok(port) = std::env::var("PORT") {
        let port = port.parse().expect("wirecheck gives a number");
        return serve(port, std::env::args().nth(1).map(PathBuf::from));
    }
    let mut asked = std::env::args().skip(1);
    let cases = asked.find_map(|it| it.parse().ok()).unwrap_or(10_000);
    let folder = std::env::temp_dir().join(format!("wirecheck-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the folder for temporary files is writable");
    compare(cases, &folder);
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
}

fn compare(cases: u64, folder: &Path) {
    let record = folder.join("cases.txt");
    fuzzed(cases, folder, Some(&record));
    let recorded = read_record(&record);
    let server = Server::start(&command(None), &StartOptions::default()).expect("it starts");
    println!("{cases} cases per round, cases per second");
    println!("{:>8} {:>8} {:>6}", "bare", "fuzz", "ratio");
    let mut ratios: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let bare = bare(&recorded, server.addr());
            let fuzz = fuzzed(cases, folder, None);
            println!("{bare:>8.0} {fuzz:>8.0} {:>6.2}", fuzz / bare);
            fuzz / bare
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.2}", ratios[ROUNDS / 2]);
}

/// The server: this program, which may write a record.
fn command(record: Option<&Path>) -> CommandLine {
    let this = std::env::current_exe().expect("this program runs");
    let words = [Some(this), record.map(Path::to_owned)];
    CommandLine::new(words.into_iter().flatten()).expect("it has a name")
}

/// How many cases of variations are played per second. The suite as it is comes before, and does
/// not count.
fn fuzzed(cases: u64, folder: &Path, record: Option<&Path>) -> f64 {
    let settings = Settings {
        peer: PeerSource::Start {
            command: command(record),
            options: StartOptions::default(),
        },
        command: Vec::new(),
        jobs: Jobs::default(),
        read_proof: ReadProof::Kernel,
        gate: GateRules::default(),
        time: None,
        answers: Answers::NotKept,
    };
    let options = FuzzOptions {
        seed: 1,
        time: Duration::from_secs(600),
        cases,
        failures: None,
        folder: folder.to_owned(),
        corpus: Vec::new(),
    };
    let (mut begun, mut last) = (None, (0, Instant::now()));
    let mut on_event = |event: Event<'_>| {
        if let Event::Fuzzed { record } = event {
            last = (record.cases, Instant::now());
            begun.get_or_insert(last.1);
        }
    };
    let stop = AtomicBool::new(false);
    let ran = fuzz(&selection(), &settings, &options, &stop, &mut on_event);
    assert!(
        ran.failure.is_none() && ran.record.tally().failed() == 0,
        "the server is right"
    );
    let begun = begun.expect("variations are tried");
    last.0 as f64 / (last.1 - begun).as_secs_f64()
}

fn selection() -> Selection {
    let suite: Suite = parse("echo.toml", SUITE, &NoAttachments).expect("the suite is valid");
    let choice = CaseChoice {
        profile: Profile::Quick,
        seed: Seed(1),
        only: TacticFilter::from_iter(["cut@*".parse().expect("a pattern")]),
    };
    Selection::new(vec![suite], Side::Client, choice)
}

/// Plays recorded cases, and says how many per second.
fn bare(cases: &[Vec<Step>], addr: SocketAddr) -> f64 {
    let start = Instant::now();
    for case in cases {
        let mut stream = TcpStream::connect(addr).expect("the server listens");
        stream.set_nodelay(true).expect("a TCP socket");
        for step in case {
            match step {
                Step::Sent(chunk) => stream.write_all(chunk).expect("the server reads"),
                Step::Answered(len) => {
                    let mut answer = vec![0; *len];
                    stream.read_exact(&mut answer).expect("it answers");
                }
            }
        }
        stream.shutdown(Shutdown::Write).expect("it is connected");
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).expect("the server closes");
    }
    cases.len() as f64 / start.elapsed().as_secs_f64()
}

/// Echoes each line, with a thread per client.
fn serve(port: u16, record: Option<PathBuf>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is ours");
    let file = record.map(|path| std::fs::File::create(path).expect("the folder is writable"));
    let file: Option<&'static Mutex<_>> = file.map(|it| &*Box::leak(Box::new(Mutex::new(it))));
    for stream in listener.incoming() {
        let mut stream = stream.expect("a client came");
        stream.set_nodelay(true).expect("a TCP socket");
        std::thread::spawn(move || {
            let line = echo(&mut stream);
            let complete = line.ends_with('.');
            if let Some(file) = file.filter(|_| complete) {
                let mut file = file.lock().expect("no thread panics");
                writeln!(file, "{line}").expect("the disk has room");
            }
        });
    }
}

/// Serves one client. Returns what happened, with a full stop behind it if the client ended.
fn echo(stream: &mut TcpStream) -> String {
    let (mut record, mut held, mut buffer) = (String::new(), Vec::new(), [0; 65536]);
    loop {
        let Ok(read) = stream.read(&mut buffer) else {
            return record;
        };
        if read == 0 {
            return record + ".";
        }
        record.push('S');
        for byte in &buffer[..read] {
            write!(record, "{byte:02x}").expect("a string grows");
        }
        held.extend_from_slice(&buffer[..read]);
        let whole = held
            .iter()
            .rposition(|&it| it == b'\n')
            .map_or(0, |at| at + 1);
        if whole > 0 && stream.write_all(&held[..whole]).is_err() {
            return record;
        }
        write!(record, " A{whole} ").expect("a string grows");
        held.drain(..whole);
    }
}

fn read_record(path: &Path) -> Vec<Vec<Step>> {
    let text = std::fs::read_to_string(path).expect("the server wrote it");
    let lines = text.lines().map(|it| it.trim_end_matches('.'));
    lines
        .map(|it| it.split_whitespace().map(step).collect())
        .collect()
}

fn step(word: &str) -> Step {
    if let Some(len) = word.strip_prefix('A') {
        return Step::Answered(len.parse().expect("a number"));
    }
    let digits = word.as_bytes()[1..].chunks(2);
    let byte = |it: &[u8]| {
        let text = std::str::from_utf8(it).expect("hexadecimal digits");
        u8::from_str_radix(text, 16).expect("hexadecimal digits")
    };
    Step::Sent(digits.map(byte).collect())
}
