//! A framer under test as its author fuzzes it: our decoder of messages behind a length of
//! four bytes, with cuts that the fuzzer chooses.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use wirecheck::framer::assert_one;
use wirecheck::framing::{CountedBytes, Decoded, Endian, FieldWidth, Framing, Length};

static FRAMING: LazyLock<Framing> = LazyLock::new(|| {
    Framing::Length(Length {
        width: FieldWidth::U32,
        endian: Endian::Big,
        offset: 0,
        counts: CountedBytes::Body,
        max: 1 << 20,
    })
});

fn framer() -> impl FnMut(&[u8]) -> Vec<Vec<u8>> {
    let mut decoder = FRAMING.decoder();
    move |mut chunk: &[u8]| {
        let mut messages = Vec::new();
        while let Decoded::Message(payload) = decoder.decode(&mut chunk) {
            messages.push(payload.to_vec());
        }
        messages
    }
}

fuzz_target!(|data: &[u8]| assert_one(framer, data));
