//! No payload makes the comparison with an expected message panic, and a message accepts its
//! own payload.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use wirecheck::scenario::{Action, Bindings, NoAttachments, Suite, parse};

/// Each kind of expected message.
static SUITE: LazyLock<Suite> = LazyLock::new(|| {
    let text = r#"
        title = 'Messages'
        framing = 'netstring'
        [[scenario]]
        id = 'all'
        exchange = [
            { server = 'hello' },
            { server.hex = '00 ff 0a' },
            { server.matches = '(?<word>[a-z]+) \d{1,3}', server.example = 'one 1' },
            { server.json = { a = 1, b = ['x', { c = true }] } },
            { server.json_subset = { a = 1, b = ['x', { c = true }] } },
            { server.matches = '${word}!? [^ ]+', server.example = '${word} x' },
            { server.json = { a = '${null}', b = ['${word}'] } },
            { server.hex = '01 ?? {id:2} ..', server.example = '01020304' },
            { server.hex = '${id} ??', server.example = '${id} 00' },
            { server.one_of = ['yes', 'no', ''] },
            { server = 'again: ${word}' },
            { server.any = true },
        ]
    "#;
    match parse("messages.toml", text, &NoAttachments) {
        Ok(suite) => suite,
        Err(error) => panic!("{error:?}"),
    }
});

fuzz_target!(|payload: &[u8]| {
    for scenario in SUITE.scenarios() {
        let mut bindings = Bindings::fresh("1");
        for (number, step) in scenario.exchange().iter().enumerate() {
            let Action::Send(message) = &step.action else {
                continue;
            };
            let framing = scenario.framing(step.side, number);
            let mut captured = bindings.clone();
            let is_expected = message.accept(payload, framing, &mut captured);
            let own = message.outgoing_payload(&bindings);
            let accepted = message.accept(&own, framing, &mut bindings);
            assert_eq!(accepted, Ok(()));
            if is_expected.is_ok() {
                bindings = captured;
            }
        }
    }
});
