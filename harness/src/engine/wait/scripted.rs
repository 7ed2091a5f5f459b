//! A peer that tests script, and a clock that they move.
//!
//! A [`World`] is a clock and a peer of one thread that runs a program, a list of [`Act`]s.
//! No time passes by itself. A wait moves the clock from one event to the next, and the peer
//! acts at each. So a test is exact, and a wait of five seconds takes no time.
//!
//! ```text
//! let world = World::new(&[Pause(ms(3)), Run(ms(1)), Send("ok\n")]);
//! let mut waiter = world.waiter(Phase::Baseline, PeerTimings::default());
//! let end = waiter.wait(WaitFor::Answer, LIMIT, &mut world.await_line());
//! assert_eq!((end, world.elapsed()), (WaitEnd::Happened, ms(4)));
//! ```
//!
//! The peer has one connection. `case/tests.rs` plays conversations over it; a test of a
//! wait alone needs no more than [`World::await_line`].

use std::cell::{Ref, RefCell};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{Awaited, Clock, PeerTimings, Phase, Processes, Progress, Waiter};
use crate::wire::diag::{Inode, SocketInfo, SocketLookup, TcpState};
use crate::wire::link::{ConnectionEnd, ObservedEnd};
use crate::wire::watch::{Look, ThreadLook, ThreadState};

/// The processor time of one system call. It takes no time on the clock.
const CALL: Duration = Duration::from_micros(1);

