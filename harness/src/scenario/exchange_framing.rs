//! The framing of an exchange. The end of an answer of HTTP depends on the request, so that the
//! framing knows what the answers of the exchange answer.

use super::exchange::Side;
use crate::framing::Framing;

/// How much of a request says which answer it gets: its method.
const METHOD: usize = 16;

/// A framing, while the messages of an exchange are sent one after the other.
pub(super) struct ExchangeFraming {
    framing: Framing,
    /// The beginning of each.
    requests: Vec<Vec<u8>>,
}

impl ExchangeFraming {
    pub(super) fn new(framing: Framing) -> Self {
        Self {
            framing: framing.answering([[]; 0]),
            requests: Vec::new(),
        }
    }

    pub(super) fn get(&self) -> &Framing {
        &self.framing
    }

    pub(super) fn into_framing(self) -> Framing {
        self.framing
    }

    /// Takes notice of a message of this side.
    pub(super) fn note(&mut self, side: Side, message: impl FnOnce() -> Vec<u8>) {
        if side == Side::Client && matches!(self.framing, Framing::Http1(_)) {
            let mut request = message();
            request.truncate(METHOD);
            self.requests.push(request);
            self.framing = self.framing.clone().answering(&self.requests);
        }
    }
}
