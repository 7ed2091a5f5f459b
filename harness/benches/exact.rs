//! How fast is exact delivery? Single bytes, each proven to be read before the next is sent,
//! against the physical limit: a one-byte ping-pong between the same two threads.
//!
//! `cargo bench --bench exact [-- ROUNDS CHUNKS]`. The two alternate, so that a busy machine
//! slows both equally.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use wirecheck::wire::diag::{Query, SocketLookup};
use wirecheck::wire::link::{DeliveryCount, Link, LinkOptions, SendResult};

fn main() {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse().ok());
    let rounds: u32 = numbers.next().unwrap_or(7);
    let chunks: u32 = numbers.next().unwrap_or(100_000);
    println!("one look at the peer's socket: {:?}", one_look());
    println!("{chunks} single bytes per round, chunks per second");
    println!(
        "{:>12} {:>12} {:>7} {:>9}",
        "ping-pong", "exact", "ratio", "merged"
    );
    let mut ratios: Vec<f64> = (0..rounds).map(|_| round(chunks)).collect();
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.2}", ratios[ratios.len() / 2]);
}

fn round(chunks: u32) -> f64 {
    let bound = rate(chunks, ping_pong(chunks));
    let (time, recvs) = exact(chunks);
    let exact = rate(chunks, time);
    let ratio = exact / bound;
    let merged = chunks - recvs;
    println!("{bound:>12.0} {exact:>12.0} {ratio:>7.2} {merged:>9}");
    ratio
}

fn rate(chunks: u32, time: Duration) -> f64 {
    f64::from(chunks) / time.as_secs_f64()
}

fn ping_pong(chunks: u32) -> Duration {
    let (addr, echo) = peer(|mut stream| {
        let mut byte = [0];
        while let Ok(1) = stream.read(&mut byte) {
            stream.write_all(&byte).expect("the other end reads");
        }
        0
    });
    let mut stream = TcpStream::connect(addr).expect("the peer listens");
    stream.set_nodelay(true).expect("a TCP socket");
    let start = Instant::now();
    for _ in 0..chunks {
        stream.write_all(b"x").expect("the peer reads");
        stream.read_exact(&mut [0]).expect("the peer echoes");
    }
    let time = start.elapsed();
    drop(stream);
    echo.join().expect("the peer ends with the stream");
    time
}

fn exact(chunks: u32) -> (Duration, u32) {
    let (addr, reader) = peer(|mut stream| {
        let mut buffer = [0; 4096];
        let mut recvs = 0;
        while let Ok(1..) = stream.read(&mut buffer) {
            recvs += 1;
        }
        recvs
    });
    let deadline = Instant::now() + Duration::from_secs(300);
    let mut link =
        Link::connect(addr, &LinkOptions::default(), deadline).expect("the peer listens");
    let start = Instant::now();
    for _ in 0..chunks {
        assert_eq!(link.send(b"x", deadline), SendResult::Proven);
    }
    let time = start.elapsed();
    let all = u64::from(chunks);
    assert_eq!(
        link.delivery_count(),
        DeliveryCount {
            chunks: all,
            proven: all
        }
    );
    let _ = link.close();
    (time, reader.join().expect("the peer ends with the stream"))
}

fn one_look() -> Duration {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let addr = listener.local_addr().expect("it is bound");
    let stream = TcpStream::connect(addr).expect("it listens");
    let mut query = Query::connection(addr, stream.local_addr().expect("it is connected"));
    let looks = 50_000;
    let start = Instant::now();
    for _ in 0..looks {
        assert!(matches!(query.look(), Ok(SocketLookup::Socket(_))));
    }
    start.elapsed() / looks
}

fn peer(serve: fn(TcpStream) -> u32) -> (SocketAddr, JoinHandle<u32>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let addr = listener.local_addr().expect("it is bound");
    let thread = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("the bench connects");
        stream.set_nodelay(true).expect("a TCP socket");
        serve(stream)
    });
    (addr, thread)
}
