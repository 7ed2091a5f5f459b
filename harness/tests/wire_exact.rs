//! Exact delivery against peers in this process: what leaves as one chunk is read
//! as one chunk, and whatever the peer does is seen as it is.
//!
//! Nothing here measures time or sleeps to be in step; a pause inside a peer is
//! what makes it a slow peer.
#![cfg(target_os = "linux")]

mod peer;

use peer::{Peer, Sizes, soon};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use wirecheck::wire::diag::{Holder, Seen, TcpState, listening};
use wirecheck::wire::link::{
    Appetite, ConnectError, End, Evidence, Farewell, Link, Listener, Options, Posted, Read, Reason,
    Sent, Source, Tally,
};
use wirecheck::wire::watch::owner_of;

fn connect(addr: SocketAddr) -> Link {
    connect_with(addr, &Options::default())
}

fn connect_with(addr: SocketAddr, options: &Options) -> Link {
    Link::connect(addr, options, soon()).expect("the peer listens")
}

/// Numbers that look random and are the same in every run.
fn drawn(count: usize, most: u32) -> Vec<usize> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut draw = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % u64::from(most)) as usize + 1
    };
    (0..count).map(|_| draw()).collect()
}

/// Sends chunks of these sizes, closes, and compares with what the peer read.
fn keeps_every_boundary(mut link: Link, sizes: &[usize], reader: Sizes) {
    for &size in sizes {
        assert_eq!(link.send(&vec![b'x'; size], soon()), Sent::Proven);
    }
    let all = sizes.len() as u64;
    assert_eq!(
        link.tally(),
        Tally {
            chunks: all,
            proven: all
        }
    );
    assert_eq!(link.close().farewell, Farewell::Fin);
    assert_eq!(reader.all(), sizes);
}

#[test]
fn every_byte_is_one_read_of_a_fast_peer() {
    let (peer, sizes) = Peer::reader("127.0.0.1:0", Duration::ZERO);
    keeps_every_boundary(connect(peer.addr), &[1; 5000], sizes);
}

#[test]
fn every_byte_is_one_read_over_ipv6() {
    let (peer, sizes) = Peer::reader("[::1]:0", Duration::ZERO);
    keeps_every_boundary(connect(peer.addr), &[1; 3000], sizes);
}

#[test]
fn every_byte_is_one_read_of_a_dual_stack_peer_called_over_ipv4() {
    let (peer, sizes) = Peer::reader("[::]:0", Duration::ZERO);
    let addr = SocketAddr::from(([127, 0, 0, 1], peer.addr.port()));
    keeps_every_boundary(connect(addr), &[1; 3000], sizes);
}

#[test]
fn every_byte_is_one_read_of_a_peer_that_takes_half_a_millisecond() {
    let (peer, sizes) = Peer::reader("127.0.0.1:0", Duration::from_micros(500));
    keeps_every_boundary(connect(peer.addr), &[1; 600], sizes);
}

#[test]
fn every_byte_is_one_read_of_a_peer_that_takes_two_milliseconds() {
    let (peer, sizes) = Peer::reader("127.0.0.1:0", Duration::from_millis(2));
    keeps_every_boundary(connect(peer.addr), &[1; 200], sizes);
}

#[test]
fn chunks_of_any_size_are_one_read_each() {
    let (peer, sizes) = Peer::reader("127.0.0.1:0", Duration::ZERO);
    keeps_every_boundary(connect(peer.addr), &drawn(2000, 4000), sizes);
}

#[test]
fn a_client_under_test_reads_every_chunk_alone_too() {
    let listener = Listener::bind(peer::any_port(), Options::default()).expect("loopback is there");
    let sizes = Peer::client(listener.addr());
    let link = listener.accept(soon()).expect("the client connects");
    keeps_every_boundary(link, &drawn(1000, 50), sizes);
}

#[test]
fn calling_from_many_addresses_changes_nothing() {
    let options = Options {
        source: Source::Spread,
        ..Options::default()
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
        assert_eq!(link.send(byte, soon()), Sent::Proven);
    }
    let _ = link.close();
    assert_eq!(python.sizes(), [1; 1000]);
}

