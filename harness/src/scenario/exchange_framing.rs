//! The framings of an exchange: each side has one, and a step may change them.
//!
//! From one change to the next is a section. The end of an answer of HTTP depends on the request,
//! so that the framing of a section knows what its answers answer.

use super::exchange::Side;
use crate::framing::Framing;

/// How much of a request says which answer it gets: its method.
const METHOD: usize = 16;

/// The framing of each side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideFramings {
    pub client: Framing,
    pub server: Framing,
}

impl SideFramings {
    /// Both sides have this framing, each in its own form.
    pub(super) fn both(framing: Framing) -> Self {
        Self {
            server: framing.clone().of_server(),
            client: framing,
        }
    }

    fn of(&self, side: Side) -> &Framing {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }

    fn answering(self, requests: &[Vec<u8>]) -> Self {
        Self {
            client: self.client.answering(requests),
            server: self.server.answering(requests),
        }
    }
}

/// The framing of each message of an exchange.
#[derive(Clone, Debug)]
pub struct ExchangeFramings {
    /// The first one begins at step 0.
    sections: Vec<FramingSection>,
}

#[derive(Clone, Debug)]
struct FramingSection {
    /// Its first step.
    from: usize,
    framings: SideFramings,
    /// The beginning of each request of HTTP.
    requests: Vec<Vec<u8>>,
}

impl FramingSection {
    fn new(from: usize, framings: SideFramings) -> Self {
        Self {
            from,
            framings: framings.answering(&[]),
            requests: Vec::new(),
        }
    }
}

impl ExchangeFramings {
    pub(super) fn new(framings: SideFramings) -> Self {
        Self {
            sections: vec![FramingSection::new(0, framings)],
        }
    }

    /// The framing of what a side sends in a step.
    #[must_use]
    pub fn at(&self, side: Side, step: usize) -> &Framing {
        self.sections[self.section(step)].framings.of(side)
    }

    /// The number of the section that a step belongs to.
    #[must_use]
    pub fn section(&self, step: usize) -> usize {
        let later = &self.sections[1..];
        later.partition_point(|section| section.from <= step)
    }

    /// The framing of a side, unless the exchange changes it.
    #[must_use]
    pub fn only(&self, side: Side) -> Option<&Framing> {
        match self.sections.as_slice() {
            [only] => Some(only.framings.of(side)),
            _ => None,
        }
    }

    /// Whether a side sends anything in such a framing.
    pub(super) fn any(&self, side: Side, mut is_such: impl FnMut(&Framing) -> bool) -> bool {
        let mut sections = self.sections.iter();
        sections.any(|section| is_such(section.framings.of(side)))
    }

    /// The framing of what a side sends next, while the exchange is made.
    pub(super) fn current(&self, side: Side) -> &Framing {
        let last = self.sections.last().expect("there is a first section");
        last.framings.of(side)
    }

    /// Changes the framings from a step on.
    pub(super) fn change(&mut self, from: usize, framings: SideFramings) {
        self.sections.push(FramingSection::new(from, framings));
    }

    /// Those of the section that a step belongs to.
    pub(super) fn of_section(&self, step: usize) -> SideFramings {
        self.sections[self.section(step)].framings.clone()
    }

    /// Takes notice of a message that this side sends next.
    pub(super) fn note(&mut self, side: Side, message: impl FnOnce() -> Vec<u8>) {
        let last = self.sections.last_mut().expect("there is a first section");
        if side == Side::Client && matches!(last.framings.client, Framing::Http1(_)) {
            let mut request = message();
            request.truncate(METHOD);
            last.requests.push(request);
            last.framings = last.framings.clone().answering(&last.requests);
        }
    }
}
