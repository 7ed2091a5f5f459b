//! The life of a peer, from its start to the last of its processes, with small
//! Python and shell programs. Linux shows what is checked here.
#![cfg(target_os = "linux")]

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use std::collections::HashSet;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wirecheck::peer::{
    Client, CommandLine, Ended, Heard, Manner, Server, StartError, StartOptions, Unstartable,
    Waited,
};
use wirecheck::wire::diag::listening;

/// No test waits so long unless something is wrong.
const BOUND: Duration = Duration::from_secs(30);

/// Listens on the port that it is given and takes no connection.
const LISTEN: &str = "import _socket, sys
s = _socket.socket()
s.bind((sys.argv[2] if sys.argv[2:] else '127.0.0.1', int(sys.argv[1])))
s.listen()
";

/// Then waits for ever.
const WAIT: &str = "import signal\nwhile True: signal.pause()\n";

fn is_python_here() -> bool {
    let answer = Command::new("python3")
        .args(["-S", "-c", ""])
        .stdin(Stdio::null())
        .status();
    let is_here = answer.is_ok_and(|status| status.success());
    if !is_here {
        eprintln!("skipped: there is no python3 on this machine");
    }
    is_here
}

fn python(script: &str, arguments: &[&str]) -> CommandLine {
    let words = ["python3", "-S", "-u", "-c", script];
    line(&[&words, arguments].concat())
}

fn line(words: &[&str]) -> CommandLine {
    CommandLine::new(words.iter().copied()).expect("there is a program")
}

fn start(command: &CommandLine) -> Result<Server, StartError> {
    let options = StartOptions {
        start_timeout: BOUND,
        ..StartOptions::default()
    };
    Server::start(command, &options)
}

fn start_briefly(command: &CommandLine) -> StartError {
    let options = StartOptions {
        start_timeout: Duration::from_millis(700),
        ..StartOptions::default()
    };
    Server::start(command, &options).expect_err("it does not listen where it should")
}

fn soon() -> Instant {
    Instant::now() + BOUND
}

/// Waits for the end of a process that need not be our child.
fn await_end(process: u32) {
    let id = Pid::from_raw(process.cast_signed()).expect("no process is 0");
    let Ok(handle) = pidfd_open(id, PidfdFlags::empty()) else {
        return;
    };
    let bound = Timespec::try_from(BOUND).expect("it is short");
    let ended = poll(&mut [PollFd::new(&handle, PollFlags::IN)], Some(&bound));
    assert_eq!(ended, Ok(1), "process {process} is still there");
}

