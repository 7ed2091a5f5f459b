//! Ignores how many bytes `write` took.

use std::io;
use std::net::TcpListener;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::protocol::{accept_async, large_answer};

pub(crate) fn main(listener: TcpListener) -> io::Result<()> {
    accept_async(listener, serve)
}

#[expect(clippy::unused_io_amount, reason = "the defect")]
async fn serve(mut stream: TcpStream) -> io::Result<()> {
    let answer = large_answer(&mut stream).await?;
    // explain: begin
    stream.write(&answer).await?; // returns how many bytes it took
    // explain: end
    Ok(())
}