pub(in crate::engine) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// One thing that the peer does. After the last one it sleeps.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::engine) enum Act {
    /// Accepts the connection, which was in the queue until now.
    Accept,
    /// Sleeps for this long, then goes on by itself.
    Pause(Duration),
    Run(Duration),
    /// Is ready to run for this long, and gets a tenth of a processor.
    Starve(Duration),
    /// Reads this many bytes, each as it arrives. At the end of the stream the rest of the
    /// program is [`AT_END`].
    Read(usize),
    /// Leaves all unread until this many bytes are there, or the end of the stream.
    ReadTogether(usize),
    ReadToEnd,
    Send(&'static str),
    /// Sends what arrives only after this time.
    SendSlowly(&'static str, Duration),
    SetTimers(usize),
    /// Ends the sending direction, and keeps the socket.
    Shut,
    /// Closes the connection: with a FIN, or with a reset if bytes are unread.
    Close,
    Reset,
    /// Ends the process, which closes the connection.
    Exit,
}

/// What a peer does that meets the end of the stream where it expects bytes.
pub(in crate::engine) const AT_END: [Act; 1] = [Act::Close];

/// A clock, and a peer that acts by it.
pub(in crate::engine) struct World {
    start: Instant,
    /// Whether the user has interrupted wirecheck, and when that happens.
    stop: AtomicBool,
    interrupt_at: Option<Duration>,
    peer: RefCell<Peer>,
}

struct Peer {
    now: Duration,
    program: VecDeque<Act>,
    /// When the first act of the program began and ends, if it takes a known time.
    period: Option<(Duration, Duration)>,
    cpu_time: Duration,
    starved: Duration,
    timers: usize,
    has_exited: bool,
    socket: PeerSocket,
}

/// The peer's end of the connection.
#[derive(Default)]
struct PeerSocket {
    is_queued: bool,
    delivered: Vec<u8>,
    unread: usize,
    /// How much the act that reads has read.
    read: usize,
    our_end: OurEnd,
    /// What the peer sent, in order, with the time when it arrives.
    sent: Vec<(Duration, &'static str)>,
    ending: Option<ObservedEnd>,
    is_closed: bool,
    /// By wirecheck.
    was_reset: bool,
}

/// Whether wirecheck has ended its side, and the peer knows.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum OurEnd {
    #[default]
    Open,
    Unread,
    Read,
}

enum Acted {
    Done,
    /// Time must pass, or something arrive.
    Waits,
    /// The program is another now.
    Diverted,
}

impl World {
    pub(in crate::engine) fn new(program: &[Act]) -> Self {
        let world = Self {
            start: Instant::now(),
            stop: AtomicBool::new(false),
            interrupt_at: None,
            peer: RefCell::new(Peer {
                now: Duration::ZERO,
                program: program.iter().copied().collect(),
                period: None,
                cpu_time: Duration::ZERO,
                starved: Duration::ZERO,
                timers: 0,
                has_exited: false,
                socket: PeerSocket {
                    is_queued: program.contains(&Act::Accept),
                    ..PeerSocket::default()
                },
            }),
        };
        world.act();
        world
    }

    /// A peer that leaves its connection in the accept queue.
    pub(in crate::engine) fn never_accepting() -> Self {
        let world = Self::new(&[]);
        world.peer.borrow_mut().socket.is_queued = true;
        world
    }

    /// The user interrupts wirecheck at this time.
    pub(in crate::engine) fn interrupted_at(self, time: Duration) -> Self {
        Self {
            interrupt_at: Some(time),
            ..self
        }
    }

    /// A waiter for a case that is alone with the peer, in any phase.
    pub(in crate::engine) fn waiter(&self, phase: Phase, timings: PeerTimings) -> Waiter<'_> {
        self.blind_waiter(phase, timings).watching(Box::new(self))
    }

    /// The same where nothing is seen of the peer's processes.
    pub(in crate::engine) fn blind_waiter(&self, phase: Phase, timings: PeerTimings) -> Waiter<'_> {
        Waiter::alone(None, phase, timings, &self.stop).with_clock(self)
    }

    /// A wait for a line, or for the end of the connection.
    pub(in crate::engine) fn await_line(&self) -> AwaitLine<'_> {
        AwaitLine {
            world: self,
            seen: 0,
        }
    }

    /// Gives the peer something else to do from now on.
    pub(in crate::engine) fn go_on_with(&self, program: &[Act]) {
        let mut peer = self.peer.borrow_mut();
        peer.program = program.iter().copied().collect();
        peer.period = None;
        drop(peer);
        self.act();
    }

    pub(in crate::engine) fn elapsed(&self) -> Duration {
        self.peer.borrow().now
    }

    /// Moves the clock to the next event, or to `until` if that is sooner.
    pub(in crate::engine) fn advance(&self, until: Instant) {
        let until = until.saturating_duration_since(self.start);
        let mut peer = self.peer.borrow_mut();
        let interrupt = self.interrupt_at.filter(|at| *at > peer.now);
        let events = peer.next_event().into_iter().chain(interrupt);
        let next = events.fold(until, Duration::min);
        peer.now = peer.now.max(next);
        if self.interrupt_at.is_some_and(|at| at <= peer.now) {
            self.stop.store(true, Ordering::Relaxed);
        }
        drop(peer);
        self.act();
    }

    /// What has arrived from the peer.
    pub(in crate::engine) fn arrived(&self) -> String {
        let peer = self.peer.borrow();
        let sent = peer.socket.sent.iter();
        let arrived = sent.filter(|(at, _)| *at <= peer.now);
        arrived.map(|(_, text)| *text).collect()
    }

    pub(in crate::engine) fn is_in_flight(&self) -> bool {
        self.peer.borrow().is_in_flight()
    }

    /// How the peer ended the connection, once everything that it sent has arrived.
    pub(in crate::engine) fn ending(&self) -> Option<ObservedEnd> {
        let peer = self.peer.borrow();
        peer.socket.ending.filter(|_| !peer.is_in_flight())
    }

    /// Sends bytes to the peer. They arrive at once.
    pub(in crate::engine) fn deliver(&self, bytes: &[u8]) {
        let mut peer = self.peer.borrow_mut();
        peer.socket.delivered.extend_from_slice(bytes);
        peer.socket.unread += bytes.len();
        drop(peer);
        self.act();
    }

    /// All that was sent to the peer.
    pub(in crate::engine) fn delivered(&self) -> String {
        String::from_utf8_lossy(&self.peer().socket.delivered).into_owned()
    }

    /// Ends wirecheck's side.
    pub(in crate::engine) fn deliver_end(&self) {
        let mut peer = self.peer.borrow_mut();
        if peer.socket.our_end == OurEnd::Open {
            peer.socket.our_end = OurEnd::Unread;
        }
        drop(peer);
        self.act();
    }

    /// Resets the connection.
    pub(in crate::engine) fn deliver_reset(&self) {
        self.peer.borrow_mut().socket.was_reset = true;
        self.deliver_end();
    }

    /// Sends bytes, and ends wirecheck's side before the peer acts on them.
    pub(in crate::engine) fn deliver_last(&self, bytes: &[u8]) {
        self.peer.borrow_mut().socket.our_end = OurEnd::Unread;
        self.deliver(bytes);
    }

    pub(in crate::engine) fn peer_socket(&self) -> SocketLookup {
        let peer = self.peer.borrow();
        let have_both_ended = peer.socket.ending.is_some() && peer.socket.our_end != OurEnd::Open;
        if peer.socket.is_closed || peer.socket.was_reset || have_both_ended {
            SocketLookup::Nothing
        } else {
            SocketLookup::Socket(peer.socket.info())
        }
    }

    fn act(&self) {
        let mut peer = self.peer.borrow_mut();
        while let Some(&act) = peer.program.front() {
            match peer.perform(act) {
                Acted::Waits => return,
                Acted::Diverted => {}
                Acted::Done => {
                    peer.program.pop_front();
                }
            }
            peer.cpu_time += CALL;
        }
    }

    fn peer(&self) -> Ref<'_, Peer> {
        self.peer.borrow()
    }
}