/// Whether a process is there and is more than a zombie.
fn is_alive(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit(") ")
        .next()
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

fn nobody_listens(addr: SocketAddr) -> bool {
    listening(addr).expect("the kernel answers").is_none()
}

/// The number that a server prints after a word, once it does.
fn printed_number(server: &Server, word: &str) -> u32 {
    let begin = server.await_output(word.as_bytes(), Default::default(), soon());
    let Heard::Text(from) = begin else {
        panic!("{begin:?}: {}", server.last_words());
    };
    assert!(matches!(
        server.await_output(b"\n", from, soon()),
        Heard::Text(_)
    ));
    let text = String::from_utf8_lossy(&server.output().stdout.bytes()).into_owned();
    let after = text.split(word).nth(1).expect("it was printed");
    let digits = after.lines().next().expect("a line follows").trim();
    digits.parse().expect("it is a number")
}

#[test]
fn a_server_is_ready_when_it_listens_and_gone_when_it_is_stopped() {
    if !is_python_here() {
        return;
    }
    let command = python(&format!("{LISTEN}{WAIT}"), &["{port}"]);
    let server = start(&command).expect("it listens");
    let addr = server.addr();
    assert!(!nobody_listens(addr));
    assert_eq!(server.ended(), None);
    let mut watch = server.watch().expect("/proc is there");
    assert_eq!(watch.processes().expect("it lives"), [server.id()]);
    drop(TcpStream::connect(addr).expect("it takes calls"));
    let stopped = server.stop();
    assert_eq!(stopped.ended.to_string(), "signal 15 (SIGTERM)");
    assert_eq!(stopped.manner, Manner::Obeyed);
    assert_eq!(stopped.strays, []);
    assert!(nobody_listens(addr));
}

#[test]
fn any_loopback_address_will_do() {
    if !is_python_here() {
        return;
    }
    let script = format!(
        "{}{WAIT}",
        LISTEN.replace(
            "_socket.socket()",
            "_socket.socket(10 if ':' in sys.argv[2] else 2)"
        )
    );
    for host in ["127.0.0.5", "::1"] {
        if TcpListener::bind((host, 0)).is_err() {
            eprintln!("skipped: {host} is not on this machine");
            continue;
        }
        let options = StartOptions {
            host: host.parse().expect("an address"),
            ..StartOptions::default()
        };
        let server = Server::start(&python(&script, &["{port}", "{host}"]), &options);
        assert_eq!(server.expect("it listens").addr().ip().to_string(), host);
    }
}

#[test]
fn the_port_is_in_the_environment_too() {
    if !is_python_here() {
        return;
    }
    let script = format!("import os\n{LISTEN}{WAIT}").replace("sys.argv[1]", "os.environ['PORT']");
    start(&python(&script, &[])).expect("it reads PORT");
}

#[test]
fn a_program_that_is_not_there_is_not_found() {
    let error = start(&line(&["no-such-program-anywhere", "x"])).expect_err("it is not there");
    assert!(matches!(error.why, Unstartable::NotFound));
    assert_eq!(
        error.to_string(),
        "cannot start `no-such-program-anywhere x`: the program is not found"
    );
    assert!(error.help().expect("there is advice").contains("PATH"));
}

#[test]
fn a_file_that_is_no_program_cannot_be_run() {
    let error = start(&line(&["/etc/passwd"])).expect_err("it is no program");
    assert!(
        matches!(error.why, Unstartable::NotExecutable(_)),
        "{error}"
    );
    assert!(error.help().expect("there is advice").contains("chmod +x"));
}

#[test]
fn a_server_that_dies_at_once_is_quoted() {
    let script = "echo starting; echo 'no such table: users' >&2; exit 3";
    let error = start(&line(&["sh", "-c", script])).expect_err("it ends");
    let Unstartable::Died { ended, .. } = error.why else {
        panic!("{error}");
    };
    assert_eq!(ended, Ended::Code(3));
    let text = error.to_string();
    assert!(text.contains("exit code 3"), "{text}");
    assert!(
        text.ends_with("its last words:\n  no such table: users"),
        "{text}"
    );
}

#[test]
fn a_server_that_crashes_is_told_by_its_signal() {
    let error = start(&line(&["sh", "-c", "kill -SEGV $$"])).expect_err("it ends");
    assert!(error.to_string().contains("signal 11 (SIGSEGV)"), "{error}");
}

#[test]
fn a_server_that_never_listens_is_given_up() {
    let error = start_briefly(&line(&["sh", "-c", "exec tail -f /dev/null", "{port}"]));
    assert!(error.to_string().contains("within 0.7 s"), "{error}");
    assert!(
        error
            .help()
            .expect("there is advice")
            .contains("--start-timeout")
    );
}

#[test]
fn a_command_without_a_port_is_pointed_at_it() {
    let error = start_briefly(&line(&["tail", "-f", "/dev/null"]));
    assert!(error.help().expect("there is advice").contains("{port}"));
}

#[test]
fn a_server_on_another_port_is_found_there() {
    if !is_python_here() {
        return;
    }
    let script = format!("{LISTEN}print(s.getsockname()[1], file=sys.stderr)\n{WAIT}");
    let error = start_briefly(&python(&script, &["0"]));
    let elsewhere = format!("it listens on 127.0.0.1:{}", error.last_words);
    assert!(error.to_string().contains(&elsewhere), "{error}");
}

#[test]
fn a_server_on_another_address_is_found_there() {
    if !is_python_here() {
        return;
    }
    let script = format!("{LISTEN}{WAIT}");
    let error = start_briefly(&python(&script, &["{port}", "127.0.0.9"]));
    assert!(
        error.to_string().contains("it listens on 127.0.0.9:"),
        "{error}"
    );
    assert!(error.help().expect("there is advice").contains("127.0.0.9"));
}

#[test]
fn a_port_that_a_stranger_takes_is_given_up_for_another() {
    let fifo = std::env::temp_dir().join(format!("wirecheck-stranger-{}", std::process::id()));
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.expect("mkfifo is there").success());
    // The peer tells its port, and this test takes it.
    let tell = format!("echo $PORT > {}; exec tail -f /dev/null", fifo.display());
    let stranger = std::thread::spawn({
        let fifo = fifo.clone();
        move || [(); 3].map(|()| listen_where_told(&fifo))
    });
    let error = start(&line(&["sh", "-c", &tell])).expect_err("all its ports are taken");
    let taken = stranger.join().expect("each port is told");
    std::fs::remove_file(&fifo).expect("it was made above");
    let Unstartable::PortTaken { addr, process } = error.why else {
        panic!("{error}");
    };
    assert_eq!(process, std::process::id());
    let last = taken[2].local_addr().expect("it is bound");
    assert_eq!(addr, last);
}

