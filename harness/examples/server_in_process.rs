//! Checks a server that runs on a thread of the same process:
//! `cargo run --example server_in_process`
//!
//! The server takes each `read` for a message. The example shows the defect that wirecheck
//! names, and the smallest delivery that reveals it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use wirecheck::{Check, Profile};

const SUITE: &str = "
    title = 'Echo'
    framing = 'line'
    [[scenario]]
    id = 'answers-each-line'
    exchange = [{ client = 'hi ${unique}' }, { server = 'you said: hi ${unique}' }]
";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let addr = listener.local_addr()?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer_each_read(stream));
        }
    });
    let report = Check::suite_text("echo.toml", SUITE)
        .connect(addr)
        .profile(Profile::Quick)
        .run()?;
    print!("{report}");
    let codes: Vec<_> = report.defects().iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes, ["F07"], "the server answers each read");
    Ok(())
}

fn answer_each_read(mut stream: TcpStream) -> std::io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let len = stream.read(&mut buffer)?;
        if len == 0 {
            return Ok(());
        }
        stream.write_all(&[b"you said: ", &buffer[..len]].concat())?;
    }
}
