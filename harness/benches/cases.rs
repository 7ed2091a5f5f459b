//! How fast are whole cases?
//!
//! `cargo bench --bench cases [-- CASES]` prints two tables. The first compares a run
//! against a threaded server with a bare connect-send-receive-close loop against the same
//! process. The second compares numbers of jobs with one job; the best is the default.
//! What is compared alternates, so that a busy machine slows both. The server is this
//! program, started again.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use wirecheck::engine::{Answers, Event, GateRules, Jobs, PeerSource, Selection, Settings, run};
use wirecheck::peer::{CommandLine, ExternalServer, Server, StartOptions};
use wirecheck::scenario::{NoAttachments, Side, parse};
use wirecheck::tactic::{CaseChoice, Profile, Seed, TacticFilter};
use wirecheck::wire::link::ReadProof;

/// The length of a message with its line feed: about the number of cases that a tactic
/// makes of it.
const LENGTH: usize = 256;
const ROUNDS: usize = 5;
const JOBS: [usize; 6] = [1, 2, 4, 8, 16, 32];

fn main() {
    if let Ok(port) = std::env::var("PORT") {
        return serve(port.parse().expect("wirecheck gives a number"));
    }
    let asked = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok());
    let cases: usize = asked.unwrap_or(10_000);
    let this = std::env::current_exe().expect("this program runs");
    let command = CommandLine::new([this]).expect("it has a name");
    let server =
        Server::start(&command, &StartOptions::default()).expect("the server is this program");
    compare_with_bare_loop(cases, server.addr());
    compare_jobs(cases / 4, server.addr());
}

fn compare_with_bare_loop(cases: usize, addr: SocketAddr) {
    println!("{cases} cases per round, cases per second");
    println!("{:>8} {:>8} {:>8} {:>6}", "tactic", "bare", "run", "ratio");
    for pattern in ["cut@*", "fin@*", "half@*", "random@*"] {
        let ratios = (0..ROUNDS).map(|_| round(pattern, cases, addr)).collect();
        println!("{pattern:>8} median ratio {:.2}", median(ratios));
    }
}

fn round(pattern: &str, cases: usize, addr: SocketAddr) -> f64 {
    let jobs = Jobs::default();
    let (ran, time) = judged(pattern, cases, addr, jobs);
    let run = rate(ran, time);
    let bare = rate(ran, bare(ran, addr, jobs.0));
    println!("{pattern:>8} {bare:>8.0} {run:>8.0} {:>6.2}", run / bare);
    run / bare
}

/// How many times as fast as one job several jobs are, for each tactic.
fn compare_jobs(cases: usize, addr: SocketAddr) {
    println!("\n{cases} cases per round, speed relative to --jobs 1 (median of {ROUNDS})");
    print!("{:>8}", "tactic");
    JOBS.iter().for_each(|jobs| print!(" {jobs:>6}"));
    println!();
    for pattern in ["cut@*", "fin@*", "random@*"] {
        let mut speeds = vec![Vec::new(); JOBS.len()];
        for _ in 0..ROUNDS {
            let mut rates = JOBS.iter().map(|&jobs| {
                let jobs = Jobs(NonZeroUsize::new(jobs).expect("it is not zero"));
                let (ran, time) = judged(pattern, cases, addr, jobs);
                rate(ran, time)
            });
            let one = rates.next().expect("one job comes first");
            speeds[0].push(1.0);
            let others = rates.zip(&mut speeds[1..]);
            others.for_each(|(rate, speeds)| speeds.push(rate / one));
        }
        print!("{pattern:>8}");
        speeds
            .into_iter()
            .for_each(|it| print!(" {:>6.2}", median(it)));
        println!();
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn rate(cases: usize, time: Duration) -> f64 {
    cases as f64 / time.as_secs_f64()
}

/// Plays about this many cases of one tactic, and returns how many passed and how long it
/// took.
fn judged(pattern: &str, cases: usize, addr: SocketAddr, jobs: Jobs) -> (usize, Duration) {
    let scenarios = cases.div_ceil(LENGTH);
    let message = message();
    let mut suite = String::from("title = 'Echo'\nframing = 'line'\n");
    for number in 0..scenarios {
        suite.push_str(&format!(
            "[[scenario]]\nid = 's{number}'\nexchange = [\n{{ client = '{message}' }}, {{ server = '{message}' }},\n\
             {{ client.close = 'write' }}, {{ server.close = 'fin' }},\n]\n"
        ));
    }
    let suite = parse("echo.toml", &suite, &NoAttachments).expect("the suite is valid");
    let choice = CaseChoice {
        profile: Profile::Standard,
        seed: Seed(1),
        only: TacticFilter::from_iter([pattern.parse().expect("a pattern")]),
    };
    let selection = Selection::new(vec![suite], Side::Client, choice);
    let settings = Settings {
        peer: PeerSource::Connect(
            ExternalServer::find(&addr.to_string()).expect("it is an address"),
        ),
        command: Vec::new(),
        jobs,
        read_proof: ReadProof::Kernel,
        gate: GateRules::default(),
        time: None,
        answers: Answers::NotKept,
    };
    let mut passed = 0;
    let start = Instant::now();
    let ran = run(
        &selection,
        &settings,
        &AtomicBool::new(false),
        &mut |event| {
            passed += usize::from(matches!(event, Event::Passed));
        },
    );
    let time = start.elapsed();
    assert!(
        ran.failure.is_none() && ran.record.tally().failed() == 0,
        "the server is right"
    );
    (passed, time)
}

/// The same number of connections, each with one message and its answer.
fn bare(cases: usize, addr: SocketAddr, jobs: NonZeroUsize) -> Duration {
    let line = message() + "\n";
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..jobs.get() {
            scope.spawn(|| (0..cases / jobs).for_each(|_| exchange(addr, &line)));
        }
    });
    start.elapsed()
}

fn message() -> String {
    "0123456789abcdef"
        .chars()
        .cycle()
        .take(LENGTH - 1)
        .collect()
}

fn exchange(addr: SocketAddr, line: &str) {
    let mut stream = TcpStream::connect(addr).expect("the server listens");
    stream.set_nodelay(true).expect("a TCP socket");
    stream.write_all(line.as_bytes()).expect("the server reads");
    let mut answer = [0; LENGTH];
    stream.read_exact(&mut answer).expect("the server answers");
}

/// Echoes each line, with a thread per client.
fn serve(port: u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is ours");
    for stream in listener.incoming() {
        let mut stream = stream.expect("a client came");
        std::thread::spawn(move || {
            let mut lines = BufReader::new(stream.try_clone().expect("descriptors are left"));
            let mut line = Vec::new();
            while let Ok(1..) = lines.read_until(b'\n', &mut line) {
                if !line.ends_with(b"\n") || stream.write_all(&line).is_err() {
                    break;
                }
                line.clear();
            }
        });
    }
}
