//! Every segmentation of a stream reads the same.

use proptest::prelude::*;
use wirecheck::framing::Framing;

use crate::reading::{Reading, pieces, read};
use crate::{samples, strategies};

/// Streams up to this length are cut in every way there is.
const ALL_CUTS: usize = 14;

fn same_under_every_segmentation(framing: &Framing, stream: &[u8]) {
    let whole = read(framing, [stream]);
    let ways = 1u32 << stream.len().saturating_sub(1);
    for mask in 1..ways {
        let cut = read(framing, pieces(stream, mask));
        assert_eq!(cut, whole, "{framing:?} cut by {mask:#b}");
    }
}

/// As many of the messages as go into one short stream.
fn short_stream(framing: &Framing, payloads: &[&[u8]]) -> Vec<u8> {
    let messages = payloads.iter().filter_map(|p| framing.encode(p).ok());
    let mut stream = messages.map(|m| m.bytes).collect::<Vec<_>>().concat();
    stream.truncate(ALL_CUTS);
    stream
}

#[test]
fn every_segmentation_of_a_short_stream_reads_the_same() {
    for sample in samples::all() {
        let stream = short_stream(&sample.framing, &sample.payloads);
        same_under_every_segmentation(&sample.framing, &stream);
    }
}

#[test]
fn every_segmentation_of_a_malformed_stream_reads_the_same() {
    for sample in samples::all() {
        let payload = sample.payloads[0];
        for member in sample.framing.malformed(payload) {
            let valid = sample.framing.encode(payload).expect("it has variants");
            let stream = member.edit.apply(&valid.bytes);
            if stream.len() <= 9 {
                same_under_every_segmentation(&sample.framing, &stream);
            }
        }
    }
}

/// A stream with messages, some of them wrong, and where it is cut.
fn cut_stream() -> impl Strategy<Value = (Framing, Vec<u8>, Vec<prop::sample::Index>)> {
    let broken = prop::option::of(any::<(prop::sample::Index, u8)>());
    let cuts = prop::collection::vec(any::<prop::sample::Index>(), 0..12);
    (strategies::exchange(), broken, cuts).prop_map(|((framing, payloads), broken, cuts)| {
        let messages = payloads.iter().map(|p| framing.encode(p));
        let messages = messages.map(|m| m.expect("it can be sent").bytes);
        let mut stream = messages.collect::<Vec<_>>().concat();
        if let (Some((at, byte)), false) = (broken, stream.is_empty()) {
            let at = at.index(stream.len());
            stream[at] = byte;
        }
        (framing, stream, cuts)
    })
}

fn read_cut(framing: &Framing, stream: &[u8], cuts: &[prop::sample::Index]) -> Reading {
    let mut ends: Vec<_> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
    ends.push(stream.len());
    ends.sort_unstable();
    let starts = [0].into_iter().chain(ends.clone());
    read(
        framing,
        starts.zip(&ends).map(|(start, end)| &stream[start..*end]),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_random_segmentation_reads_the_same((framing, stream, cuts) in cut_stream()) {
        let whole = read(&framing, [&stream[..]]);
        prop_assert_eq!(read_cut(&framing, &stream, &cuts), whole.clone());
        prop_assert_eq!(read(&framing, stream.chunks(1)), whole);
    }
}