#[test]
fn a_chunk_larger_than_all_buffers_arrives() {
    let (peer, sizes) = Peer::reader("127.0.0.1:0", Duration::ZERO);
    let mut link = connect(peer.addr);
    assert_eq!(link.send(&vec![b'x'; 16 << 20], soon()), Sent::Proven);
    let _ = link.close();
    assert_eq!(sizes.all().iter().sum::<usize>(), 16 << 20);
}

#[test]
fn answers_come_in_while_chunks_go_out() {
    let peer = Peer::start("127.0.0.1:0", peer::echo);
    let mut link = connect(peer.addr);
    let said = b"the quick brown fox jumps over the lazy dog".repeat(20);
    for byte in said.chunks(1) {
        assert_eq!(link.send(byte, soon()), Sent::Proven);
    }
    link.close_write();
    assert_eq!(link.read_to_end(soon()), Read::Ended(End::Eof));
    assert_eq!(link.received().bytes(), said);
    let arrivals = link.received().arrivals();
    assert!(arrivals.is_sorted_by_key(|arrival| (arrival.at, arrival.end)));
}

#[test]
fn two_connections_may_be_served_byte_by_byte_in_turn() {
    let (one, one_sizes) = Peer::reader("127.0.0.1:0", Duration::ZERO);
    let (two, two_sizes) = Peer::reader("127.0.0.1:0", Duration::ZERO);
    let mut links = [connect(one.addr), connect(two.addr)];
    for _ in 0..200 {
        for link in &mut links {
            assert_eq!(link.send(b"x", soon()), Sent::Proven);
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
        peer::say(&mut stream, b"enough\n");
    });
    let mut link = connect(peer.addr);
    let outcomes: Vec<_> = (0..10).map(|_| link.send(b"x", soon())).collect();
    assert_eq!(outcomes[..2], [Sent::Proven, Sent::Proven]);
    assert!(
        matches!(outcomes[9], Sent::Ended(End::Eof | End::Reset)),
        "{outcomes:?}"
    );
    assert_eq!(link.received().bytes(), b"enough\n");
}

#[test]
fn an_answer_that_a_reset_follows_is_kept() {
    let peer = Peer::start("127.0.0.1:0", |mut stream| {
        peer::read_exactly(&mut stream, 3);
        peer::say(&mut stream, b"no\n");
        peer::reset(stream);
    });
    let mut link = connect(peer.addr);
    let outcomes: Vec<_> = (0..10).map(|_| link.send(b"x", soon())).collect();
    assert_eq!(outcomes[9], Sent::Ended(End::Reset));
    assert_eq!(link.received().bytes(), b"no\n");
    assert_eq!(link.close().farewell, Farewell::Nothing);
}

#[test]
fn an_answer_is_kept_when_it_is_our_write_that_finds_the_reset() {
    let peer = Peer::start("127.0.0.1:0", |mut stream| {
        peer::say(&mut stream, b"go away\n");
        peer::reset(stream);
    });
    let mut link = connect(peer.addr);
    peer.join();
    assert_eq!(link.post(b"x", soon()), Posted::Ended(End::Reset));
    assert_eq!(link.received().bytes(), b"go away\n");
    assert_eq!(link.ending().map(|ending| ending.how), Some(End::Reset));
}

#[test]
fn a_peer_that_resets_at_once_was_connected_to_and_heard() {
    let addr = peer::resetting_at_once(300);
    for _ in 0..300 {
        let mut link = connect(addr);
        let _ = link.send(b"x", soon());
        assert_eq!(link.read_to_end(soon()), Read::Ended(End::Reset));
        assert_eq!(link.received().bytes(), b"no\n");
    }
}

