//! Peers from their start to the end of their last process, with small Python and shell
//! programs. Only Linux shows what is checked here.
#![cfg(target_os = "linux")]

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use std::collections::HashSet;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wirecheck::peer::{
    Client, CommandLine, ExitStatus, OutputWait, Resources, Server, StartError, StartFailure,
    StartOptions, StopCause, WaitResult,
};
use wirecheck::wire::diag::listening;

/// No test waits this long unless something is wrong.
const LIMIT: Duration = Duration::from_secs(30);

/// Listens on the port in its first argument. `report` prints a line
/// with one write, so that lines of several processes are not mixed.
const LISTEN: &str = "import _socket, os, signal, sys
def report(name, number): os.write(1, b'%s %d\\n' % (name.encode(), number))
s = _socket.socket()
s.bind((sys.argv[2] if sys.argv[2:] else '127.0.0.1', int(sys.argv[1])))
s.listen()
";

/// Accepts connections until a signal ends it.
const SERVE: &str = "while True: s._accept()\n";

/// Waits until a signal ends it.
const WAIT: &str = "import signal\nwhile True: signal.pause()\n";

fn is_python_here() -> bool {
    let answer = Command::new("python3")
        .args(["-S", "-c", ""])
        .stdin(Stdio::null())
        .status();
    let is_here = answer.is_ok_and(|status| status.success());
    if !is_here {
        eprintln!("skipped: python3 is not installed");
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

/// Enough time for everything on a busy machine.
fn patient() -> StartOptions {
    StartOptions {
        start_timeout: LIMIT,
        stop_grace: LIMIT,
        ..StartOptions::default()
    }
}

fn start(command: &CommandLine) -> Result<Server, StartError> {
    Server::start(command, &patient())
}

fn start_within(command: &CommandLine, start_timeout: Duration) -> StartError {
    let options = StartOptions {
        start_timeout,
        ..StartOptions::default()
    };
    Server::start(command, &options).expect_err("it does not listen where it should")
}

/// Starts a server that listens in the wrong place. The first limits may be too short for it
/// to listen at all, so they are doubled until the error names that place.
fn start_elsewhere(command: &CommandLine) -> StartError {
    let mut timeout = Duration::from_millis(250);
    loop {
        let error = start_within(command, timeout);
        if error.to_string().contains("it listens on") || timeout > LIMIT {
            return error;
        }
        timeout *= 2;
    }
}

fn soon() -> Instant {
    Instant::now() + LIMIT
}

/// Waits for the end of a process that need not be our child.
fn await_end(process: u32) {
    let id = Pid::from_raw(process.cast_signed()).expect("no process is 0");
    let Ok(handle) = pidfd_open(id, PidfdFlags::empty()) else {
        return;
    };
    let bound = Timespec::try_from(LIMIT).expect("it is short");
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

/// Waits until a server has reported a number under this name.
fn printed_number(server: &Server, name: &str) -> u32 {
    let begin = server.await_output(name.as_bytes(), Default::default(), soon());
    let OutputWait::Found(from) = begin else {
        panic!("{begin:?}: {}", server.last_output());
    };
    assert!(matches!(
        server.await_output(b"\n", from, soon()),
        OutputWait::Found(_)
    ));
    let text = String::from_utf8_lossy(&server.output().stdout.bytes()).into_owned();
    let after = text.split(name).nth(1).expect("it was printed");
    let digits = after.lines().next().expect("a line follows").trim();
    digits.parse().expect("it is a number")
}

#[test]
fn a_server_is_ready_when_it_listens_and_does_not_listen_after_it_is_stopped() {
    if !is_python_here() {
        return;
    }
    let command = python(&format!("{LISTEN}{SERVE}"), &["{port}"]);
    let server = start(&command).expect("it listens");
    let addr = server.addr();
    assert!(!nobody_listens(addr));
    assert_eq!(server.exit_status(), None);
    let mut watch = server.watch().expect("/proc is mounted");
    assert_eq!(watch.processes().expect("it lives"), [server.id()]);
    drop(TcpStream::connect(addr).expect("it listens"));
    let stopped = server.stop();
    assert_eq!(stopped.status.to_string(), "signal 15 (SIGTERM)");
    assert_eq!(stopped.cause, StopCause::Terminated);
    assert_eq!(stopped.escaped, []);
    assert!(nobody_listens(addr));
}

#[test]
fn a_server_can_listen_on_any_loopback_address() {
    if !is_python_here() {
        return;
    }
    let script = format!(
        "{}{SERVE}",
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
            ..patient()
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
    let script = format!("{LISTEN}{SERVE}").replace("sys.argv[1]", "os.environ['PORT']");
    start(&python(&script, &[])).expect("it reads PORT");
}

#[test]
fn a_program_that_does_not_exist_is_not_found() {
    let error = start(&line(&["no-such-program-anywhere", "x"])).expect_err("it is not there");
    assert!(matches!(error.why, StartFailure::NotFound));
    assert_eq!(
        error.to_string(),
        "cannot start `no-such-program-anywhere x`: the program was not found"
    );
    assert!(error.help().expect("there is advice").contains("PATH"));
}

#[test]
fn a_file_that_is_not_a_program_cannot_be_executed() {
    let error = start(&line(&["/etc/passwd"])).expect_err("it is no program");
    assert!(
        matches!(error.why, StartFailure::NotExecutable(_)),
        "{error}"
    );
    assert!(error.help().expect("there is advice").contains("chmod +x"));
}

#[test]
fn the_last_output_of_a_server_that_exits_at_once_is_in_the_error() {
    let script = "echo starting; echo 'no such table: users' >&2; exit 3";
    let error = start(&line(&["sh", "-c", script])).expect_err("it ends");
    let StartFailure::Exited { status, .. } = error.why else {
        panic!("{error}");
    };
    assert_eq!(status, ExitStatus::Code(3));
    let text = error.to_string();
    assert!(text.contains("exit code 3"), "{text}");
    assert!(
        text.ends_with("its last output:\n  no such table: users"),
        "{text}"
    );
}

#[test]
fn the_signal_of_a_server_that_crashes_is_in_the_error() {
    let error = start(&line(&["sh", "-c", "kill -SEGV $$"])).expect_err("it ends");
    assert!(error.to_string().contains("signal 11 (SIGSEGV)"), "{error}");
}

#[test]
fn a_server_that_never_listens_is_an_error_after_the_limit() {
    let command = line(&["sh", "-c", "exec tail -f /dev/null", "{port}"]);
    let error = start_within(&command, Duration::from_millis(300));
    assert!(error.to_string().contains("within 0.3 s"), "{error}");
    assert!(
        error
            .help()
            .expect("there is advice")
            .contains("--start-timeout")
    );
}

#[test]
fn the_advice_for_a_command_without_a_port_names_the_placeholder() {
    let command = line(&["tail", "-f", "/dev/null"]);
    let error = start_within(&command, Duration::from_millis(300));
    assert!(error.help().expect("there is advice").contains("{port}"));
}

#[test]
fn a_server_that_listens_on_another_port_is_found_there() {
    if !is_python_here() {
        return;
    }
    let script = format!("{LISTEN}print(s.getsockname()[1], file=sys.stderr)\n{SERVE}");
    let error = start_elsewhere(&python(&script, &["0"]));
    let elsewhere = format!("it listens on 127.0.0.1:{}", error.last_output);
    assert!(error.to_string().contains(&elsewhere), "{error}");
}

#[test]
fn a_server_that_listens_on_another_address_is_found_there() {
    if !is_python_here() {
        return;
    }
    let script = format!("{LISTEN}{SERVE}");
    let error = start_elsewhere(&python(&script, &["{port}", "127.0.0.9"]));
    assert!(
        error.to_string().contains("it listens on 127.0.0.9:"),
        "{error}"
    );
    assert!(error.help().expect("there is advice").contains("127.0.0.9"));
}

#[test]
fn another_port_is_tried_when_another_program_takes_the_first() {
    let fifo = std::env::temp_dir().join(format!("wirecheck-fifo-{}", std::process::id()));
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.expect("mkfifo is there").success());
    // The peer writes its port to the FIFO, and this test listens on it.
    let script = format!("echo $PORT > {}; exec tail -f /dev/null", fifo.display());
    let other = std::thread::spawn({
        let fifo = fifo.clone();
        move || [(); 3].map(|()| listen_on_port_from(&fifo))
    });
    let error = start(&line(&["sh", "-c", &script])).expect_err("all its ports are taken");
    let taken = other.join().expect("each port is written");
    std::fs::remove_file(&fifo).expect("it was made above");
    let StartFailure::PortTaken { addr, process } = error.why else {
        panic!("{error}");
    };
    assert_eq!(process, std::process::id());
    let last = taken[2].local_addr().expect("it is bound");
    assert_eq!(addr, last);
}

fn listen_on_port_from(fifo: &std::path::Path) -> TcpListener {
    let port = std::fs::read_to_string(fifo).expect("the peer writes");
    let port: u16 = port.trim().parse().expect("a port");
    TcpListener::bind(("127.0.0.1", port)).expect("the peer does not take it")
}

#[test]
fn a_server_is_gone_before_it_is_started_again() {
    if !is_python_here() {
        return;
    }
    let lock = tempfile::NamedTempFile::new().expect("there is a folder for temporary files");
    let locked = "import fcntl
lock = open(sys.argv[2], 'w')
try: fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError: sys.exit('it runs already')
";
    let script = format!("{}{locked}{SERVE}", LISTEN.replace("sys.argv[2:]", "False"));
    let path = lock.path().to_str().expect("the path is Unicode");
    let command = python(&script, &["{port}", path]);
    let mut server = start(&command).expect("it listens");
    for _ in 0..3 {
        let before = server.id();
        let delayed = server.restart(&command, &patient()).expect("it listens");
        assert_eq!(delayed, None);
        assert_ne!(server.id(), before);
    }
}

#[test]
fn a_server_that_exits_when_it_is_started_again_is_started_until_it_listens() {
    if !is_python_here() {
        return;
    }
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let path = folder.path().to_str().expect("the path is Unicode");
    // The second and the third start fail.
    let busy = "os.mkdir(f'{sys.argv[2]}/{len(os.listdir(sys.argv[2]))}')
if len(os.listdir(sys.argv[2])) in [2, 3]: sys.exit('Address already in use')
";
    let listen = LISTEN.replace("sys.argv[2:]", "False");
    let script = format!("import os, sys\n{busy}{listen}{SERVE}");
    let command = python(&script, &["{port}", path]);
    let mut server = start(&command).expect("it listens");
    let delayed = server.restart(&command, &patient()).expect("it listens");
    let delayed = delayed.expect("two starts failed");
    assert_eq!(delayed.status, ExitStatus::Code(1));
    assert_eq!(delayed.last_output, "Address already in use");
    assert_eq!(server.exit_status(), None);
}

#[test]
fn a_server_on_a_port_that_the_user_chose_can_be_started_again() {
    if !is_python_here() {
        return;
    }
    let any = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let addr = any.local_addr().expect("it is bound");
    drop(any);
    let options = StartOptions {
        port: Some(addr.port()),
        ..patient()
    };
    let command = python(&format!("{LISTEN}{SERVE}"), &[&addr.port().to_string()]);
    let mut server = Server::start(&command, &options).expect("it listens");
    assert_eq!(server.addr(), addr);
    server.restart(&command, &options).expect("it listens");
    assert_eq!(server.addr(), addr);
}

#[test]
fn the_advice_for_a_server_whose_address_is_in_use_names_time_wait() {
    let script = "echo 'bind: Address already in use' >&2; exit 1";
    let error = start(&line(&["sh", "-c", script, "{port}"])).expect_err("it ends");
    let help = error.help().expect("there is advice");
    assert!(
        help.contains("TIME_WAIT") && help.contains("--start-timeout"),
        "{help}"
    );
}

/// Forks, and goes on in the child, which leaves the session. The parent exits when the pipe
/// `released` is written to or closed.
const DAEMON: &str = "import os
released, release = os.pipe()
if os.fork():
    os.close(release)
    os.read(released, 1)
    os._exit(0)
os.setsid()
";

/// The parent of a daemon has exited.
const ORPHANED: &str = "parent = os.getppid()
os.close(released); os.close(release)
while os.getppid() == parent: pass
";

#[test]
fn a_server_lives_on_in_the_background_after_its_parent_has_exited() {
    if !is_python_here() {
        return;
    }
    let early = format!("{DAEMON}{ORPHANED}{LISTEN}report('daemon', os.getpid())\n{SERVE}");
    let late = format!("{DAEMON}{LISTEN}{ORPHANED}report('daemon', os.getpid())\n{SERVE}");
    for script in [early, late] {
        let server = start(&python(&script, &["{port}"])).expect("it listens");
        let daemon = printed_number(&server, "daemon");
        assert_eq!(server.exit_status(), None);
        let mut watch = server.watch().expect("/proc is mounted");
        let watched = watch.processes().expect("it lives");
        assert!(watched.contains(&daemon), "{watched:?}");
        assert!(!server.stop().escaped.iter().any(|it| is_alive(it.process)));
        assert!(!is_alive(daemon));
    }
}

#[test]
fn a_server_in_the_background_that_dies_has_exited() {
    if !is_python_here() {
        return;
    }
    let script = format!("{DAEMON}{LISTEN}{ORPHANED}s._accept()\n");
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    assert_eq!(server.exit_status(), None);
    drop(TcpStream::connect(server.addr()).expect("it listens"));
    let deadline = soon();
    while server.exit_status().is_none() && Instant::now() < deadline {
        std::thread::yield_now();
    }
    // Only its parent receives its exit code.
    assert_eq!(server.exit_status(), Some(ExitStatus::Unknown));
}

#[test]
fn a_server_in_the_background_has_time_to_exit_after_sigterm() {
    if !is_python_here() {
        return;
    }
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let file = folder.path().join("running");
    let path = file.to_str().expect("the path is Unicode");
    let listen = LISTEN.replace("sys.argv[2:]", "False");
    let tidy = "import signal, sys
open(sys.argv[2], 'w').close()
def leave(*_): os.unlink(sys.argv[2]); os._exit(0)
signal.signal(15, leave)
";
    // It listens when the file is there.
    let script = format!("{DAEMON}{tidy}{listen}{ORPHANED}{SERVE}");
    let server = start(&python(&script, &["{port}", path])).expect("it listens");
    assert!(file.exists());
    drop(server);
    assert!(!file.exists());
}

#[test]
fn a_server_that_goes_into_the_background_and_never_listens_is_an_error_and_is_killed() {
    if !is_python_here() {
        return;
    }
    let script = format!("{DAEMON}import signal\n{ORPHANED}{WAIT}");
    let error = start_within(&python(&script, &["{port}"]), Duration::from_secs(1));
    let StartFailure::Daemonized { process, .. } = error.why else {
        panic!("{error}");
    };
    assert!(!is_alive(process));
}

#[test]
fn a_server_that_listens_closes_and_listens_again_is_ready_when_it_accepts() {
    if !is_python_here() {
        return;
    }
    let again = "import time
time.sleep(0.05)
s.close()
time.sleep(0.05)
s = _socket.socket()
s.setsockopt(1, 2, 1)
s.bind(('127.0.0.1', int(sys.argv[1])))
s.listen()
report('again', 1)
";
    let script = format!("{LISTEN}{again}{SERVE}");
    for _ in 0..5 {
        let server = start(&python(&script, &["{port}"])).expect("it listens");
        let printed = server.output().stdout.bytes().into_owned();
        assert_eq!(printed, b"again 1\n");
        drop(TcpStream::connect(server.addr()).expect("it listens"));
    }
}

#[test]
fn a_server_that_floods_its_output_is_never_blocked_and_little_is_kept() {
    if !is_python_here() {
        return;
    }
    let flood = "import os, sys
block = b'x' * 65536
for _ in range(800): os.write(1, block); os.write(2, block)
os.write(1, b'flooded\\n')
";
    let script = format!("{LISTEN}s._accept()\n{flood}{SERVE}");
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let begin = server.mark();
    drop(TcpStream::connect(server.addr()).expect("it listens"));
    let found = loop {
        // The flood can exceed what is kept before the text comes. Then it is asked again.
        match server.await_output(b"flooded", begin, soon()) {
            OutputWait::Overrun => std::thread::yield_now(),
            found => break found,
        }
    };
    let total = 800 * 65_536;
    assert!(matches!(found, OutputWait::Found(mark) if mark > begin));
    let output = server.output();
    assert_eq!(output.stdout.total, total + 8);
    assert_eq!(output.stderr.total, total);
    let kept = output.stdout.head.len() + output.stdout.tail.len();
    assert!(kept <= 128 << 10, "{kept}");
    assert_eq!(output.stdout.missing(), total + 8 - kept as u64);
    drop(TcpStream::connect(server.addr()).expect("it still listens"));
}

#[test]
fn a_text_is_found_after_its_mark_even_if_it_was_printed_in_two_writes() {
    if !is_python_here() {
        return;
    }
    // It prints the next part when a connection is made, so that the test decides when.
    let script = format!(
        "{LISTEN}import os
os.write(1, b'ready early\\n')
for half in [b'..re', b'ady..', b'ready']:
    s._accept()
    os.write(1, half)
{SERVE}"
    );
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let connect = || drop(TcpStream::connect(server.addr()).expect("it listens"));
    let early = server.await_output(b"early\n", Default::default(), soon());
    let OutputWait::Found(mark) = early else {
        panic!("{early:?}");
    };
    assert_eq!(
        server.await_output(b"ready", mark, Instant::now()),
        OutputWait::TimedOut
    );
    connect();
    assert!(matches!(
        server.await_output(b"..re", mark, soon()),
        OutputWait::Found(_)
    ));
    assert_eq!(
        server.await_output(b"ready", mark, Instant::now()),
        OutputWait::TimedOut
    );
    connect();
    let OutputWait::Found(second) = server.await_output(b"ready", mark, soon()) else {
        panic!("{}", server.last_output());
    };
    assert_eq!(
        server.await_output(b"ready", second, Instant::now()),
        OutputWait::TimedOut
    );
    connect();
    assert!(matches!(
        server.await_output(b"ready", second, soon()),
        OutputWait::Found(_)
    ));
}

#[test]
fn waiting_for_a_text_ends_when_the_server_exits() {
    if !is_python_here() {
        return;
    }
    let script = format!("{LISTEN}s._accept()\n");
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    drop(TcpStream::connect(server.addr()).expect("it listens"));
    let waited = server.await_output(b"never", server.mark(), soon());
    assert_eq!(waited, OutputWait::Closed);
    // It closes its output a moment before it exits.
    let deadline = soon();
    while server.exit_status().is_none() && Instant::now() < deadline {
        std::thread::yield_now();
    }
    let stopped = server.stop();
    assert_eq!(
        (stopped.status, stopped.cause),
        (ExitStatus::Code(0), StopCause::Exited)
    );
}

#[test]
fn a_server_that_ignores_sigterm_is_killed() {
    if !is_python_here() {
        return;
    }
    let script = format!("import signal\nsignal.signal(15, signal.SIG_IGN)\n{LISTEN}{SERVE}");
    let options = StartOptions {
        stop_grace: Duration::from_millis(50),
        ..patient()
    };
    let server = Server::start(&python(&script, &["{port}"]), &options).expect("it listens");
    let addr = server.addr();
    let stopped = server.stop();
    assert_eq!(stopped.status, ExitStatus::Signal(9));
    assert_eq!(stopped.cause, StopCause::Killed);
    assert!(nobody_listens(addr));
}

#[test]
fn a_server_has_time_to_exit_after_sigterm() {
    if !is_python_here() {
        return;
    }
    let orderly = "import signal, sys
def leave(*_): print('bye'); sys.exit(7)
signal.signal(15, leave)
";
    let script = format!("{orderly}{LISTEN}{SERVE}");
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let stopped = server.stop();
    assert_eq!(
        (stopped.status, stopped.cause),
        (ExitStatus::Code(7), StopCause::Terminated)
    );
}

#[test]
fn a_child_in_the_group_does_not_outlive_the_server() {
    if !is_python_here() {
        return;
    }
    let script = format!("{LISTEN}child = os.fork()\nif child: report('child', child)\n{SERVE}");
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let child = printed_number(&server, "child");
    let addr = server.addr();
    let mut watch = server.watch().expect("/proc is mounted");
    assert_eq!(watch.processes().expect("they live").len(), 2);
    drop(server);
    assert!(!is_alive(child));
    assert!(nobody_listens(addr));
}

#[test]
fn a_child_that_left_the_group_is_found_and_killed() {
    if !is_python_here() {
        return;
    }
    let script = format!(
        "{LISTEN}child = os.fork()
if not child:
    s.close() # It would be a server in the background otherwise.
    os.setsid()
    report('escaped', os.getpid())
    while True: signal.pause()
{SERVE}"
    );
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let escaped = printed_number(&server, "escaped");
    let addr = server.addr();
    let stopped = server.stop();
    assert_eq!(stopped.escaped.len(), 1);
    assert_eq!(stopped.escaped[0].process, escaped);
    assert!(!is_alive(escaped));
    assert!(nobody_listens(addr));
}

#[test]
fn a_child_that_left_the_group_and_cleared_its_environment_is_found_by_its_socket() {
    if !is_python_here() {
        return;
    }
    let wiped = format!("import os\nos.write(1, b'wiped %d\\n' % os.getpid())\n{WAIT}");
    let script = format!(
        "{LISTEN}s2 = os.dup(s.fileno()); os.set_inheritable(s2, True)
if not os.fork():
    os.setsid()
    os.execve(sys.executable, ['python3', '-S', '-u', '-c', {wiped:?}], {{}})
{SERVE}"
    );
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let wiped = printed_number(&server, "wiped");
    let addr = server.addr();
    let escaped = server.stop().escaped;
    assert_eq!(escaped.len(), 1);
    assert_eq!(escaped[0].process, wiped);
    assert!(nobody_listens(addr));
}

#[test]
fn a_child_that_left_the_group_and_cleared_its_environment_is_found_by_its_parent() {
    if !is_python_here() {
        return;
    }
    let wiped = format!("import os, signal\nos.write(1, b'wiped %d\\n' % os.getpid())\n{WAIT}");
    let script = format!(
        "{LISTEN}
if not os.fork():
    os.setsid()
    os.execve(sys.executable, ['python3', '-S', '-u', '-c', {wiped:?}], {{}})
{SERVE}"
    );
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let wiped = printed_number(&server, "wiped");
    let stopped = server.stop();
    assert_eq!(stopped.escaped.len(), 1);
    assert_eq!(stopped.escaped[0].process, wiped);
    assert_eq!(stopped.survivors, []);
    assert!(!is_alive(wiped));
}

#[test]
fn what_a_server_holds_is_counted_over_all_of_its_processes() {
    if !is_python_here() {
        return;
    }
    // A child and a zombie, five descriptors and three threads more.
    let script = format!(
        "{LISTEN}import _thread
if not os.fork(): os._exit(0)
if not os.fork(): signal.pause()
kept = [os.open('/dev/null', os.O_RDONLY) for _ in range(5)]
for _ in range(3): _thread.start_new_thread(signal.pause, ())
{SERVE}"
    );
    let held = |script: &str| {
        let server = start(&python(script, &["{port}"])).expect("it listens");
        let mut watch = server.watch().expect("/proc is mounted");
        let expected_zombies = usize::from(script.contains("fork"));
        loop {
            let processes = watch.processes().expect("it lives").to_vec();
            let held = Resources::of(&processes).expect("it is ours");
            // The child ends a moment later.
            if held.zombies == expected_zombies {
                return held;
            }
        }
    };
    let plain = held(&format!("{LISTEN}{SERVE}"));
    assert_eq!((plain.processes, plain.threads, plain.zombies), (1, 1, 0));
    let more = held(&script);
    assert_eq!((more.processes, more.threads, more.zombies), (2, 5, 1));
    assert!(
        more.descriptors >= 2 * plain.descriptors + 5,
        "{more:?} {plain:?}"
    );
}

#[test]
fn a_suspended_server_does_not_run_and_can_be_stopped() {
    if !is_python_here() {
        return;
    }
    let script = format!("{LISTEN}while True: pass\n");
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let mut watch = server.watch().expect("/proc is mounted");
    server.suspend().expect("it is our child");
    let first = watch.look().expect("it is there");
    let second = watch.look().expect("it is there");
    assert_eq!(first, second);
    server.resume().expect("it is our child");
    let deadline = soon();
    while watch.look().expect("it is there").cpu_time() == second.cpu_time() {
        assert!(Instant::now() < deadline, "it does not run again");
        std::thread::yield_now();
    }
    server.suspend().expect("it is our child");
    assert_eq!(server.stop().cause, StopCause::Terminated);
}

#[test]
fn two_hundred_servers_get_two_hundred_ports() {
    if !is_python_here() {
        return;
    }
    let command = python(&format!("{LISTEN}{SERVE}"), &["{port}"]);
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
fn a_client_gets_the_address_and_its_exit_code_is_reported() {
    let addr = "127.0.0.1:7000".parse().expect("an address");
    let command = line(&[
        "sh",
        "-c",
        "echo \"$0 $HOST:$PORT\"; echo oops >&2; exit 4",
        "{host}:{port}",
    ]);
    let mut client = Client::start(&command, addr).expect("there is a shell");
    assert_eq!(client.wait(soon()), WaitResult::Exited(ExitStatus::Code(4)));
    let output = client.output();
    assert_eq!(
        output.stdout.bytes().as_ref(),
        b"127.0.0.1:7000 127.0.0.1:7000\n"
    );
    assert_eq!(client.last_output(), "oops");
}

#[test]
fn a_client_that_does_not_exit_is_killed_with_its_children() {
    let addr = "127.0.0.1:7000".parse().expect("an address");
    let command = line(&["sh", "-c", "tail -f /dev/null & echo $!; wait"]);
    let mut client = Client::start(&command, addr).expect("there is a shell");
    assert!(matches!(
        client.await_output(b"\n", Default::default(), soon()),
        OutputWait::Found(_)
    ));
    assert_eq!(client.wait(Instant::now()), WaitResult::Running);
    let child = String::from_utf8_lossy(&client.output().stdout.bytes())
        .trim()
        .parse();
    let child = child.expect("a shell prints a number");
    drop(client);
    assert!(!is_alive(child));
}

/// Started by the test below, which kills it.
#[test]
#[ignore = "the next test runs it; it does not end by itself"]
fn a_wirecheck_that_is_about_to_be_killed() {
    if std::env::var_os("ABOUT_TO_BE_KILLED").is_none() {
        return;
    }
    let script = format!(
        "{LISTEN}child = os.fork()
if not child: os.setsid(); signal.signal(15, signal.SIG_IGN); report('escaped', os.getpid())
{SERVE}"
    );
    let server = start(&python(&script, &["{port}"])).expect("it listens");
    let escaped = printed_number(&server, "escaped");
    let wiped = line(&["env", "-i", "tail", "-f", "/dev/null"]);
    let client = Client::start(&wiped, server.addr()).expect("env is there");
    println!("processes {} {escaped} {}", server.id(), client.id());
    std::thread::park_timeout(LIMIT * 10);
}

#[test]
fn no_peer_outlives_a_wirecheck_that_is_killed() {
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
        .expect("it prints the ids of its processes")
        .split(' ')
        .map(|number| number.parse().expect("a number"))
        .collect();
    assert_eq!(processes.len(), 3);
    assert!(processes.iter().all(|&process| is_alive(process)));
    let guardian = guardian_of(wirecheck.id()).expect("it was started with the first peer");
    let id = Pid::from_child(&wirecheck);
    kill_process(id, Signal::KILL).expect("it is our child");
    wirecheck.wait().expect("it was killed");
    processes.into_iter().for_each(await_end);
    await_end(guardian);
}

/// The shell that has the tag of this wirecheck in its arguments.
fn guardian_of(wirecheck: u32) -> Option<u32> {
    let tag = format!("WIRECHECK_PEER={wirecheck}-");
    let entries = std::fs::read_dir("/proc").expect("/proc is mounted");
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .find(|process| {
            let arguments = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
            let arguments = String::from_utf8_lossy(&arguments).into_owned();
            arguments.contains("wirecheck-guardian") && arguments.contains(&tag)
        })
}
