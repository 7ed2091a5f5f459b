//! A correct tokio server: it answers each line `echo: <line>`, and reads lines with
//! `tokio_util::codec::Framed`.

use std::{env, io};

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::bytes::BytesMut;
use tokio_util::codec::{Decoder, Encoder, Framed, LinesCodec, LinesCodecError};

const LONGEST_LINE: usize = 65_536;

fn main() -> io::Result<()> {
    let address = env::args().nth(1).expect("usage: lines_fixed HOST:PORT");
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

async fn serve(connection: TcpStream) -> Result<(), LinesCodecError> {
    let codec = WholeLines(LinesCodec::new_with_max_length(LONGEST_LINE));
    let mut lines = Framed::new(connection, codec);
    while let Some(line) = lines.next().await {
        lines.send(format!("echo: {}", line?)).await?;
    }
    Ok(())
}

/// [`LinesCodec`] takes what comes before the end of the stream for a line, too. This codec drops
/// a line that the end cuts short.
struct WholeLines(LinesCodec);

impl Decoder for WholeLines {
    type Item = String;
    type Error = LinesCodecError;

    fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<String>, LinesCodecError> {
        self.0.decode(buffer)
    }

    fn decode_eof(&mut self, buffer: &mut BytesMut) -> Result<Option<String>, LinesCodecError> {
        let line = self.decode(buffer)?;
        if line.is_none() {
            buffer.clear();
        }
        Ok(line)
    }
}

impl Encoder<String> for WholeLines {
    type Error = LinesCodecError;

    fn encode(&mut self, line: String, buffer: &mut BytesMut) -> Result<(), LinesCodecError> {
        self.0.encode(line, buffer)
    }
}
