//! Scripts for the tests of this module.

use super::{OutMessage, Script};
use crate::framing::{Encoded, RegionKind};

/// A script of messages given as header, payload and turn.
pub(super) fn script(messages: &[(&str, &str, usize)]) -> Script {
    let messages = messages
        .iter()
        .map(|&(header, payload, turn)| out_message(header, payload, turn))
        .collect();
    Script { messages }
}

fn out_message(header: &str, payload: &str, turn: usize) -> OutMessage {
    let mut encoded = Encoded::default();
    encoded.push(RegionKind::Header, header.as_bytes());
    encoded.push(RegionKind::Payload, payload.as_bytes());
    OutMessage {
        bytes: encoded.bytes,
        regions: encoded.regions,
        turn,
        step: 0,
        section: 0,
        payload: Some(payload.as_bytes().to_vec()),
    }
}