#[test]
fn late_bytes_do_not_turn_an_end_of_stream_into_a_reset() {
    let peer = Peer::start("127.0.0.1:0", |mut stream| peer::say(&mut stream, b"bye\n"));
    let mut link = connect(peer.addr);
    peer.join();
    let _ = link.post(b"x", soon());
    assert_eq!(link.send(b"y", soon()), Sent::Ended(End::Eof));
    assert_eq!(link.received().bytes(), b"bye\n");
}

#[test]
fn a_byte_that_comes_while_the_peer_closes_is_known_to_come_too_late() {
    for turn in 0..2000 {
        let peer = Peer::start("127.0.0.1:0", |mut stream| {
            peer::read_exactly(&mut stream, 1);
        });
        let mut link = connect(peer.addr);
        let _ = link.send(b"x", soon());
        // Now it closes, sooner or later than the next byte comes, which it never reads.
        for _ in 0..turn % 100 {
            std::hint::spin_loop();
        }
        if link.send(b"y", soon()) == Sent::Ended(End::Eof) && link.written() == 2 {
            assert!(link.came_too_late(soon()));
        }
        // No port stays busy.
        let _ = link.reset();
    }
}

#[test]
fn a_byte_that_was_read_before_the_peer_closed_came_in_time() {
    for _ in 0..100 {
        let peer = Peer::start("127.0.0.1:0", |mut stream| {
            peer::read_exactly(&mut stream, 2);
        });
        let mut link = connect(peer.addr);
        assert_eq!(link.send(b"x", soon()), Sent::Proven);
        let _ = link.send(b"y", soon());
        assert_eq!(link.read_to_end(soon()), Read::Ended(End::Eof));
        assert!(!link.came_too_late(soon()));
    }
}

#[test]
fn a_peer_that_only_stopped_speaking_is_still_written_to() {
    let (peer, sizes) = Peer::reader_after("127.0.0.1:0", |stream| {
        stream
            .shutdown(std::net::Shutdown::Write)
            .expect("it is open");
    });
    let mut link = connect(peer.addr);
    assert_eq!(link.read_to_end(soon()), Read::Ended(End::Eof));
    for _ in 0..50 {
        assert_eq!(link.send(b"x", soon()), Sent::Proven);
    }
    let _ = link.close();
    assert_eq!(sizes.all(), [1; 50]);
}

#[test]
fn a_peer_that_does_not_read_stalls_with_the_bytes_in_its_queue() {
    let peer = Peer::holding("127.0.0.1:0");
    let mut link = connect(peer.addr);
    peer.wait_until_accepted();
    let Sent::Stalled(stall) = link.send(b"hello", Instant::now()) else {
        panic!("nobody reads");
    };
    let socket = stall.peer.expect("it is there");
    assert_eq!((stall.unwritten, socket.unread), (0, 5));
    assert!(matches!(socket.holder(), Holder::Process(_)));
    assert_eq!(
        link.tally(),
        Tally {
            chunks: 1,
            proven: 0
        }
    );
}

#[test]
fn a_peer_that_takes_nothing_more_stalls_with_bytes_unwritten() {
    let peer = Peer::holding("127.0.0.1:0");
    let mut link = connect(peer.addr);
    let Sent::Stalled(stall) = link.send(&vec![0; 64 << 20], Instant::now()) else {
        panic!("nobody reads");
    };
    assert!(stall.unwritten > 0);
}

#[test]
fn a_connection_that_nobody_accepts_stalls_without_a_holder() {
    let listener = peer::listen("127.0.0.1:0");
    let addr = listener.local_addr().expect("it is bound");
    let mut link = connect(addr);
    let Sent::Stalled(stall) = link.send(b"hello", Instant::now()) else {
        panic!("nobody accepts");
    };
    let socket = stall.peer.expect("it is there");
    assert_eq!(
        (socket.holder(), socket.inode, socket.unread),
        (Holder::Queue, None, 5)
    );
    let backlog = listening(addr)
        .expect("the kernel can be asked")
        .expect("it listens");
    assert_eq!(backlog.waiting, 1);
}