fn listen_where_told(fifo: &std::path::Path) -> TcpListener {
    let port = std::fs::read_to_string(fifo).expect("the peer writes");
    let port: u16 = port.trim().parse().expect("a port");
    TcpListener::bind(("127.0.0.1", port)).expect("the peer does not take it")
}

#[test]
fn a_server_that_goes_into_the_background_is_told_so_and_ended() {
    if !is_python_here() {
        return;
    }
    let daemon = format!("import os, sys\nif os.fork(): os._exit(0)\nos.setsid()\n{LISTEN}{WAIT}");
    match start(&python(&daemon, &["{port}"])) {
        Err(StartError {
            why: Unstartable::WentAway { process, .. },
            ..
        }) => assert!(!is_alive(process)),
        // The daemon was quicker than its parent was gone.
        Ok(server) => {
            let strays = server.stop().strays;
            assert!(!strays.is_empty() && strays.iter().all(|stray| !is_alive(stray.process)));
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_server_that_floods_is_never_held_up_and_little_is_kept() {
    if !is_python_here() {
        return;
    }
    let flood = "import os, sys
block = b'x' * 65536
for _ in range(800): os.write(1, block); os.write(2, block)
os.write(1, b'flooded\\n')
";
    let script = format!("{LISTEN}{flood}{WAIT}");
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let begin = server.mark();
    let heard = loop {
        // What is waited for may come late in a flood; then the wait begins anew.
        match server.await_output(b"flooded", begin, soon()) {
            Heard::Overrun => std::thread::yield_now(),
            heard => break heard,
        }
    };
    let total = 800 * 65_536;
    assert!(matches!(heard, Heard::Text(mark) if mark > begin));
    let output = server.output();
    assert_eq!(output.stdout.total, total + 8);
    assert_eq!(output.stderr.total, total);
    let kept = output.stdout.head.len() + output.stdout.tail.len();
    assert!(kept <= 128 << 10, "{kept}");
    assert_eq!(output.stdout.missing(), total + 8 - kept as u64);
    drop(TcpStream::connect(server.addr()).expect("it serves all the same"));
}

#[test]
fn a_text_is_heard_after_its_mark_even_in_pieces() {
    if !is_python_here() {
        return;
    }
    // It prints a half when it is called, so that the test decides when.
    let script = format!(
        "{LISTEN}import os
os.write(1, b'ready early\\n')
for half in [b'..re', b'ady..', b'ready']:
    s._accept()
    os.write(1, half)
{WAIT}"
    );
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let call = || drop(TcpStream::connect(server.addr()).expect("it takes calls"));
    let early = server.await_output(b"early\n", Default::default(), soon());
    let Heard::Text(mark) = early else {
        panic!("{early:?}");
    };
    assert_eq!(
        server.await_output(b"ready", mark, Instant::now()),
        Heard::NotInTime
    );
    call();
    assert!(matches!(
        server.await_output(b"..re", mark, soon()),
        Heard::Text(_)
    ));
    assert_eq!(
        server.await_output(b"ready", mark, Instant::now()),
        Heard::NotInTime
    );
    call();
    let Heard::Text(second) = server.await_output(b"ready", mark, soon()) else {
        panic!("{}", server.last_words());
    };
    assert_eq!(
        server.await_output(b"ready", second, Instant::now()),
        Heard::NotInTime
    );
    call();
    assert!(matches!(
        server.await_output(b"ready", second, soon()),
        Heard::Text(_)
    ));
}

#[test]
fn waiting_for_a_text_ends_when_the_server_does() {
    if !is_python_here() {
        return;
    }
    let script = format!("{LISTEN}s._accept()\n");
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    drop(TcpStream::connect(server.addr()).expect("it takes calls"));
    let heard = server.await_output(b"never", server.mark(), soon());
    assert_eq!(heard, Heard::Closed);
    // It closes its output a moment before it is over.
    let deadline = soon();
    while server.ended().is_none() && Instant::now() < deadline {
        std::thread::yield_now();
    }
    let stopped = server.stop();
    assert_eq!(
        (stopped.ended, stopped.manner),
        (Ended::Code(0), Manner::Itself)
    );
}

#[test]
fn a_server_that_ignores_sigterm_is_killed() {
    if !is_python_here() {
        return;
    }
    let script = format!("import signal\nsignal.signal(15, signal.SIG_IGN)\n{LISTEN}{WAIT}");
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let addr = server.addr();
    let stopped = server.stop();
    assert_eq!(stopped.ended, Ended::Signal(9));
    assert_eq!(stopped.manner, Manner::Killed);
    assert!(nobody_listens(addr));
}

#[test]
fn a_server_has_time_to_end_in_order() {
    if !is_python_here() {
        return;
    }
    let orderly = "import signal, sys
def leave(*_): print('bye'); sys.exit(7)
signal.signal(15, leave)
";
    let script = format!("{orderly}{LISTEN}{WAIT}");
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let stopped = server.stop();
    assert_eq!(
        (stopped.ended, stopped.manner),
        (Ended::Code(7), Manner::Obeyed)
    );
}

#[test]
fn a_grandchild_in_the_group_does_not_outlive_the_server() {
    if !is_python_here() {
        return;
    }
    let script = format!(
        "import os, signal\n{LISTEN}child = os.fork()\nif child: print('child', child)\n{WAIT}"
    );
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let child = printed_number(&server, "child");
    let addr = server.addr();
    let mut watch = server.watch().expect("/proc is there");
    assert_eq!(watch.processes().expect("they live").len(), 2);
    drop(server);
    assert!(!is_alive(child));
    assert!(nobody_listens(addr));
}

#[test]
fn a_grandchild_that_left_the_group_is_found_and_ended() {
    if !is_python_here() {
        return;
    }
    let script = format!(
        "import os, signal\n{LISTEN}child = os.fork()
if child: print('child', child)
else: os.setsid(); print('away', os.getpid())
{WAIT}"
    );
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let away = printed_number(&server, "away");
    let addr = server.addr();
    let stopped = server.stop();
    assert_eq!(stopped.strays.len(), 1);
    assert_eq!(stopped.strays[0].process, away);
    assert!(!is_alive(away));
    assert!(nobody_listens(addr));
}

#[test]
fn one_that_left_the_group_and_wiped_its_environment_is_found_by_its_socket() {
    if !is_python_here() {
        return;
    }
    let wiped = format!("import signal\nprint('wiped', __import__('os').getpid())\n{WAIT}");
    let script = format!(
        "import os\n{LISTEN}s2 = os.dup(s.fileno()); os.set_inheritable(s2, True)
if not os.fork():
    os.setsid()
    os.execve(sys.executable, ['python3', '-S', '-u', '-c', {wiped:?}], {{}})
{WAIT}"
    );
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let wiped = printed_number(&server, "wiped");
    let addr = server.addr();
    let strays = server.stop().strays;
    assert_eq!(strays.len(), 1);
    assert_eq!(strays[0].process, wiped);
    assert!(nobody_listens(addr));
}

#[test]
fn a_suspended_server_stands_still_and_can_be_stopped() {
    if !is_python_here() {
        return;
    }
    let script = format!("{LISTEN}while True: pass\n");
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let mut watch = server.watch().expect("/proc is there");
    server.suspend().expect("it is ours");
    let first = watch.look().expect("it is there");
    let second = watch.look().expect("it is there");
    assert_eq!(first, second);
    server.resume().expect("it is ours");
    let deadline = soon();
    while watch.look().expect("it is there").ran() == second.ran() {
        assert!(Instant::now() < deadline, "it does not run again");
        std::thread::yield_now();
    }
    server.suspend().expect("it is ours");
    assert_eq!(server.stop().manner, Manner::Obeyed);
}

#[test]
fn two_hundred_servers_never_meet_on_a_port() {
    if !is_python_here() {
        return;
    }
    let command = python(&format!("{LISTEN}{WAIT}"), &["{port}"]);
    let mut all_ports = HashSet::new();
    for _ in 0..10 {
        let servers: Vec<Server> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..20).map(|_| scope.spawn(|| start(&command))).collect();
            starts
                .into_iter()
                .map(|start| start.join().expect("no start panics").expect("it listens"))
                .collect()
        });
        all_ports.extend(servers.iter().map(|server| server.addr().port()));
    }
    assert_eq!(all_ports.len(), 200);
}

