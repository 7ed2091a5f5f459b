//! A naive tokio server: it answers each line `echo: <line>`, and takes each `read` for one line.
//!
//! Defect F07: half a line is answered, and two lines in one segment get one answer.

use std::{env, io};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let address = env::args().nth(1).expect("usage: lines_naive HOST:PORT");
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
    let mut buffer = [0; 1024];
    loop {
        let size = connection.read(&mut buffer).await?;
        if size == 0 {
            return Ok(());
        }
        let line = String::from_utf8_lossy(&buffer[..size]);
        let answer = format!("echo: {}\n", line.trim_end());
        connection.write_all(answer.as_bytes()).await?;
    }
}
