//! No answer makes the parser of the kernel's answers panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wirecheck::wire::diag::parse_answer;

fuzz_target!(|input: (u16, &[u8])| {
    let (remote_port, answer) = input;
    _ = parse_answer(answer, remote_port);
});
