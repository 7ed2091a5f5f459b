//! Decoders of `tokio_util::codec`.

use std::fmt::Debug;

use tokio_util::bytes::BytesMut;
use tokio_util::codec::Decoder;

use super::observation::assert_ends;
use super::{Framer, Message};

/// Takes a function that returns a new [`Decoder`] for a function that returns a new framer.
/// It is called as `FramedRead` calls it.
///
/// ```
/// use tokio_util::codec::{AnyDelimiterCodec, LengthDelimitedCodec, LinesCodec};
/// use wirecheck::framer::{assert_invariant, decoder};
///
/// assert_invariant(decoder(LinesCodec::new), b"GET a\r\nGET b\nGET c");
/// assert_invariant(decoder(LengthDelimitedCodec::new), b"\0\0\0\x02hi\0\0\0\0\0\0\0\x01!");
/// let words = || AnyDelimiterCodec::new(b" ,".to_vec(), b" ".to_vec());
/// assert_invariant(decoder(words), b"one two,three ");
/// ```
pub fn decoder<D>(new: impl Fn() -> D) -> impl Fn() -> DecoderFramer<D>
where
    D: Decoder<Item: Message, Error: Debug>,
{
    move || DecoderFramer {
        decoder: new(),
        buffer: BytesMut::new(),
        received: 0,
    }
}

/// A [`Framer`] made of a [`Decoder`]. See [`decoder`].
#[derive(Debug)]
pub struct DecoderFramer<D> {
    decoder: D,
    buffer: BytesMut,
    received: usize,
}

impl<D> Framer for DecoderFramer<D>
where
    D: Decoder<Item: Message, Error: Debug>,
{
    type Message = D::Item;
    type Error = D::Error;

    fn push(&mut self, chunk: &[u8], messages: &mut Vec<D::Item>) -> Result<(), D::Error> {
        self.buffer.extend_from_slice(chunk);
        self.received += chunk.len();
        while let Some(message) = self.decoder.decode(&mut self.buffer)? {
            messages.push(message);
            assert_ends(messages.len(), self.received);
        }
        Ok(())
    }

    fn finish(&mut self, messages: &mut Vec<D::Item>) -> Result<(), D::Error> {
        while let Some(message) = self.decoder.decode_eof(&mut self.buffer)? {
            messages.push(message);
            assert_ends(messages.len(), self.received);
        }
        Ok(())
    }
}
