//! The delivery of a case as a capture that Wireshark opens.
//!
//! The format is pcap with the link type "raw IP". It is written by hand: the file has a
//! header of 24 bytes and 16 bytes before each packet, and the crate `pcap-file` would add
//! only these. The IPv4 and TCP headers, 40 bytes with two checksums, are ours either way.
//!
//! Each chunk is one segment, acknowledged before the next. What the peer sent is where it
//! came among the chunks when the failure was seen, and so are automatic replies.

use std::time::{Duration, SystemTime};

use wirecheck_report::record::{WireAction, WireEvent};

use super::OpenCase;
use crate::scenario::{ConnectionPart, Side};
use crate::tactic::DeliveryEnd;

const MAGIC: u32 = 0xa1b2_c3d4;
const RAW_IP: u32 = 101;
const HEADERS: usize = 40;
const MOST_PACKET: usize = 65_535;
/// A longer chunk is several segments.
const MOST_PAYLOAD: usize = MOST_PACKET - HEADERS;

const LOOPBACK: [u8; 4] = [127, 0, 0, 1];
const CLIENT_PORT: u16 = 50_000;
const SERVER_PORT: u16 = 7_000;
const TCP: u8 = 6;

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;

/// The capture of a case.
pub(crate) fn capture(case: &OpenCase) -> Vec<u8> {
    let mut capture = Capture::begin(started(&case.saved.started));
    capture.handshake();
    for Event { at, by, what } in timeline(case) {
        capture.at = at;
        match what {
            What::Data(bytes) => capture.data(by, &bytes),
            What::Fin => capture.fin(by),
            What::Reset => capture.segment(by, RST | ACK, &[]),
        }
    }
    capture.out
}

/// When the run started that found the failure, since 1970.
fn started(text: &str) -> Duration {
    let started = humantime::parse_rfc3339(text).ok();
    let since = started.and_then(|it| it.duration_since(SystemTime::UNIX_EPOCH).ok());
    since.unwrap_or_default()
}

struct Event {
    at: Duration,
    by: Side,
    what: What,
}

enum What {
    Data(Vec<u8>),
    Fin,
    Reset,
}

/// All chunks and the end of the delivery, and what the peer was seen to send between.
/// Chunks that were not sent, because the peer had closed, come before the first end.
fn timeline(case: &OpenCase) -> Vec<Event> {
    let us = case.side();
    let stream = case.stream(&case.case.delivery).bytes;
    let mut rest = stream.as_slice();
    // A variation is sent instead of the stream: what was seen of it is all that is known.
    let is_varied = case.case.delivery.content().is_some();
    let most = if is_varied { 0 } else { usize::MAX };
    let lengths = case.case.delivery.lengths().take(most);
    let mut chunks = lengths.map(|len| rest.split_off(..len).unwrap_or_default());
    let mut timeline: Vec<Event> = Vec::new();
    let mut ends = Vec::new();
    // A capture has one connection.
    let connection = case.scenario().connection().and_then(ConnectionPart::name);
    let connection = connection.map(ToString::to_string);
    let events = case.saved.events.iter().filter(|it| it.on == connection);
    for event in events {
        let (at, by) = (Duration::from_micros(event.at_us), Side::from(event.by));
        match &event.what {
            WireAction::Sent(_) if by == us && !is_varied => {
                let what = chunks.next().map(|it| What::Data(seen_or(event, it)));
                timeline.extend(what.map(|what| Event { at, by, what }));
            }
            WireAction::Sent(bytes) | WireAction::Replied(bytes) => {
                let what = What::Data(bytes.kept());
                timeline.push(Event { at, by, what });
            }
            WireAction::Fin => ends.push(Event {
                at,
                by,
                what: What::Fin,
            }),
            WireAction::Reset => ends.push(Event {
                at,
                by,
                what: What::Reset,
            }),
            WireAction::Printed(_) | WireAction::Exited(_) | WireAction::Broke(_) => {}
        }
    }
    let last = timeline.last().map_or(Duration::ZERO, |event| event.at);
    timeline.extend(chunks.map(|chunk| Event {
        at: last,
        by: us,
        what: What::Data(chunk.to_vec()),
    }));
    let is_ours = |event: &Event| event.by == us;
    if !ends.iter().any(is_ours)
        && let Some(what) = our_end(case.case.delivery.end())
    {
        ends.insert(
            0,
            Event {
                at: last,
                by: us,
                what,
            },
        );
    }
    timeline.extend(ends);
    timeline
}

/// The bytes of a chunk as they were sent, if all were kept: they have the value of
/// `${unique}` that the answers have.
fn seen_or(event: &WireEvent, planned: &[u8]) -> Vec<u8> {
    match &event.what {
        WireAction::Sent(bytes) if bytes.kept().len() == planned.len() => bytes.kept(),
        _ => planned.to_vec(),
    }
}

