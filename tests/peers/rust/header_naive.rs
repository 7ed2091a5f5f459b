//! A naive tokio server: a message is ten columns of decimal length, then a body, which it answers
//! in upper case.
//!
//! Defect F01: the first `read` is taken for the whole header.

use std::io::{self, ErrorKind};
use std::{env, str};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const HEADER: usize = 10;

fn main() -> io::Result<()> {
    let address = env::args().nth(1).expect("usage: header_naive HOST:PORT");
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

async fn serve(mut connection: TcpStream) -> io::Result<()> {
    let mut header = [0; HEADER];
    loop {
        let size = connection.read(&mut header).await?;
        if size == 0 {
            return Ok(());
        }
        let mut body = vec![0; parse_length(&header[..size])?];
        connection.read_exact(&mut body).await?;
        let text = String::from_utf8_lossy(&body).to_uppercase();
        let answer = format!("{:<HEADER$}{text}", text.len());
        connection.write_all(answer.as_bytes()).await?;
    }
}

fn parse_length(header: &[u8]) -> io::Result<usize> {
    let digits = str::from_utf8(header).ok();
    let length = digits.and_then(|digits| digits.trim().parse().ok());
    length.ok_or_else(|| ErrorKind::InvalidData.into())
}
