//! Exact delivery to peers in this process: the peer reads each chunk alone, and everything
//! that it does is observed as it happened.
//!
//! No test depends on time. A pause inside a peer makes it a slow peer.
#![cfg(target_os = "linux")]

mod peer;

use peer::{Peer, Sizes, soon};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use wirecheck::wire::diag::{Backlog, Holder, SocketInfo, SocketLookup, TcpState, listening};
use wirecheck::wire::link::{
    CloseSignal, ConnectError, ConnectionEnd, DeliveryCount, Link, LinkOptions, Listener,
    ReadProof, ReadResult, SendResult, SourceAddress, UnverifiedReason, WriteResult,
};
use wirecheck::wire::watch::owner_of;

fn connect(addr: SocketAddr) -> Link {
    connect_with(addr, &LinkOptions::default())
}

fn connect_with(addr: SocketAddr, options: &LinkOptions) -> Link {
    Link::connect(addr, options, soon()).expect("the peer listens")
}

fn backlog_of(addr: SocketAddr) -> Backlog {
    let found = listening(addr).expect("the kernel answers");
    found.expect("it listens")
}

/// Pseudo-random numbers that are the same in every run.
fn random_sizes(count: usize, most: u32) -> Vec<usize> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % u64::from(most)) as usize + 1
    };
    (0..count).map(|_| next()).collect()
}

/// Looks at the peer's socket until it has this many unread bytes, and fails if it reads any.
fn await_unread(link: &mut Link, unread: u32) -> SocketInfo {
    let deadline = soon();
    loop {
        let SendResult::Stalled(stall) = link.prove(Instant::now()) else {
            panic!("the peer must not read");
        };
        let socket = stall.peer.expect("the peer's socket exists");
        if socket.unread == unread {
            return socket;
        }
        assert!(Instant::now() < deadline, "{socket:?}");
    }
}

/// Sends chunks of these sizes, closes, and compares them with what the peer read.
fn keeps_every_boundary(mut link: Link, sizes: &[usize], reader: Sizes) {
    for &size in sizes {
        assert_eq!(link.send(&vec![b'x'; size], soon()), SendResult::Proven);
    }
    let all = sizes.len() as u64;
    assert_eq!(
        link.delivery_count(),
        DeliveryCount {
            chunks: all,
            proven: all
        }
    );
    assert_eq!(link.close().close_signal, CloseSignal::Fin);
    assert_eq!(reader.all(), sizes);
}

#[test]
fn a_fast_peer_reads_every_byte_alone() {
    let (peer, sizes) = Peer::reader("127.0.0.1:0", Duration::ZERO);
    keeps_every_boundary(connect(peer.addr), &[1; 5000], sizes);
}

#[test]
fn a_peer_on_ipv6_reads_every_byte_alone() {
    let (peer, sizes) = Peer::reader("[::1]:0", Duration::ZERO);
    keeps_every_boundary(connect(peer.addr), &[1; 3000], sizes);
}

#[test]
fn a_dual_stack_peer_on_ipv4_reads_every_byte_alone() {
    let (peer, sizes) = Peer::reader("[::]:0", Duration::ZERO);
    let addr = SocketAddr::from(([127, 0, 0, 1], peer.addr.port()));
    keeps_every_boundary(connect(addr), &[1; 3000], sizes);
}

#[test]
fn a_peer_that_takes_half_a_millisecond_per_read_reads_every_byte_alone() {
    let (peer, sizes) = Peer::reader("127.0.0.1:0", Duration::from_micros(500));
    keeps_every_boundary(connect(peer.addr), &[1; 600], sizes);
}

#[test]
fn a_peer_that_takes_two_milliseconds_per_read_reads_every_byte_alone() {
    let (peer, sizes) = Peer::reader("127.0.0.1:0", Duration::from_millis(2));
    keeps_every_boundary(connect(peer.addr), &[1; 200], sizes);
}

#[test]
fn chunks_of_any_size_are_read_alone() {
    let (peer, sizes) = Peer::reader("127.0.0.1:0", Duration::ZERO);
    keeps_every_boundary(connect(peer.addr), &random_sizes(2000, 4000), sizes);
}

