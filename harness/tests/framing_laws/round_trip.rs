//! Encoded messages decode to their payload.

use proptest::prelude::*;
use wirecheck::framing::{Blank, Decoded, EncodeError, Framing, Line};

use crate::reading::{Ending, cover, read};
use crate::{samples, strategies};

/// The law: a message decodes to its canonical payload only.
fn reads_back(framing: &Framing, payload: &[u8]) {
    let message = framing.encode(payload).expect("it can be sent");
    let reading = read(framing, [&message.bytes[..]]);
    let expected: Vec<_> = framing.canonical(payload).into_iter().collect();
    match (framing, reading.ending) {
        (Framing::Raw(_) | Framing::Http1(_), Ending::Message(stream)) => {
            assert_eq!([stream], expected[..]);
        }
        (_, ending) => {
            assert_eq!(ending, Ending::Clean, "{framing:?}");
            assert_eq!(reading.messages, expected, "{framing:?}");
        }
    }
    assert!(cover(&message.regions, message.bytes.len()), "{message:?}");
}

/// The law: a decoder takes the rest of a message, and nothing that follows it.
fn stops_exactly(framing: &Framing, payload: &[u8]) {
    let message = framing.encode(payload).expect("it can be sent").bytes;
    for end in 0..message.len() {
        let mut decoder = framing.decoder();
        let mut start = &message[..end];
        assert_eq!(decoder.decode(&mut start), Decoded::NeedMore, "{framing:?}");
        assert_eq!(decoder.pending(), end);
        let mut rest = &[&message[end..], b"\r\n1:a,trailing"].concat()[..];
        decoder.decode(&mut rest);
        assert_eq!(rest, b"\r\n1:a,trailing", "{framing:?} after {end}");
    }
}

/// Whether the end of a message is seen before the end of the stream.
fn has_boundaries(framing: &Framing, payload: &[u8]) -> bool {
    let is_http = matches!(framing, Framing::Http1(_));
    let reading = read(framing, [payload]);
    let ends_with_stream = is_http && matches!(reading.ending, Ending::Message(_));
    !ends_with_stream
        && !matches!(
            framing,
            Framing::Raw(_)
                | Framing::Line(Line {
                    blank: Blank::Skipped,
                    ..
                })
        )
}

#[test]
fn a_message_of_every_framing_is_read_back() {
    for sample in samples::all() {
        let framing = &sample.framing;
        let fitting = sample.payloads.iter().filter(|p| framing.encode(p).is_ok());
        assert!(fitting.clone().count() > 0, "{framing:?} carries nothing");
        for payload in fitting {
            reads_back(framing, payload);
            if has_boundaries(framing, payload) {
                stops_exactly(framing, payload);
            }
        }
    }
}

proptest! {
    #[test]
    fn a_random_message_is_read_back((framing, payloads) in strategies::exchange()) {
        for payload in payloads {
            reads_back(&framing, &payload);
        }
    }

    #[test]
    fn a_prefix_needs_more_and_later_bytes_are_untouched(
        (framing, payloads) in strategies::exchange()
    ) {
        for payload in payloads.iter().filter(|it| has_boundaries(&framing, it)) {
            stops_exactly(&framing, payload);
        }
    }

    #[test]
    fn an_encode_error_points_into_the_payload(
        framing in strategies::framing(),
        payload in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        if let Err(error) = framing.encode(&payload) {
            prop_assert!(error.offset().is_none_or(|at| at <= payload.len()));
            prop_assert_eq!(framing.canonical(&payload), None);
            prop_assert!(framing.malformed(&payload).is_empty());
        }
    }
}

#[test]
fn a_resp_payload_that_is_not_a_value_is_rejected_with_its_offset() {
    let framing = Framing::Resp(Default::default());
    let offset = |payload: &[u8]| framing.encode(payload).map_err(|error| error.offset());
    assert_eq!(offset(b"+OK\r\n+OK\r\n"), Err(Some(5)));
    assert_eq!(offset(b"$x\r\n"), Err(Some(1)));
    let cut_short = framing.encode(b"$5\r\nhel");
    assert!(matches!(cut_short, Err(EncodeError::PartOfAValue { .. })));
}