#[test]
fn an_end_of_stream_that_was_read_is_proven_and_leaves_close_wait() {
    let (tell, told) = std::sync::mpsc::channel::<()>();
    let peer = Peer::start("127.0.0.1:0", move |mut stream| {
        peer::read_to_end(&mut stream);
        let _ = told.recv();
    });
    let mut link = connect(peer.addr);
    assert_eq!(link.send(b"x", soon()), Sent::Proven);
    link.close_write();
    assert_eq!(link.prove(soon()), Sent::Proven);
    let Ok(Seen::Socket(socket)) = link.look() else {
        panic!("the peer holds it");
    };
    assert_eq!((socket.state, socket.unread), (TcpState::CloseWait, 0));
    drop(tell);
    assert_eq!(link.read_to_end(soon()), Read::Ended(End::Eof));
}

#[test]
fn an_end_of_stream_that_was_not_read_is_one_unread_byte() {
    let (tell, told) = std::sync::mpsc::channel::<()>();
    let peer = Peer::start("127.0.0.1:0", move |mut stream| {
        peer::read_exactly(&mut stream, 1);
        let _ = told.recv();
    });
    let mut link = connect(peer.addr);
    assert_eq!(link.send(b"x", soon()), Sent::Proven);
    link.close_write();
    let Sent::Stalled(stall) = link.prove(Instant::now()) else {
        panic!("nobody reads it");
    };
    let socket = stall.peer.expect("it is there");
    assert_eq!((socket.state, socket.unread), (TcpState::CloseWait, 1));
    assert_eq!(link.send(b"y", soon()), Sent::Ended(End::Ours));
    drop(tell);
}

#[test]
fn a_payload_and_a_reset_reach_a_peer_before_it_accepts() {
    let listener = peer::listen("127.0.0.1:0");
    let addr = listener.local_addr().expect("it is bound");
    let mut link = connect(addr);
    assert_eq!(link.post(b"hello", soon()), Posted::All);
    let mut remains = link.reset();
    assert_eq!(remains.farewell, Farewell::Reset);
    assert!(
        !matches!(remains.look(), Ok(Seen::Socket(_))),
        "the reset has arrived"
    );
    let (mut stream, _) = listener.accept().expect("the queue keeps it");
    assert!(peer::ends_with_reset(&mut stream));
}

#[test]
fn where_pauses_are_asked_for_nothing_counts_as_proven() {
    let (peer, sizes) = Peer::reader("127.0.0.1:0", Duration::ZERO);
    let options = Options {
        evidence: Evidence::Pauses,
        ..Options::default()
    };
    let mut link = connect_with(peer.addr, &options);
    for _ in 0..5 {
        assert_eq!(link.send(b"x", soon()), Sent::Unverified(Reason::Asked));
    }
    assert_eq!(
        link.tally(),
        Tally {
            chunks: 5,
            proven: 0
        }
    );
    let _ = link.close();
    assert_eq!(sizes.all().iter().sum::<usize>(), 5);
}

#[test]
fn a_reset_is_seen_during_a_pause() {
    let peer = Peer::start("127.0.0.1:0", |mut stream| {
        peer::read_exactly(&mut stream, 1);
        peer::say(&mut stream, b"no\n");
        peer::reset(stream);
    });
    let options = Options {
        evidence: Evidence::Pauses,
        ..Options::default()
    };
    let mut link = connect_with(peer.addr, &options);
    let first = link.send(b"x", soon());
    peer.join();
    assert!(matches!(
        first,
        Sent::Unverified(_) | Sent::Ended(End::Reset)
    ));
    assert_eq!(link.send(b"x", soon()), Sent::Ended(End::Reset));
    assert_eq!(link.received().bytes(), b"no\n");
}

#[test]
fn nobody_listening_is_refused() {
    let addr = peer::listen("127.0.0.1:0")
        .local_addr()
        .expect("it was bound");
    let outcome = Link::connect(addr, &Options::default(), soon());
    assert!(matches!(outcome, Err(ConnectError::Refused { .. })));
    assert_eq!(listening(addr), Ok(None));
}