#[test]
fn a_client_under_test_reads_every_chunk_alone() {
    let listener =
        Listener::bind(peer::any_port(), LinkOptions::default()).expect("loopback is there");
    let sizes = Peer::client(listener.addr());
    let link = listener.accept(soon()).expect("the client connects");
    keeps_every_boundary(link, &random_sizes(1000, 50), sizes);
}

#[test]
fn a_peer_reads_every_byte_alone_from_any_source_address() {
    let options = LinkOptions {
        source: SourceAddress::Spread,
        ..LinkOptions::default()
    };
    for _ in 0..20 {
        let (peer, sizes) = Peer::reader("127.0.0.1:0", Duration::ZERO);
        let link = connect_with(peer.addr, &options);
        assert_ne!(link.our_addr().ip(), peer.addr.ip());
        keeps_every_boundary(link, &[1; 10], sizes);
    }
}

#[test]
fn a_python_peer_reads_every_byte_alone() {
    let Some(mut python) = peer::Python::start() else {
        return;
    };
    let mut link = connect(python.addr());
    for byte in vec![b'x'; 1000].chunks(1) {
        assert_eq!(link.send(byte, soon()), SendResult::Proven);
    }
    let _ = link.close();
    assert_eq!(python.sizes(), [1; 1000]);
}

#[test]
fn a_chunk_larger_than_all_buffers_arrives() {
    let (peer, sizes) = Peer::reader("127.0.0.1:0", Duration::ZERO);
    let mut link = connect(peer.addr);
    assert_eq!(link.send(&vec![b'x'; 16 << 20], soon()), SendResult::Proven);
    let _ = link.close();
    assert_eq!(sizes.all().iter().sum::<usize>(), 16 << 20);
}

#[test]
fn answers_are_received_while_chunks_are_sent() {
    let peer = Peer::start("127.0.0.1:0", peer::echo);
    let mut link = connect(peer.addr);
    let sent = b"the quick brown fox jumps over the lazy dog".repeat(20);
    for byte in sent.chunks(1) {
        assert_eq!(link.send(byte, soon()), SendResult::Proven);
    }
    link.close_write();
    assert_eq!(
        link.read_to_end(soon()),
        ReadResult::Ended(ConnectionEnd::Eof)
    );
    assert_eq!(link.received().bytes(), sent);
    let arrivals = link.received().arrivals();
    assert!(arrivals.is_sorted_by_key(|arrival| (arrival.at, arrival.end)));
}

#[test]
fn two_peers_read_every_byte_alone_in_turn() {
    let (one, one_sizes) = Peer::reader("127.0.0.1:0", Duration::ZERO);
    let (two, two_sizes) = Peer::reader("127.0.0.1:0", Duration::ZERO);
    let mut links = [connect(one.addr), connect(two.addr)];
    for _ in 0..200 {
        for link in &mut links {
            assert_eq!(link.send(b"x", soon()), SendResult::Proven);
        }
    }
    drop(links);
    assert_eq!(
        (one_sizes.all(), two_sizes.all()),
        (vec![1; 200], vec![1; 200])
    );
}

#[test]
fn an_early_answer_is_kept_when_the_peer_closes() {
    let peer = Peer::start("127.0.0.1:0", |mut stream| {
        peer::read_exactly(&mut stream, 3);
        peer::send(&mut stream, b"enough\n");
    });
    let mut link = connect(peer.addr);
    let outcomes: Vec<_> = (0..10).map(|_| link.send(b"x", soon())).collect();
    assert_eq!(outcomes[..2], [SendResult::Proven, SendResult::Proven]);
    assert!(
        matches!(
            outcomes[9],
            SendResult::Ended(ConnectionEnd::Eof | ConnectionEnd::Reset)
        ),
        "{outcomes:?}"
    );
    assert_eq!(link.received().bytes(), b"enough\n");
}

