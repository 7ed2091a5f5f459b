//! Tests async functions that read messages from `impl AsyncRead`, with the feature `tokio`:
//! `cargo run --example framer_async_reader`
//!
//! Both wait for a message or a tick, whichever is first. The naive one drops the future of a
//! half-read line at each tick, and the half line with it.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::task::yield_now;
use wirecheck::framer::{Invariance, Messages, assert_invariant, async_reader};

const INPUT: &str = "GET a\nGET b\n";

fn main() {
    let naive = async_reader(async |stream, messages| read_naively(stream, messages).await);
    let found = Invariance::new().check(&naive, INPUT);
    println!("{}\n", found.expect_err("it is broken"));

    let fixed = async_reader(async |stream, messages| read(stream, messages).await);
    assert_invariant(fixed, INPUT);
    println!("the fixed reader passes");
}

async fn read_naively(
    stream: impl AsyncRead + Unpin,
    messages: &mut Messages<String>,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        tokio::select! {
            biased;
            // `read_line` is not cancel safe: what it has read of a line is in `line`.
            count = stream.read_line(&mut line) => match count? {
                0 => return Ok(()),
                _ => messages.push(line),
            },
            () = yield_now() => {}
        }
    }
}

async fn read(stream: impl AsyncRead + Unpin, messages: &mut Messages<String>) -> io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    loop {
        tokio::select! {
            biased;
            // `next_line` keeps a part of a line for the next call.
            line = lines.next_line() => match line? {
                None => return Ok(()),
                Some(line) => messages.push(line),
            },
            () = yield_now() => {}
        }
    }
}
