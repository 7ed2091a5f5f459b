//! Writes all bytes.

use std::io;
use std::net::TcpListener;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::protocol::{accept_async, large_answer};

pub(crate) fn main(listener: TcpListener) -> io::Result<()> {
    accept_async(listener, serve)
}

async fn serve(mut stream: TcpStream) -> io::Result<()> {
    let answer = large_answer(&mut stream).await?;
    // explain: begin
    stream.write_all(&answer).await?;
    // explain: end
    Ok(())
}
