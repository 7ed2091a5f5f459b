//! Tests a framer that is a type of its own: `cargo run --example framer_type`
//!
//! Messages are behind a length of two bytes. The naive framer loses what follows the first
//! message of a chunk.

use wirecheck::framer::{Framer, Invariance, assert_messages};

const INPUT: &[u8] = b"\0\x02hi\0\x05hello";

fn main() {
    let found = Invariance::new().check(&Naive::default, INPUT);
    println!("{}\n", found.expect_err("it is broken"));

    // Here the messages are known too.
    assert_messages(Fixed::default, INPUT, [b"hi".to_vec(), b"hello".to_vec()]);
    println!("the fixed framer passes");
}

/// The body of the first message, and its end in the buffer.
fn first(buffer: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (length, rest) = buffer.split_first_chunk()?;
    let length = usize::from(u16::from_be_bytes(*length));
    let body = rest.get(..length)?;
    Some((body.to_vec(), 2 + length))
}

#[derive(Default)]
struct Naive(Vec<u8>);

impl Framer for Naive {
    type Message = Vec<u8>;
    type Error = &'static str;

    fn push(&mut self, chunk: &[u8], messages: &mut Vec<Vec<u8>>) -> Result<(), Self::Error> {
        self.0.extend_from_slice(chunk);
        if let Some((body, _)) = first(&self.0) {
            messages.push(body);
            self.0.clear();
        }
        Ok(())
    }
}

#[derive(Default)]
struct Fixed(Vec<u8>);

impl Framer for Fixed {
    type Message = Vec<u8>;
    type Error = &'static str;

    fn push(&mut self, chunk: &[u8], messages: &mut Vec<Vec<u8>>) -> Result<(), Self::Error> {
        self.0.extend_from_slice(chunk);
        while let Some((body, end)) = first(&self.0) {
            messages.push(body);
            self.0.drain(..end);
        }
        Ok(())
    }

    fn finish(&mut self, _messages: &mut Vec<Vec<u8>>) -> Result<(), Self::Error> {
        match self.0.len() {
            0 => Ok(()),
            _ => Err("the stream ends inside a message"),
        }
    }
}