fn our_end(end: DeliveryEnd) -> Option<What> {
    match end {
        DeliveryEnd::Half | DeliveryEnd::Fin | DeliveryEnd::FinAtOnce => Some(What::Fin),
        DeliveryEnd::Reset | DeliveryEnd::ResetBeforeAccept => Some(What::Reset),
        DeliveryEnd::AsScripted | DeliveryEnd::Hold => None,
    }
}

struct Capture {
    out: Vec<u8>,
    started: Duration,
    /// Since the start of the connection.
    at: Duration,
    client: Endpoint,
    server: Endpoint,
    packets: u16,
}

#[derive(Clone, Copy)]
struct Endpoint {
    port: u16,
    /// The number of the next byte that it sends.
    next: u32,
}

impl Capture {
    fn begin(started: Duration) -> Self {
        let mut out = Vec::new();
        out.extend(MAGIC.to_le_bytes());
        // Version 2.4.
        out.extend([2, 0, 4, 0]);
        // The time zone and its accuracy, which nobody uses.
        out.extend([0; 8]);
        out.extend((MOST_PACKET as u32).to_le_bytes());
        out.extend(RAW_IP.to_le_bytes());
        let endpoint = |port, next| Endpoint { port, next };
        Self {
            out,
            started,
            at: Duration::ZERO,
            client: endpoint(CLIENT_PORT, 1_000),
            server: endpoint(SERVER_PORT, 5_000),
            packets: 0,
        }
    }

    fn handshake(&mut self) {
        self.segment(Side::Client, SYN, &[]);
        self.client.next += 1;
        self.segment(Side::Server, SYN | ACK, &[]);
        self.server.next += 1;
        self.segment(Side::Client, ACK, &[]);
    }

    fn data(&mut self, by: Side, bytes: &[u8]) {
        for part in bytes.chunks(MOST_PAYLOAD) {
            self.segment(by, PSH | ACK, part);
            self.advance(by, part.len());
            self.segment(by.other(), ACK, &[]);
        }
    }

    fn fin(&mut self, by: Side) {
        self.segment(by, FIN | ACK, &[]);
        self.advance(by, 1);
        self.segment(by.other(), ACK, &[]);
    }

    fn advance(&mut self, by: Side, bytes: usize) {
        let from = match by {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        };
        from.next = from.next.wrapping_add(bytes as u32);
    }

    fn segment(&mut self, by: Side, flags: u8, payload: &[u8]) {
        let (from, to) = match by {
            Side::Client => (self.client, self.server),
            Side::Server => (self.server, self.client),
        };
        let acknowledged = if flags & ACK == 0 { 0 } else { to.next };
        let mut tcp = Vec::with_capacity(20 + payload.len());
        tcp.extend(from.port.to_be_bytes());
        tcp.extend(to.port.to_be_bytes());
        tcp.extend(from.next.to_be_bytes());
        tcp.extend(acknowledged.to_be_bytes());
        // 20 bytes of header, then the flags, the window, the checksum, no urgent data.
        tcp.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        tcp.extend(payload);
        let len = tcp.len() as u16;
        let pseudo = [LOOPBACK, LOOPBACK].concat();
        let sum = checksum(&[&pseudo, &[0, TCP], &len.to_be_bytes(), &tcp]);
        tcp[16..18].copy_from_slice(&sum.to_be_bytes());
        self.packet(&tcp);
    }

    fn packet(&mut self, tcp: &[u8]) {
        let len = (20 + tcp.len()) as u16;
        // Version 4, 20 bytes of header.
        let mut ip = vec![0x45, 0];
        ip.extend(len.to_be_bytes());
        ip.extend(self.packets.to_be_bytes());
        // Do not fragment; 64 hops; the checksum.
        ip.extend([0x40, 0, 64, TCP, 0, 0]);
        ip.extend([LOOPBACK, LOOPBACK].concat());
        let sum = checksum(&[&ip]);
        ip[10..12].copy_from_slice(&sum.to_be_bytes());
        self.packets = self.packets.wrapping_add(1);
        let time = self.started + self.at;
        self.out.extend((time.as_secs() as u32).to_le_bytes());
        self.out.extend(time.subsec_micros().to_le_bytes());
        for _ in ["captured", "on the wire"] {
            self.out.extend(u32::from(len).to_le_bytes());
        }
        self.out.extend(ip);
        self.out.extend(tcp);
    }
}

/// The checksum of the Internet protocols. All parts but the last have an even length.
fn checksum(parts: &[&[u8]]) -> u16 {
    let words = parts.iter().flat_map(|part| part.chunks(2));
    let word = |pair: &[u8]| u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)]);
    let mut sum: u32 = words.map(|pair| u32::from(word(pair))).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_rfc_1071() {
        let header = [0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0, 0];
        let addresses = [0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0, 0xc7];
        assert_eq!(checksum(&[&header, &addresses]), 0xb861);
    }
}
