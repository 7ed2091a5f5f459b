//! A framer under test as its author fuzzes it: our decoder of messages behind a length of
//! four bytes, with cuts that the fuzzer chooses.
//!
//! `./run --fast length_framer` is the way to run it. An execution takes some microseconds, of
//! which libFuzzer would need a third to trace comparisons. The inputs are as long as the
//! framer has branches to reach (`options/length_framer.options`).

#![no_main]

use std::convert::Infallible;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use wirecheck::framer::{Framer, assert_one};
use wirecheck::framing::{CountedBytes, Decoded, Decoder, Endian, FieldWidth, Framing, Length};

static FRAMING: LazyLock<Framing> = LazyLock::new(|| {
    Framing::Length(Length {
        width: FieldWidth::U32,
        endian: Endian::Big,
        offset: 0,
        counts: CountedBytes::Body,
        max: 1 << 20,
    })
});

struct LengthFramer(Decoder);

impl LengthFramer {
    fn new() -> Self {
        Self(FRAMING.decoder())
    }
}

impl Framer for LengthFramer {
    type Message = Vec<u8>;
    type Error = Infallible;

    fn push(&mut self, mut chunk: &[u8], messages: &mut Vec<Vec<u8>>) -> Result<(), Infallible> {
        while let Decoded::Message(payload) = self.0.decode(&mut chunk) {
            messages.push(payload.to_vec());
        }
        Ok(())
    }
}

fuzz_target!(|data: &[u8]| assert_one(LengthFramer::new, data));
