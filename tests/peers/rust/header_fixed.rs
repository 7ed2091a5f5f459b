//! A correct tokio server: a message is ten columns of decimal length, then a body, which it
//! answers in upper case. It reads messages with `tokio_util::codec::Framed`.

use std::io::{self, ErrorKind};
use std::{env, str};

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::bytes::{Buf as _, BufMut as _, BytesMut};
use tokio_util::codec::{Decoder, Encoder, Framed};

const HEADER: usize = 10;
const LARGEST_BODY: usize = 1 << 20;

fn main() -> io::Result<()> {
    let address = env::args().nth(1).expect("usage: header_fixed HOST:PORT");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await?;
        loop {
            let (connection, _) = listener.accept().await?;
            tokio::spawn(serve(connection));
        }
    })
}

async fn serve(connection: TcpStream) -> io::Result<()> {
    let mut messages = Framed::new(connection, Messages);
    while let Some(text) = messages.next().await {
        messages.send(text?.to_uppercase()).await?;
    }
    Ok(())
}

struct Messages;

impl Decoder for Messages {
    type Item = String;
    type Error = io::Error;

    fn decode(&mut self, buffer: &mut BytesMut) -> io::Result<Option<String>> {
        let Some(header) = buffer.get(..HEADER) else {
            return Ok(None);
        };
        let length = parse_length(header)?;
        if buffer.len() < HEADER + length {
            return Ok(None);
        }
        buffer.advance(HEADER);
        let body = buffer.split_to(length);
        let text = String::from_utf8(body.to_vec());
        Ok(Some(text.map_err(io::Error::other)?))
    }
}

/// The header is a decimal number without a sign or leading zeros, then spaces.
fn parse_length(header: &[u8]) -> io::Result<usize> {
    let digits = header.trim_ascii_end();
    let only_digits = digits.iter().all(u8::is_ascii_digit);
    let leading_zero = digits.len() > 1 && digits.starts_with(b"0");
    let text = str::from_utf8(digits).ok();
    let text = text.filter(|_| only_digits && !leading_zero);
    let length = text.and_then(|text| text.parse().ok());
    length
        .filter(|&length| length <= LARGEST_BODY)
        .ok_or_else(|| ErrorKind::InvalidData.into())
}

impl Encoder<String> for Messages {
    type Error = io::Error;

    fn encode(&mut self, text: String, buffer: &mut BytesMut) -> io::Result<()> {
        buffer.put_slice(format!("{:<HEADER$}", text.len()).as_bytes());
        buffer.put_slice(text.as_bytes());
        Ok(())
    }
}
