//! The library as its users have it: `Check` against servers in the same process.

use std::io::Write as _;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use wirecheck::{Check, CheckError, Profile, Verdict};

/// A greeting behind a decimal length in ten columns.
const HEADER_SUITE: &str = "
    title = 'Header'
    framing = { ascii_length = { width = 10 } }
    [[scenario]]
    id = 'echoes'
    exchange = [
        { client = 'hi ${unique}' },
        { server = 'hi ${unique}' },
        { client.close = 'write' },
        { server.close = 'fin' },
    ]
";

#[derive(Clone, Copy)]
enum Header {
    /// Takes what one read brings for the whole header.
    InOneRead,
    /// Reads until it has ten bytes.
    Whole,
}

/// Starts a server on the runtime of the test.
async fn start(header: Header) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let addr = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(echo(stream, header));
        }
    });
    addr
}

async fn echo(mut stream: TcpStream, header: Header) -> std::io::Result<()> {
    loop {
        let mut length = [b' '; 10];
        match header {
            Header::Whole if stream.read_exact(&mut length).await.is_err() => return Ok(()),
            Header::Whole => {}
            Header::InOneRead if stream.read(&mut length).await? == 0 => return Ok(()),
            Header::InOneRead => {}
        }
        let text = String::from_utf8_lossy(&length);
        let Ok(len) = text.trim().parse() else {
            return Ok(());
        };
        let mut body = vec![0; len];
        stream.read_exact(&mut body).await?;
        stream.write_all(format!("{len:<10}").as_bytes()).await?;
        stream.write_all(&body).await?;
    }
}

fn check(addr: SocketAddr) -> Check {
    Check::suite_text("header.toml", HEADER_SUITE)
        .connect(addr)
        .profile(Profile::Quick)
        .time_limit(Duration::from_secs(2))
}

#[tokio::test]
async fn an_async_server_on_the_same_runtime_fails_with_its_defect() {
    let addr = start(Header::InOneRead).await;
    let report = check(addr).run_async().await.expect("it can be reached");
    assert_eq!(report.verdict(), Verdict::Fail);
    let codes: Vec<_> = report.defects().iter().map(|it| it.code.as_str()).collect();
    assert!(codes.contains(&"F01"), "{report}");
    let failure = report.failures().next().expect("there are some");
    assert!(failure.case_id().starts_with("header/echoes/"));
    assert!(!failure.findings().is_empty());
}

#[tokio::test]
async fn the_same_server_passes_when_it_is_fixed() {
    let addr = start(Header::Whole).await;
    let report = check(addr).run_async().await.expect("it can be reached");
    report.assert_passed();
    assert!(report.record().tally().passed > 30);
    assert_eq!(report.failures().count(), 0);
}

#[tokio::test]
async fn a_blocked_runtime_is_explained() {
    let addr = start(Header::Whole).await;
    // Wrong in an async test: it keeps the runtime from accepting.
    let report = check(addr)
        .time_limit(Duration::from_millis(300))
        .run()
        .expect("the kernel accepts the connection");
    assert!(!report.passed());
    assert!(report.to_string().contains("run_async"), "{report}");
}

#[tokio::test]
async fn a_dropped_check_ends_its_run() {
    let addr = start(Header::Whole).await;
    let run = check(addr).profile(Profile::Exhaustive).run_async();
    let ended = tokio::select! {
        biased;
        _ = run => true,
        () = tokio::task::yield_now() => false,
    };
    assert!(!ended);
}

#[test]
#[should_panic(expected = "F07")]
fn a_failed_assertion_shows_the_report() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut buffer = [0; 1024];
                while let Ok(len @ 1..) = std::io::Read::read(&mut &stream, &mut buffer) {
                    let answer = [b"ok ", &buffer[..len]].concat();
                    if (&stream).write_all(&answer).is_err() {
                        return;
                    }
                }
            });
        }
    });
    let suite = "
        title = 'Echo'
        framing = 'line'
        [[scenario]]
        id = 'answers'
        exchange = [{ client = 'hi ${unique}' }, { server = 'ok hi ${unique}' }]
    ";
    let check = Check::suite_text("echo.toml", suite).connect(addr);
    let check = check.profile(Profile::Quick).only("cut@*");
    let check = check.jobs(NonZeroUsize::MIN);
    check.run().expect("it can be reached").assert_passed();
}

#[test]
fn what_cannot_be_run_is_an_error() {
    let suite = || Check::suite_text("header.toml", HEADER_SUITE);
    let error = suite().run().expect_err("no peer was named");
    assert!(matches!(error, CheckError::NoPeer));
    let error = suite().command([""]).run().expect_err("no program");
    assert!(matches!(error, CheckError::NoProgram(_)));
    let error = suite().command(["/no/such/program"]).run();
    assert!(matches!(error, Err(CheckError::Peer(_))));
    let here = "127.0.0.1:1".parse().expect("an address");
    let error = suite().connect(here).only("header:no-such").run();
    assert!(matches!(error, Err(CheckError::NothingSelected)));
    let error = suite().connect(here).only("[").run();
    assert!(matches!(error, Err(CheckError::Pattern { .. })));
    let error = Check::suite_text("x.toml", "title = 3").connect(here).run();
    let Err(CheckError::Suites(_)) = &error else {
        panic!("{error:?}");
    };
    assert!(error.expect_err("it is one").to_string().contains("x.toml"));
    let error = Check::suite("/no/such/suite.toml").connect(here).run();
    assert!(matches!(error, Err(CheckError::Suites(_))));
}