#[test]
fn a_client_is_told_whom_to_call_and_how_it_ends() {
    let addr = "127.0.0.1:7000".parse().expect("an address");
    let command = line(&[
        "sh",
        "-c",
        "echo \"$0 $HOST:$PORT\"; echo oops >&2; exit 4",
        "{host}:{port}",
    ]);
    let mut client = Client::start(&command, addr).expect("there is a shell");
    assert_eq!(client.wait(soon()), Waited::Ended(Ended::Code(4)));
    let output = client.output();
    assert_eq!(
        output.stdout.bytes().as_ref(),
        b"127.0.0.1:7000 127.0.0.1:7000\n"
    );
    assert_eq!(client.last_words(), "oops");
}

#[test]
fn a_client_that_stays_is_killed_with_its_children() {
    let addr = "127.0.0.1:7000".parse().expect("an address");
    let command = line(&["sh", "-c", "tail -f /dev/null & echo $!; wait"]);
    let mut client = Client::start(&command, addr).expect("there is a shell");
    assert!(matches!(
        client.await_output(b"\n", Default::default(), soon()),
        Heard::Text(_)
    ));
    assert_eq!(client.wait(Instant::now()), Waited::Running);
    let child = String::from_utf8_lossy(&client.output().stdout.bytes())
        .trim()
        .parse();
    let child = child.expect("a shell prints a number");
    drop(client);
    assert!(!is_alive(child));
}

