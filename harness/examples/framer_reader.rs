//! Tests functions that read messages from `impl Read`: `cargo run --example framer_reader`
//!
//! The naive one takes what one `read` returns for the whole header.

use std::io::{self, ErrorKind, Read};

use wirecheck::framer::{Invariance, assert_invariant, reader};

const INPUT: &[u8] = b"\0\x02hi\0\x05hello";

fn main() {
    let naive = reader(|mut stream, messages| {
        while let Some(message) = read_naively(&mut stream)? {
            messages.push(message);
        }
        Ok::<(), io::Error>(())
    });
    let found = Invariance::new().check(&naive, INPUT);
    println!("{}\n", found.expect_err("it is broken"));

    let fixed = reader(|mut stream, messages| {
        while let Some(message) = read(&mut stream)? {
            messages.push(message);
        }
        Ok::<(), io::Error>(())
    });
    assert_invariant(fixed, INPUT);
    println!("the fixed reader passes");
}

fn read_naively(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut header = [0; 2];
    if stream.read(&mut header)? == 0 {
        return Ok(None);
    }
    read_body(stream, header).map(Some)
}

fn read(stream: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut header = [0; 2];
    match stream.read_exact(&mut header) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
        Ok(()) => read_body(stream, header).map(Some),
    }
}

fn read_body(stream: &mut impl Read, header: [u8; 2]) -> io::Result<Vec<u8>> {
    let mut body = vec![0; usize::from(u16::from_be_bytes(header))];
    stream.read_exact(&mut body)?;
    Ok(body)
}
