//! Tests decoders of `tokio_util::codec`, with the feature `tokio-util`:
//! `cargo run --example framer_codec`
//!
//! The naive decoder takes the bytes that are in the buffer for the whole body.

use std::io;

use tokio_util::bytes::{Buf, BytesMut};
use tokio_util::codec::{Decoder, LengthDelimitedCodec};
use wirecheck::framer::{Invariance, assert_invariant, decoder};

const INPUT: &[u8] = b"\0\0\0\x02hi\0\0\0\x05hello";

fn main() {
    let found = Invariance::new().check(&decoder(|| Naive), INPUT);
    println!("{}\n", found.expect_err("it is broken"));

    assert_invariant(decoder(LengthDelimitedCodec::new), INPUT);
    println!("the decoder of tokio-util passes");
}

struct Naive;

impl Decoder for Naive {
    type Item = BytesMut;
    type Error = io::Error;

    fn decode(&mut self, buffer: &mut BytesMut) -> io::Result<Option<BytesMut>> {
        if buffer.len() < 4 {
            return Ok(None);
        }
        let length = buffer.get_u32() as usize;
        Ok(Some(buffer.split_to(length.min(buffer.len()))))
    }
}
