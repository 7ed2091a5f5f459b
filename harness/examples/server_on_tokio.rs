//! Checks two servers on tokio, in the same process and on the same runtime:
//! `cargo run --example server_on_tokio`
//!
//! Both echo messages behind a length of four bytes. The naive one takes what one read
//! brings for the whole length; wirecheck names the defect. The fixed one uses
//! `tokio_util::codec`, and passes.
//!
//! [`Check::run_async`] leaves the thread to the runtime. [`Check::run`] would block it: the
//! servers could not accept.

use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::codec::{Framed, LengthDelimitedCodec};
use wirecheck::{Check, CheckError, Profile, Report};

const SUITE: &str = "
    title = 'Length'
    framing = { length = { type = 'u32' } }
    [[scenario]]
    id = 'echoes'
    exchange = [{ client = 'hi ${unique}' }, { server = 'hi ${unique}' }]
";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let report = check(serve(naive).await?).await?;
    print!("{report}");
    assert_eq!(report.defects()[0].code, "F01", "the header is read once");

    let report = check(serve(fixed).await?).await?;
    report.assert_passed();
    println!("the fixed server passed: {:?}", report.record().tally());
    Ok(())
}

async fn check(addr: SocketAddr) -> Result<Report, CheckError> {
    let check = Check::suite_text("length.toml", SUITE).connect(addr);
    check.profile(Profile::Quick).run_async().await
}

async fn serve<F>(connection: fn(TcpStream) -> F) -> std::io::Result<SocketAddr>
where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let addr = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream));
        }
    });
    Ok(addr)
}

async fn naive(mut stream: TcpStream) -> std::io::Result<()> {
    loop {
        let mut length = [0; 4];
        // The mistake: this may bring fewer than four bytes.
        if stream.read(&mut length).await? == 0 {
            return Ok(());
        }
        let mut body = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut body).await?;
        stream.write_all(&length).await?;
        stream.write_all(&body).await?;
    }
}

async fn fixed(stream: TcpStream) -> std::io::Result<()> {
    let mut messages = Framed::new(stream, LengthDelimitedCodec::new());
    while let Some(message) = messages.next().await {
        messages.send(message?.freeze()).await?;
    }
    Ok(())
}