#[test]
fn an_answer_before_a_reset_is_kept() {
    let peer = Peer::start("127.0.0.1:0", |mut stream| {
        peer::read_exactly(&mut stream, 3);
        peer::send(&mut stream, b"no\n");
        peer::reset(stream);
    });
    let mut link = connect(peer.addr);
    let outcomes: Vec<_> = (0..10).map(|_| link.send(b"x", soon())).collect();
    assert_eq!(outcomes[9], SendResult::Ended(ConnectionEnd::Reset));
    assert_eq!(link.received().bytes(), b"no\n");
    assert_eq!(link.close().close_signal, CloseSignal::Nothing);
}

#[test]
fn an_answer_before_a_reset_is_kept_when_our_write_fails() {
    let peer = Peer::start("127.0.0.1:0", |mut stream| {
        peer::send(&mut stream, b"go away\n");
        peer::reset(stream);
    });
    let mut link = connect(peer.addr);
    peer.join();
    assert_eq!(
        link.write_chunk(b"x", soon()),
        WriteResult::Ended(ConnectionEnd::Reset)
    );
    assert_eq!(link.received().bytes(), b"go away\n");
    assert_eq!(
        link.ending().map(|ending| ending.how),
        Some(ConnectionEnd::Reset)
    );
}

#[test]
fn an_answer_of_a_peer_that_resets_at_once_is_kept() {
    let addr = peer::resetting_at_once(300);
    for _ in 0..300 {
        let mut link = connect(addr);
        let _ = link.send(b"x", soon());
        assert_eq!(
            link.read_to_end(soon()),
            ReadResult::Ended(ConnectionEnd::Reset)
        );
        assert_eq!(link.received().bytes(), b"no\n");
    }
}

#[test]
fn late_bytes_do_not_turn_an_end_of_stream_into_a_reset() {
    let peer = Peer::start("127.0.0.1:0", |mut stream| {
        peer::send(&mut stream, b"bye\n")
    });
    let mut link = connect(peer.addr);
    peer.join();
    let _ = link.write_chunk(b"x", soon());
    assert_eq!(
        link.send(b"y", soon()),
        SendResult::Ended(ConnectionEnd::Eof)
    );
    assert_eq!(link.received().bytes(), b"bye\n");
}

#[test]
fn a_byte_that_arrives_after_the_peer_closed_came_too_late() {
    for turn in 0..2000 {
        let peer = Peer::start("127.0.0.1:0", |mut stream| {
            peer::read_exactly(&mut stream, 1);
        });
        let mut link = connect(peer.addr);
        let _ = link.send(b"x", soon());
        // It closes before or after the next byte arrives, and never reads that byte.
        for _ in 0..turn % 100 {
            std::hint::spin_loop();
        }
        if link.send(b"y", soon()) == SendResult::Ended(ConnectionEnd::Eof) && link.written() == 2 {
            assert!(link.came_too_late(soon()));
        }
        // The port is free at once.
        let _ = link.reset();
    }
}

#[test]
fn a_byte_that_was_read_before_the_peer_closed_did_not_come_too_late() {
    for _ in 0..100 {
        let peer = Peer::start("127.0.0.1:0", |mut stream| {
            peer::read_exactly(&mut stream, 2);
        });
        let mut link = connect(peer.addr);
        assert_eq!(link.send(b"x", soon()), SendResult::Proven);
        let _ = link.send(b"y", soon());
        assert_eq!(
            link.read_to_end(soon()),
            ReadResult::Ended(ConnectionEnd::Eof)
        );
        assert!(!link.came_too_late(soon()));
    }
}

#[test]
fn a_peer_that_closed_only_its_sending_side_still_reads() {
    let (peer, sizes) = Peer::reader_after("127.0.0.1:0", |stream| {
        stream
            .shutdown(std::net::Shutdown::Write)
            .expect("it is open");
    });
    let mut link = connect(peer.addr);
    assert_eq!(
        link.read_to_end(soon()),
        ReadResult::Ended(ConnectionEnd::Eof)
    );
    for _ in 0..50 {
        assert_eq!(link.send(b"x", soon()), SendResult::Proven);
    }
    let _ = link.close();
    assert_eq!(sizes.all(), [1; 50]);
}

