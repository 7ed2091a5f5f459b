//! Small peers in this process, and one in Python.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Later than any test takes, so that a test that hangs fails.
pub(crate) fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

pub(crate) fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

pub(crate) fn listen(addr: &str) -> TcpListener {
    TcpListener::bind(addr).expect("loopback is there")
}

/// Listens with an accept queue of this size.
pub(crate) fn listen_with_queue(size: i32) -> TcpListener {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)
        .expect("TCP is there");
    socket.bind(&any_port().into()).expect("loopback is there");
    socket.listen(size).expect("it is bound");
    socket.into()
}

/// A thread that serves one connection.
pub(crate) struct Peer {
    pub(crate) addr: SocketAddr,
    thread: JoinHandle<()>,
    accepted: Receiver<()>,
    /// Dropped with the peer: then [`Peer::holding`] closes its connection.
    _hold: Sender<()>,
}

/// The sizes of a peer's reads, once it is done.
pub(crate) struct Sizes(Receiver<Vec<usize>>);

impl Sizes {
    pub(crate) fn all(&self) -> Vec<usize> {
        self.0.recv().expect("the peer reads to the end")
    }
}

impl Peer {
    pub(crate) fn start(addr: &str, serve: impl FnOnce(TcpStream) + Send + 'static) -> Self {
        Self::start_with_release(addr, |stream, _| serve(stream))
    }

    /// Reads to the end, with a pause after each read.
    pub(crate) fn reader(addr: &str, pause: Duration) -> (Self, Sizes) {
        let (done, sizes) = channel();
        let peer = Self::start(addr, move |mut stream| {
            let _ = done.send(read_sizes(&mut stream, pause));
        });
        (peer, Sizes(sizes))
    }

    /// Does something, then reads to the end.
    pub(crate) fn reader_after(
        addr: &str,
        first: impl FnOnce(&TcpStream) + Send + 'static,
    ) -> (Self, Sizes) {
        let (done, sizes) = channel();
        let peer = Self::start(addr, move |mut stream| {
            first(&stream);
            let _ = done.send(read_sizes(&mut stream, Duration::ZERO));
        });
        (peer, Sizes(sizes))
    }

    /// Accepts and does nothing until the peer is dropped.
    pub(crate) fn holding(addr: &str) -> Self {
        Self::start_with_release(addr, |_stream, hold| {
            let _ = hold.recv();
        })
    }

    /// Connects and reads to the end.
    pub(crate) fn client(addr: SocketAddr) -> Sizes {
        let (done, sizes) = channel();
        std::thread::spawn(move || {
            let mut stream = TcpStream::connect(addr).expect("wirecheck listens");
            let _ = done.send(read_sizes(&mut stream, Duration::ZERO));
        });
        Sizes(sizes)
    }

    pub(crate) fn wait_until_accepted(&self) {
        self.accepted.recv().expect("the peer accepts");
    }

    pub(crate) fn join(self) {
        self.thread.join().expect("the peer does not panic");
    }

    fn start_with_release(
        addr: &str,
        serve: impl FnOnce(TcpStream, Receiver<()>) + Send + 'static,
    ) -> Self {
        let listener = listen(addr);
        let addr = listener.local_addr().expect("it is bound");
        let (report, accepted) = channel();
        let (hold, released) = channel();
        let thread = std::thread::spawn(move || {
            let (stream, _) = listener.accept().expect("wirecheck connects");
            let _ = report.send(());
            serve(stream, released);
        });
        Self {
            addr,
            thread,
            accepted,
            _hold: hold,
        }
    }
}

pub(crate) fn send(stream: &mut TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).expect("wirecheck reads");
}

pub(crate) fn read_exactly(stream: &mut TcpStream, len: usize) {
    stream
        .read_exact(&mut vec![0; len])
        .expect("wirecheck sends this much");
}

pub(crate) fn read_to_end(stream: &mut TcpStream) {
    let _ = stream.read_to_end(&mut Vec::new());
}

/// Sends everything back, read by read, until the end.
pub(crate) fn echo(mut stream: TcpStream) {
    let mut buffer = [0; 4096];
    while let Ok(len @ 1..) = stream.read(&mut buffer) {
        if stream.write_all(&buffer[..len]).is_err() {
            return;
        }
    }
}

pub(crate) fn reset(stream: TcpStream) {
    let socket = socket2::Socket::from(stream);
    socket.set_linger(Some(Duration::ZERO)).expect("it is open");
}

/// Accepts this many connections, sends `no` and resets each.
pub(crate) fn resetting_at_once(connections: usize) -> SocketAddr {
    let listener = listen("127.0.0.1:0");
    let addr = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for _ in 0..connections {
            let (mut stream, _) = listener.accept().expect("wirecheck connects");
            send(&mut stream, b"no\n");
            reset(stream);
        }
    });
    addr
}

pub(crate) fn ends_with_reset(stream: &mut TcpStream) -> bool {
    match stream.read_to_end(&mut Vec::new()) {
        Ok(_) => false,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

fn read_sizes(stream: &mut TcpStream, pause: Duration) -> Vec<usize> {
    let mut buffer = vec![0; 1 << 16];
    let mut sizes = Vec::new();
    while let Ok(len @ 1..) = stream.read(&mut buffer) {
        sizes.push(len);
        if !pause.is_zero() {
            std::thread::sleep(pause);
        }
    }
    sizes
}

/// A peer in another process and another language.
pub(crate) struct Python {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Python {
    const SCRIPT: &str = "
import socket
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
stream, _ = listener.accept()
sizes = []
while data := stream.recv(65536):
    sizes.append(len(data))
print(*sizes, flush=True)
";

    /// `None` if Python is not installed.
    pub(crate) fn start() -> Option<Self> {
        let mut command = Command::new("python3");
        command.args(["-c", Self::SCRIPT]).stdout(Stdio::piped());
        let mut child = command.spawn().ok()?;
        let lines = BufReader::new(child.stdout.take()?);
        Some(Self { child, lines })
    }

    pub(crate) fn addr(&mut self) -> SocketAddr {
        let port: u16 = self.line().trim().parse().expect("it prints its port");
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    pub(crate) fn sizes(&mut self) -> Vec<usize> {
        let line = self.line();
        line.split_whitespace()
            .map(|size| size.parse().expect("it prints sizes"))
            .collect()
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("it prints text");
        line
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
