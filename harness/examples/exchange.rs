//! Checks an implementation without sockets: `cargo run --example exchange`
//!
//! The server is a function from the bytes that it receives to the bytes that it sends.

use wirecheck::framer::Exchange;

const SUITE: &str = "
title = 'Echo'
framing = 'line'

[[scenario]]
id = 'two-lines'
exchange = [
    { client = 'one ${unique}' }, { server = 'you said: one ${unique}' },
    { client = 'two' }, { server = 'you said: two' },
]
";

fn main() {
    let exchange = Exchange::of_suite_text("echo.toml", SUITE, "two-lines");
    let exchange = exchange.expect("the suite is valid");

    let sent = answers(&exchange.client());
    exchange.check_server(&sent).expect("it answers each line");
    println!("the server passes");

    let found = exchange.check_server(b"you said: one\n");
    println!("{}", found.expect_err("a word is missing"));
}

fn answers(received: &[u8]) -> Vec<u8> {
    let lines = received.split_inclusive(|byte| *byte == b'\n');
    lines
        .flat_map(|line| [b"you said: ", line].concat())
        .collect()
}
