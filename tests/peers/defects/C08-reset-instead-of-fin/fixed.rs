//! Sends a FIN behind its last answer.

use std::io;
use std::net::TcpListener;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::protocol::{accept_async, echo_lines_async};

pub(crate) fn main(listener: TcpListener) -> io::Result<()> {
    accept_async(listener, serve)
}

async fn serve(mut stream: TcpStream) -> io::Result<()> {
    echo_lines_async(&mut stream).await?;
    // explain: begin
    stream.shutdown().await // the answers, then a FIN
    // explain: end
}
