//! No text makes the parser of suites panic, and every parsed suite has scripts.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wirecheck::scenario::{NoAttachments, Side, Style, parse};
use wirecheck::tactic::Script;

fuzz_target!(|text: &str| {
    match parse("fuzz.toml", text, &NoAttachments) {
        Ok(suite) => {
            for scenario in suite.scenarios() {
                for side in [Side::Client, Side::Server] {
                    _ = Script::of(scenario, side);
                }
            }
        }
        Err(error) => assert!(!error.render(Style::Plain).is_empty()),
    }
});
