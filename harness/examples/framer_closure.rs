//! Tests a framer that is a closure: `cargo run --example framer_closure`
//!
//! It takes a chunk and returns the lines that are complete. The naive one looks for the CR
//! and the LF in one chunk.

use wirecheck::framer::{Invariance, assert_invariant};

const INPUT: &str = "GET a\r\nGET b\r\n";

fn main() {
    let found = Invariance::new().check(&naive, INPUT);
    let difference = found.expect_err("it is broken");
    println!("{difference}\n");
    assert_eq!(
        difference.segmentation.cuts(),
        [6],
        "between the CR and the LF"
    );

    assert_invariant(fixed, INPUT);
    println!("the fixed framer passes");
}

fn naive() -> impl FnMut(&[u8]) -> Vec<Vec<u8>> {
    let mut line = Vec::new();
    move |chunk: &[u8]| {
        let mut lines = Vec::new();
        let mut rest = chunk;
        while let Some(end) = find(rest, b"\r\n") {
            line.extend_from_slice(&rest[..end]);
            lines.push(std::mem::take(&mut line));
            rest = &rest[end + 2..];
        }
        line.extend_from_slice(rest);
        lines
    }
}

fn fixed() -> impl FnMut(&[u8]) -> Vec<Vec<u8>> {
    let mut buffer = Vec::new();
    move |chunk: &[u8]| {
        buffer.extend_from_slice(chunk);
        let mut lines = Vec::new();
        while let Some(end) = find(&buffer, b"\r\n") {
            lines.push(buffer[..end].to_vec());
            buffer.drain(..end + 2);
        }
        lines
    }
}

fn find(bytes: &[u8], delimiter: &[u8]) -> Option<usize> {
    bytes
        .windows(delimiter.len())
        .position(|it| it == delimiter)
}