impl Clock for World {
    fn now(&self) -> Instant {
        self.start + self.elapsed()
    }

    fn sleep_until(&self, time: Instant) {
        while self.now() < time {
            self.advance(time);
        }
    }
}

impl Processes for &World {
    fn is_awake(&mut self) -> bool {
        self.peer().is_running()
    }

    fn look(&mut self) -> Option<Look> {
        Some(self.peer().look())
    }

    fn look_again(&mut self) -> Look {
        self.peer().look()
    }

    fn timers(&mut self) -> Option<usize> {
        Some(self.peer().timers)
    }

    fn longest_timeout(&mut self, most: Duration) -> Option<Duration> {
        let act = self.peer().program.front().copied();
        match (act, self.peer().period) {
            (Some(Act::Pause(time)), Some(_)) if time <= most => Some(time),
            _ => None,
        }
    }

    fn waits_only_for(&mut self, socket: Inode) -> bool {
        let peer = self.peer();
        peer.socket.inode() == Some(socket) && peer.is_blocked_on_socket()
    }
}

impl Peer {
    /// Begins or goes on with the first act of the program.
    fn perform(&mut self, act: Act) -> Acted {
        match act {
            Act::Accept => self.socket.is_queued = false,
            Act::Pause(time) | Act::Run(time) | Act::Starve(time) => return self.spend(time),
            Act::ReadTogether(len) if self.socket.lacks(len) => return Acted::Waits,
            Act::Read(len) | Act::ReadTogether(len) => return self.read(len),
            Act::ReadToEnd => return self.read_to_end(),
            Act::Send(text) => self.send(text, Duration::ZERO),
            Act::SendSlowly(text, delay) => self.send(text, delay),
            Act::SetTimers(timers) => self.timers = timers,
            Act::Shut => self.end(ConnectionEnd::Eof),
            Act::Close => self.close(),
            Act::Reset => {
                self.end(ConnectionEnd::Reset);
                self.socket.is_closed = true;
            }
            Act::Exit => {
                self.has_exited = true;
                self.close();
            }
        }
        Acted::Done
    }

    fn spend(&mut self, time: Duration) -> Acted {
        let (_, end) = *self.period.get_or_insert((self.now, self.now + time));
        if self.now < end {
            return Acted::Waits;
        }
        self.cpu_time += self.cpu_time_of_act();
        self.starved += self.starved_in_act();
        self.period = None;
        Acted::Done
    }

    /// The processor time since the first act of the program began.
    fn cpu_time_of_act(&self) -> Duration {
        match self.program.front() {
            Some(Act::Run(_)) => self.time_of_act(),
            Some(Act::Starve(_)) => self.time_of_act() / 10,
            _ => Duration::ZERO,
        }
    }

    fn starved_in_act(&self) -> Duration {
        match self.program.front() {
            Some(Act::Starve(_)) => self.time_of_act() - self.cpu_time_of_act(),
            _ => Duration::ZERO,
        }
    }

    fn time_of_act(&self) -> Duration {
        self.period
            .map_or(Duration::ZERO, |(begun, _)| self.now - begun)
    }

