//! How many segmentations per second a framer in process is tried with: all of twelve bytes
//! and of their prefixes. For comparison a loop that only gives the same chunks to the same
//! framer. An element is one segmentation.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wirecheck::framer::Invariance;

const INPUT: &[u8] = b"\x05hello\x01!\x03abc";

/// A length of one byte, then the body.
fn framer() -> impl FnMut(&[u8]) -> Vec<Vec<u8>> {
    let mut buffer = Vec::new();
    move |chunk: &[u8]| {
        buffer.extend_from_slice(chunk);
        let mut messages = Vec::new();
        while let Some(body) = body(&buffer) {
            let body = body.to_vec();
            buffer.drain(..=body.len());
            messages.push(body);
        }
        messages
    }
}

fn body(buffer: &[u8]) -> Option<&[u8]> {
    let (length, rest) = buffer.split_first()?;
    rest.get(..usize::from(*length))
}

/// Gives all segmentations of `bytes` to a framer.
fn push_all(bytes: &[u8]) {
    for cuts in 0..1_u32 << (bytes.len() - 1) {
        let mut framer = framer();
        let mut start = 0;
        for at in 1..=bytes.len() {
            if at == bytes.len() || cuts >> (at - 1) & 1 == 1 {
                black_box(framer(&bytes[start..at]));
                start = at;
            }
        }
    }
}

fn segmentations(c: &mut Criterion) {
    let tried = Invariance::new()
        .check(&framer, INPUT)
        .expect("it is correct");
    let mut group = c.benchmark_group("segmentations");
    group.throughput(Throughput::Elements(tried));
    group.bench_function("checked", |b| {
        b.iter(|| {
            Invariance::new()
                .check(&framer, black_box(INPUT))
                .expect("it is correct")
        });
    });
    group.bench_function("bare loop", |b| {
        b.iter(|| (1..=INPUT.len()).for_each(|len| push_all(&INPUT[..len])));
    });
    group.finish();
}

criterion_group!(benches, segmentations);
criterion_main!(benches);