/// Started by the test below, which kills it.
#[test]
#[ignore = "it is a part of the next test, and does not end by itself"]
fn a_wirecheck_that_is_about_to_be_killed() {
    if std::env::var_os("ABOUT_TO_BE_KILLED").is_none() {
        return;
    }
    let script = format!(
        "import os, signal\n{LISTEN}child = os.fork()
if not child: os.setsid(); signal.signal(15, signal.SIG_IGN); print('away', os.getpid())
{WAIT}"
    );
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let away = printed_number(&server, "away");
    let wiped = line(&["env", "-i", "tail", "-f", "/dev/null"]);
    let client = Client::start(&wiped, server.addr()).expect("env is there");
    println!("processes {} {away} {}", server.id(), client.id());
    std::thread::park_timeout(BOUND * 10);
}

#[test]
fn nothing_outlives_a_wirecheck_that_is_killed() {
    if !is_python_here() {
        return;
    }
    let mut wirecheck = Command::new(std::env::current_exe().expect("this is a program"))
        .args(["--exact", "a_wirecheck_that_is_about_to_be_killed"])
        .args(["--ignored", "--nocapture"])
        .env("ABOUT_TO_BE_KILLED", "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program can be started");
    let lines = BufReader::new(wirecheck.stdout.take().expect("it was asked for")).lines();
    let processes: Vec<u32> = lines
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once("processes ")?.1.to_owned()))
        .expect("it says whom it started")
        .split(' ')
        .map(|number| number.parse().expect("a number"))
        .collect();
    assert_eq!(processes.len(), 3);
    assert!(processes.iter().all(|&process| is_alive(process)));
    let guardian = guardian_of(wirecheck.id()).expect("it was started with the first peer");
    let id = Pid::from_child(&wirecheck);
    kill_process(id, Signal::KILL).expect("it is ours");
    wirecheck.wait().expect("it was killed");
    processes.into_iter().for_each(await_end);
    await_end(guardian);
}

/// The shell whose arguments name the brand of this wirecheck.
fn guardian_of(wirecheck: u32) -> Option<u32> {
    let brand = format!("WIRECHECK_PEER={wirecheck}-");
    let entries = std::fs::read_dir("/proc").expect("/proc is there");
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .find(|process| {
            let arguments = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
            let arguments = String::from_utf8_lossy(&arguments).into_owned();
            arguments.contains("wirecheck-guardian") && arguments.contains(&brand)
        })
}