    fn read(&mut self, len: usize) -> Acted {
        let socket = &mut self.socket;
        let taken = socket.unread.min(len - socket.read);
        socket.unread -= taken;
        socket.read += taken;
        if taken > 0 {
            self.cpu_time += CALL;
        }
        if socket.read == len {
            socket.read = 0;
            return Acted::Done;
        }
        if socket.our_end == OurEnd::Open {
            return Acted::Waits;
        }
        socket.our_end = OurEnd::Read;
        self.program = AT_END.into();
        Acted::Diverted
    }

    fn read_to_end(&mut self) -> Acted {
        let socket = &mut self.socket;
        if std::mem::take(&mut socket.unread) > 0 {
            self.cpu_time += CALL;
        }
        if socket.our_end == OurEnd::Open {
            return Acted::Waits;
        }
        socket.our_end = OurEnd::Read;
        Acted::Done
    }

    fn send(&mut self, text: &'static str, delay: Duration) {
        let sent = &mut self.socket.sent;
        let before = sent.last().map_or(self.now, |(at, _)| *at);
        sent.push((before.max(self.now + delay), text));
    }

    fn close(&mut self) {
        self.end(match self.socket.unread {
            0 => ConnectionEnd::Eof,
            _ => ConnectionEnd::Reset,
        });
        self.socket.is_closed = true;
    }

    fn end(&mut self, how: ConnectionEnd) {
        let at = self.now;
        let ending = &mut self.socket.ending;
        ending.get_or_insert(ObservedEnd { how, at });
    }

    fn next_event(&self) -> Option<Duration> {
        let arrivals = self.socket.sent.iter().map(|(at, _)| *at);
        let ends = self.period.map(|(_, end)| end);
        arrivals.chain(ends).filter(|at| *at > self.now).min()
    }

    fn is_in_flight(&self) -> bool {
        self.socket.sent.iter().any(|(at, _)| *at > self.now)
    }

    fn is_running(&self) -> bool {
        matches!(self.program.front(), Some(Act::Run(_) | Act::Starve(_)))
    }

    fn is_blocked_on_socket(&self) -> bool {
        let act = self.program.front();
        matches!(
            act,
            Some(Act::Read(_) | Act::ReadTogether(_) | Act::ReadToEnd)
        )
    }

    fn look(&self) -> Look {
        let thread = ThreadLook {
            process: 1,
            thread: 1,
            state: if self.is_running() {
                ThreadState::Running
            } else {
                ThreadState::Sleeping
            },
            cpu_time: self.cpu_time + self.cpu_time_of_act(),
            starved: self.starved + self.starved_in_act(),
        };
        Look {
            threads: (!self.has_exited).then_some(thread).into_iter().collect(),
        }
    }
}

impl PeerSocket {
    fn lacks(&self, len: usize) -> bool {
        self.unread < len && self.our_end == OurEnd::Open
    }

    fn inode(&self) -> Option<Inode> {
        Inode::new(u32::from(!self.is_queued))
    }

    fn info(&self) -> SocketInfo {
        SocketInfo {
            state: match self.our_end {
                OurEnd::Open => TcpState::Established,
                OurEnd::Unread | OurEnd::Read => TcpState::CloseWait,
            },
            unread: self.unread as u32 + u32::from(self.our_end == OurEnd::Unread),
            unacknowledged: 0,
            inode: self.inode(),
            counters: None,
        }
    }
}

/// A wait for a line of the peer, or for the end of the connection.
pub(in crate::engine) struct AwaitLine<'w> {
    world: &'w World,
    seen: usize,
}

impl Awaited for AwaitLine<'_> {
    fn poll(&mut self, until: Instant) -> Progress {
        loop {
            let arrived = self.world.arrived();
            if arrived.ends_with('\n') || self.world.ending().is_some() {
                return Progress::Happened;
            }
            if arrived.len() > std::mem::replace(&mut self.seen, arrived.len()) {
                return Progress::Moved;
            }
            if self.world.now() >= until {
                return Progress::Nothing;
            }
            self.world.advance(until);
        }
    }

    fn is_in_flight(&mut self) -> bool {
        self.world.is_in_flight()
    }

    fn peer_socket(&mut self) -> Option<Inode> {
        match self.world.peer_socket() {
            SocketLookup::Socket(socket) => socket.inode,
            SocketLookup::Listening(_) | SocketLookup::Nothing => None,
        }
    }
}