#[test]
fn bytes_that_a_peer_does_not_read_are_seen_in_its_queue() {
    let peer = Peer::holding("127.0.0.1:0");
    let mut link = connect(peer.addr);
    peer.wait_until_accepted();
    assert_eq!(link.write_chunk(b"hello", soon()), WriteResult::All);
    let socket = await_unread(&mut link, 5);
    assert!(matches!(socket.holder(), Holder::Process(_)));
    assert_eq!(
        link.delivery_count(),
        DeliveryCount {
            chunks: 1,
            proven: 0
        }
    );
}

#[test]
fn a_chunk_that_does_not_fit_in_the_buffers_stalls_with_bytes_unwritten() {
    let peer = Peer::holding("127.0.0.1:0");
    let mut link = connect(peer.addr);
    let SendResult::Stalled(stall) = link.send(&vec![0; 64 << 20], Instant::now()) else {
        panic!("the peer does not read");
    };
    assert!(stall.unwritten > 0);
}

#[test]
fn a_connection_that_is_not_accepted_is_held_by_the_queue() {
    let listener = peer::listen("127.0.0.1:0");
    let addr = listener.local_addr().expect("it is bound");
    let mut link = connect(addr);
    assert_eq!(link.write_chunk(b"hello", soon()), WriteResult::All);
    let socket = await_unread(&mut link, 5);
    assert_eq!((socket.holder(), socket.inode), (Holder::Queue, None));
    assert_eq!(backlog_of(addr).waiting, 1);
}

#[test]
fn an_end_of_stream_that_was_read_is_proven() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let peer = Peer::start("127.0.0.1:0", move |mut stream| {
        peer::read_to_end(&mut stream);
        let _ = released.recv();
    });
    let mut link = connect(peer.addr);
    assert_eq!(link.send(b"x", soon()), SendResult::Proven);
    link.close_write();
    assert_eq!(link.prove(soon()), SendResult::Proven);
    let Ok(SocketLookup::Socket(socket)) = link.look() else {
        panic!("the peer holds it");
    };
    assert_eq!((socket.state, socket.unread), (TcpState::CloseWait, 0));
    drop(release);
    assert_eq!(
        link.read_to_end(soon()),
        ReadResult::Ended(ConnectionEnd::Eof)
    );
}

#[test]
fn an_end_of_stream_that_was_not_read_is_one_unread_byte() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let peer = Peer::start("127.0.0.1:0", move |mut stream| {
        peer::read_exactly(&mut stream, 1);
        let _ = released.recv();
    });
    let mut link = connect(peer.addr);
    assert_eq!(link.send(b"x", soon()), SendResult::Proven);
    link.close_write();
    let socket = await_unread(&mut link, 1);
    assert_eq!(socket.state, TcpState::CloseWait);
    assert_eq!(
        link.send(b"y", soon()),
        SendResult::Ended(ConnectionEnd::Ours)
    );
    drop(release);
}

#[test]
fn a_payload_and_a_reset_reach_a_peer_before_it_accepts() {
    let listener = peer::listen("127.0.0.1:0");
    let addr = listener.local_addr().expect("it is bound");
    let mut link = connect(addr);
    assert_eq!(link.write_chunk(b"hello", soon()), WriteResult::All);
    let mut closed = link.reset();
    assert_eq!(closed.close_signal, CloseSignal::Reset);
    let deadline = soon();
    while matches!(closed.look(), Ok(SocketLookup::Socket(_))) {
        assert!(Instant::now() < deadline, "the reset does not arrive");
    }
    let (mut stream, _) = listener.accept().expect("the queue keeps it");
    assert!(peer::ends_with_reset(&mut stream));
}

#[test]
fn with_pauses_nothing_is_proven() {
    let (peer, sizes) = Peer::reader("127.0.0.1:0", Duration::ZERO);
    let options = LinkOptions {
        read_proof: ReadProof::Pauses,
        ..LinkOptions::default()
    };
    let mut link = connect_with(peer.addr, &options);
    for _ in 0..5 {
        assert_eq!(
            link.send(b"x", soon()),
            SendResult::Unverified(UnverifiedReason::PausesRequested)
        );
    }
    assert_eq!(
        link.delivery_count(),
        DeliveryCount {
            chunks: 5,
            proven: 0
        }
    );
    let _ = link.close();
    assert_eq!(sizes.all().iter().sum::<usize>(), 5);
}

