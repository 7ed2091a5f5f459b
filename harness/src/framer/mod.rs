//! Tests a framer in process: does it read the same messages however the stream is cut?
//!
//! A *framer* is the part of a program that splits the incoming bytes into messages. TCP
//! may deliver these bytes in any pieces. A correct framer yields the same messages for all
//! of them, and yields each message as soon as its last byte is there.
//!
//! [`assert_invariant`] tries that in a test. It needs no model of the protocol: it compares
//! the framer with itself.
//!
//! ```
//! use wirecheck::framer::assert_invariant;
//!
//! // Lines, in a closure that takes a chunk and returns the messages that are complete.
//! let new = || {
//!     let mut buffer = Vec::new();
//!     move |chunk: &[u8]| {
//!         buffer.extend_from_slice(chunk);
//!         let mut lines = Vec::new();
//!         while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
//!             lines.push(buffer.drain(..=end).collect::<Vec<u8>>());
//!         }
//!         lines
//!     }
//! };
//! assert_invariant(new, b"GET a\nGET b\n");
//! ```
//!
//! A framer that drops what follows the first message of a chunk fails:
//!
//! ```should_panic
//! use wirecheck::framer::assert_invariant;
//!
//! let new = || {
//!     let mut buffer = Vec::new();
//!     move |chunk: &[u8]| -> Vec<Vec<u8>> {
//!         buffer.extend_from_slice(chunk);
//!         let Some(end) = buffer.iter().position(|byte| *byte == b'\n') else {
//!             return Vec::new();
//!         };
//!         let line = buffer[..end].to_vec();
//!         // The mistake: the start of the next line is lost.
//!         buffer.clear();
//!         vec![line]
//!     }
//! };
//! assert_invariant(new, b"GET a\nGET b\n");
//! ```
//!
//! A framer that yields the parts of a body as they arrive depends on the cuts by design. Join
//! the parts in the test, so that it yields whole messages.
//!
//! Kinds of framers:
//!
//! | the framer is | give to [`assert_invariant`] |
//! | --- | --- |
//! | a closure `FnMut(&[u8]) -> Vec<M>` or `-> Result<Vec<M>, E>` | a function that returns it |
//! | a type of your own | a function that returns it, after `impl Framer` |
//! | a function that reads from `impl Read` | [`reader`] |
//! | a function that reads from `impl AsyncRead` | `async_reader` (feature `tokio`) |
//! | a `tokio_util::codec::Decoder` | `decoder` (feature `tokio-util`) |
//! | a program in another language | `wirecheck fuzz --framer` |
//!
//! [`Invariance`] has the options. For a property test [`Traffic`] generates valid and malformed
//! streams of a framing, and [`segmentations`] generates segmentations. [`assert_one`] is the same
//! test with one segmentation, which a fuzzer chooses.
//!
//! [`Exchange`] tests a whole implementation without sockets: it has what one side of a scenario
//! sends, and checks what the other side sends.

#[cfg(feature = "tokio")]
mod async_reader;
mod chunked_reader;
#[cfg(feature = "tokio-util")]
mod decoder;
mod difference;
mod exchange;
mod fuzz_input;
mod invariance;
mod observation;
mod panics;
mod push;
mod reader;
mod references;
mod segmentation;
mod strategy;
mod traffic;
mod trials;

#[cfg(feature = "tokio")]
pub use async_reader::{AsyncChunkedReader, AsyncReader, async_reader};
pub use chunked_reader::ChunkedReader;
#[cfg(feature = "tokio-util")]
pub use decoder::{DecoderFramer, decoder};
pub use difference::Difference;
#[cfg(feature = "cli")]
pub(crate) use difference::shown_as_wrong;
pub use exchange::{Deviation, Exchange, ExchangeError};
pub use fuzz_input::assert_one;
pub use invariance::{Invariance, assert_invariant, assert_messages};
pub use observation::{Message, Observation, Outcome};
pub use push::{ChunkResult, Framer};
pub use reader::{Messages, Reader, reader};
pub use segmentation::{End, Segmentation};
pub use strategy::segmentations;
#[cfg(feature = "cli")]
pub(crate) use traffic::{StreamMessages, read, received, received_framing};
pub(crate) use traffic::{TRICKY, payload};
pub use traffic::{Traffic, TrafficError};

/// Anything that reads a stream and yields messages.
///
/// A function that returns a new [`Framer`] is a `Subject`. [`reader`] turns a function that
/// reads from `impl Read` into one.
pub trait Subject {
    /// What it yields.
    type Message: Message;

    /// What it makes of the first bytes of `input`, received as `segmentation` says.
    fn receive(&self, input: &[u8], segmentation: &Segmentation) -> Observation<Self::Message>;

    /// The same for several segmentations, in order. A `Subject` that talks to another process
    /// overrides this and sends them together. What follows a segmentation that makes the
    /// process crash may be missing.
    fn receive_all(
        &self,
        input: &[u8],
        segmentations: &[Segmentation],
    ) -> Vec<Observation<Self::Message>> {
        let receive = |it| self.receive(input, it);
        segmentations.iter().map(receive).collect()
    }
}