#[test]
fn a_full_accept_queue_is_a_silence_and_the_kernel_shows_why() {
    let listener = peer::listen_with_queue(0);
    let addr = listener.local_addr().expect("it is bound");
    let _first = connect(addr);
    let backlog = listening(addr)
        .expect("the kernel can be asked")
        .expect("it listens");
    assert!(backlog.is_full());
    let briefly = Instant::now() + Duration::from_millis(20);
    let outcome = Link::connect(addr, &Options::default(), briefly);
    assert!(matches!(outcome, Err(ConnectError::TimedOut { .. })));
}

#[test]
fn silence_an_end_and_enough_are_told_apart() {
    let (tell, told) = std::sync::mpsc::channel::<()>();
    let peer = Peer::start("127.0.0.1:0", move |mut stream| {
        peer::say(&mut stream, b"hello\n");
        let _ = told.recv();
    });
    let mut link = connect(peer.addr);
    assert_eq!(
        link.read_until(|got| got.bytes().len() == 6, soon()),
        Read::Enough
    );
    assert_eq!(
        link.read_until(|got| got.bytes().len() > 6, Instant::now()),
        Read::TimedOut
    );
    drop(tell);
    assert_eq!(link.read_to_end(soon()), Read::Ended(End::Eof));
    let last = link.received().arrivals().last().expect("something came");
    assert_eq!(last.end, 6);
}

#[test]
fn a_peer_that_says_more_than_is_kept_is_left_unread() {
    let peer = Peer::start("127.0.0.1:0", |mut stream| {
        peer::say(&mut stream, &[b'x'; 5000]);
        peer::read_to_end(&mut stream);
    });
    let mut link = connect_with(
        peer.addr,
        &Options {
            keep: 1000,
            ..Options::default()
        },
    );
    assert_eq!(link.read_to_end(soon()), Read::Flooded);
    let remains = link.close();
    assert_eq!(remains.received.bytes().len(), 1000);
    assert_eq!(remains.farewell, Farewell::Reset);
}

#[test]
fn a_slow_reader_takes_a_byte_at_a_time() {
    let peer = Peer::start("127.0.0.1:0", |mut stream| {
        peer::say(&mut stream, &[b'x'; 3000])
    });
    let options = Options {
        appetite: Appetite::slowest(),
        ..Options::default()
    };
    let mut link = connect_with(peer.addr, &options);
    assert_eq!(
        link.read_until(|got| got.bytes().len() == 100, soon()),
        Read::Enough
    );
    assert_eq!(link.received().arrivals().len(), 100);
    link.set_appetite(Appetite::Eager);
    assert_eq!(link.read_to_end(soon()), Read::Ended(End::Eof));
    assert_eq!(link.received().bytes().len(), 3000);
}

#[test]
fn chunks_stay_apart_while_answers_are_sipped() {
    let peer = Peer::start("127.0.0.1:0", peer::echo);
    let options = Options {
        appetite: Appetite::slowest(),
        ..Options::default()
    };
    let mut link = connect_with(peer.addr, &options);
    for _ in 0..200 {
        assert_eq!(link.send(b"x", soon()), Sent::Proven);
    }
    assert_eq!(
        link.close().tally,
        Tally {
            chunks: 200,
            proven: 200
        }
    );
}

#[test]
fn the_kernel_says_which_process_listens_and_holds_the_connection() {
    let peer = Peer::holding("127.0.0.1:0");
    let me = [1, std::process::id()];
    let backlog = listening(peer.addr)
        .expect("the kernel can be asked")
        .expect("it listens");
    let inode = backlog.inode.expect("a process holds it");
    assert_eq!(owner_of(inode, &me), Some(std::process::id()));
    let link = connect(peer.addr);
    peer.wait_until_accepted();
    let Ok(Seen::Socket(socket)) = link.look() else {
        panic!("it was accepted");
    };
    let Holder::Process(inode) = socket.holder() else {
        panic!("it was accepted");
    };
    assert_eq!(owner_of(inode, &me), Some(std::process::id()));
}
