//! No text makes a parser of names panic, and what was parsed prints as a text that is parsed
//! to the same.

#![no_main]

use std::fmt::{Debug, Display};
use std::str::FromStr;

use libfuzzer_sys::fuzz_target;
use wirecheck::tactic::{CaseGlob, CaseId, Delivery, Profile, Tactic, TacticPattern};

fuzz_target!(|text: &str| {
    prints_as_parsed::<CaseId>(text);
    prints_as_parsed::<CaseGlob>(text);
    prints_as_parsed::<Profile>(text);
    prints_as_parsed::<Tactic>(text);
    _ = text.parse::<TacticPattern>();
    if let Some(delivery) = prints_as_parsed::<Delivery>(text) {
        is_delivered(&delivery);
    }
});

fn prints_as_parsed<T: FromStr + Display + PartialEq + Debug>(text: &str) -> Option<T> {
    let parsed: T = text.parse().ok()?;
    let again = parsed.to_string().parse().ok();
    assert_eq!(again.as_ref(), Some(&parsed), "printed as {parsed}");
    Some(parsed)
}

/// The chunks of a delivery are the bytes that it delivers.
fn is_delivered(delivery: &Delivery) {
    const LONGEST: usize = 4096;
    let stream: Vec<u8> = (0..LONGEST).map(|at| at as u8).collect();
    if delivery.edit().is_some() || delivery.delivered().get() > LONGEST {
        return;
    }
    let stream = &stream[..delivery.delivered().get()];
    if delivery.fits(stream.len()).is_ok() {
        let chunks: Vec<_> = delivery.chunks(stream).collect();
        let bytes: Vec<u8> = chunks
            .iter()
            .flat_map(|chunk| chunk.bytes.iter().copied())
            .collect();
        assert_eq!(bytes, stream);
    }
}