#[test]
fn a_reset_during_a_pause_is_seen() {
    let peer = Peer::start("127.0.0.1:0", |mut stream| {
        peer::read_exactly(&mut stream, 1);
        peer::send(&mut stream, b"no\n");
        peer::reset(stream);
    });
    let options = LinkOptions {
        read_proof: ReadProof::Pauses,
        ..LinkOptions::default()
    };
    let mut link = connect_with(peer.addr, &options);
    let first = link.send(b"x", soon());
    peer.join();
    assert!(matches!(
        first,
        SendResult::Unverified(_) | SendResult::Ended(ConnectionEnd::Reset)
    ));
    assert_eq!(
        link.send(b"x", soon()),
        SendResult::Ended(ConnectionEnd::Reset)
    );
    assert_eq!(link.received().bytes(), b"no\n");
}

#[test]
fn a_connection_to_a_port_without_a_listener_is_refused() {
    let addr = peer::listen("127.0.0.1:0")
        .local_addr()
        .expect("it was bound");
    let outcome = Link::connect(addr, &LinkOptions::default(), soon());
    assert!(matches!(outcome, Err(ConnectError::Refused { .. })));
    assert_eq!(listening(addr), Ok(None));
}

#[test]
fn a_full_accept_queue_is_a_timeout_and_the_kernel_shows_why() {
    let listener = peer::listen_with_queue(0);
    let addr = listener.local_addr().expect("it is bound");
    let _first = connect(addr);
    let deadline = soon();
    while !backlog_of(addr).is_full() {
        assert!(Instant::now() < deadline, "the queue does not fill");
    }
    let briefly = Instant::now() + Duration::from_millis(20);
    let outcome = Link::connect(addr, &LinkOptions::default(), briefly);
    assert!(matches!(outcome, Err(ConnectError::TimedOut { .. })));
}

#[test]
fn a_timeout_an_end_and_enough_bytes_are_three_results() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let peer = Peer::start("127.0.0.1:0", move |mut stream| {
        peer::send(&mut stream, b"hello\n");
        let _ = released.recv();
    });
    let mut link = connect(peer.addr);
    assert_eq!(
        link.read_until(|got| got.bytes().len() == 6, soon()),
        ReadResult::Enough
    );
    assert_eq!(
        link.read_until(|got| got.bytes().len() > 6, Instant::now()),
        ReadResult::TimedOut
    );
    drop(release);
    assert_eq!(
        link.read_to_end(soon()),
        ReadResult::Ended(ConnectionEnd::Eof)
    );
    let last = link.received().arrivals().last().expect("something came");
    assert_eq!(last.end, 6);
}

#[test]
fn a_peer_that_sends_more_than_is_kept_is_not_read_further() {
    let peer = Peer::start("127.0.0.1:0", |mut stream| {
        peer::send(&mut stream, &[b'x'; 5000]);
        peer::read_to_end(&mut stream);
    });
    let mut link = connect_with(
        peer.addr,
        &LinkOptions {
            keep: 1000,
            ..LinkOptions::default()
        },
    );
    assert_eq!(link.read_to_end(soon()), ReadResult::Flooded);
    let closed = link.close();
    assert_eq!(closed.received.bytes().len(), 1000);
    assert_eq!(closed.close_signal, CloseSignal::Reset);
}

#[test]
fn the_kernel_shows_which_process_listens_and_holds_the_connection() {
    let peer = Peer::holding("127.0.0.1:0");
    let candidates = [1, std::process::id()];
    let inode = backlog_of(peer.addr).inode.expect("a process holds it");
    assert_eq!(owner_of(inode, &candidates), Some(std::process::id()));
    let link = connect(peer.addr);
    peer.wait_until_accepted();
    let Ok(SocketLookup::Socket(socket)) = link.look() else {
        panic!("it was accepted");
    };
    let Holder::Process(inode) = socket.holder() else {
        panic!("it was accepted");
    };
    assert_eq!(owner_of(inode, &candidates), Some(std::process::id()));
}
