//! Resets each connection at its end.

use std::io;
use std::net::TcpListener;

use tokio::net::TcpStream;

use crate::protocol::{accept_async, echo_lines_async};

pub(crate) fn main(listener: TcpListener) -> io::Result<()> {
    accept_async(listener, serve)
}

async fn serve(mut stream: TcpStream) -> io::Result<()> {
    echo_lines_async(&mut stream).await?;
    // explain: begin
    stream.set_zero_linger()?; // the close discards and resets
    Ok(())
    // explain: end
}
