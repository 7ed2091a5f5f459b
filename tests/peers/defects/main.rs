//! Runs a peer: `defects MARKER FILE HOST PORT`, with FILE as in `F03-lost-tail/fixed.rs`. MARKER is
//! a word with which a test finds the process.

use std::env;
use std::io;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;

#[path = "rust/protocol.rs"]
mod protocol;

#[path = "C01-ignored-eof/broken.rs"]
mod c01_broken;
#[path = "C01-ignored-eof/fixed.rs"]
mod c01_fixed;
#[path = "C02-eof-spin/broken.rs"]
mod c02_broken;
#[path = "C02-eof-spin/fixed.rs"]
mod c02_fixed;
#[path = "C03-dies-on-eof/broken.rs"]
mod c03_broken;
#[path = "C03-dies-on-eof/fixed.rs"]
mod c03_fixed;
#[path = "C04-dies-on-reset/broken.rs"]
mod c04_broken;
#[path = "C04-dies-on-reset/fixed.rs"]
mod c04_fixed;
#[path = "C05-stops-serving/broken.rs"]
mod c05_broken;
#[path = "C05-stops-serving/fixed.rs"]
mod c05_fixed;
#[path = "C06-partial-as-message/broken.rs"]
mod c06_broken;
#[path = "C06-partial-as-message/fixed.rs"]
mod c06_fixed;
#[path = "C07-leaks/broken.rs"]
mod c07_broken;
#[path = "C07-leaks/fixed.rs"]
mod c07_fixed;
#[path = "C08-reset-instead-of-fin/broken.rs"]
mod c08_broken;
#[path = "C08-reset-instead-of-fin/fixed.rs"]
mod c08_fixed;
#[path = "C09-loses-answers-at-eof/broken.rs"]
mod c09_broken;
#[path = "C09-loses-answers-at-eof/fixed.rs"]
mod c09_fixed;
#[path = "C10-dies-on-input/broken.rs"]
mod c10_broken;
#[path = "C10-dies-on-input/fixed.rs"]
mod c10_fixed;
#[path = "C11-never-closes/broken.rs"]
mod c11_broken;
#[path = "C11-never-closes/fixed.rs"]
mod c11_fixed;
#[path = "F01-short-header-read/broken.rs"]
mod f01_broken;
#[path = "F01-short-header-read/fixed.rs"]
mod f01_fixed;
#[path = "F02-short-body-read/broken.rs"]
mod f02_broken;
#[path = "F02-short-body-read/fixed.rs"]
mod f02_fixed;
#[path = "F03-lost-tail/broken.rs"]
mod f03_broken;
#[path = "F03-lost-tail/fixed.rs"]
mod f03_fixed;
#[path = "F04-split-delimiter/broken.rs"]
mod f04_broken;
#[path = "F04-split-delimiter/fixed.rs"]
mod f04_fixed;
#[path = "F05-split-character/broken.rs"]
mod f05_broken;
#[path = "F05-split-character/fixed.rs"]
mod f05_fixed;
#[path = "F06-length-in-characters/broken.rs"]
mod f06_broken;
#[path = "F06-length-in-characters/fixed.rs"]
mod f06_fixed;
#[path = "F07-reply-per-recv/broken.rs"]
mod f07_broken;
#[path = "F07-reply-per-recv/fixed.rs"]
mod f07_fixed;
#[path = "F08-short-send/broken.rs"]
mod f08_broken;
#[path = "F08-short-send/fixed.rs"]
mod f08_fixed;
#[path = "F09-cross-talk/broken.rs"]
mod f09_broken;
#[path = "F09-cross-talk/fixed.rs"]
mod f09_fixed;
#[path = "F10-early-answer/broken.rs"]
mod f10_broken;
#[path = "F10-early-answer/fixed.rs"]
mod f10_fixed;
#[path = "F11-withheld-answer/broken.rs"]
mod f11_broken;
#[path = "F11-withheld-answer/fixed.rs"]
mod f11_fixed;
#[path = "F12-lost-answer/broken.rs"]
mod f12_broken;
#[path = "F12-lost-answer/fixed.rs"]
mod f12_fixed;
#[path = "H01-accepts-bad-length/broken.rs"]
mod h01_broken;
#[path = "H01-accepts-bad-length/fixed.rs"]
mod h01_fixed;
#[path = "H02-unbounded-length/broken.rs"]
mod h02_broken;
#[path = "H02-unbounded-length/fixed.rs"]
mod h02_fixed;
#[path = "H03-dies-on-bad-header/broken.rs"]
mod h03_broken;
#[path = "H03-dies-on-bad-header/fixed.rs"]
mod h03_fixed;
#[path = "H04-hangs-on-bad-header/broken.rs"]
mod h04_broken;
#[path = "H04-hangs-on-bad-header/fixed.rs"]
mod h04_fixed;
#[path = "H05-unbounded-buffer/broken.rs"]
mod h05_broken;
#[path = "H05-unbounded-buffer/fixed.rs"]
mod h05_fixed;
#[path = "S01-blocked-by-neighbour/broken.rs"]
mod s01_broken;
#[path = "S01-blocked-by-neighbour/fixed.rs"]
mod s01_fixed;

/// What the file of a peer has.
enum Peer {
    /// One connection of a server; each has a thread.
    Serve(fn(TcpStream) -> io::Result<()>),
    /// One connection of a server that serves one after the other in the main thread, where a
    /// panic ends the process.
    ServeInMain(fn(TcpStream) -> io::Result<()>),
    /// The whole server.
    Main(fn(TcpListener) -> io::Result<()>),
}

fn main() -> io::Result<()> {
    let arguments: Vec<_> = env::args().skip(2).collect();
    let [file, host, port] = arguments.as_slice() else {
        return Err(io::Error::other("usage: defects MARKER FILE HOST PORT"));
    };
    let peer =
        find(Path::new(file)).ok_or_else(|| io::Error::other(format!("no peer for {file}")))?;
    let listener = TcpListener::bind(format!("{host}:{port}"))?;
    match peer {
        Peer::Main(main) => main(listener),
        Peer::Serve(serve) => {
            for stream in listener.incoming() {
                let stream = stream?;
                thread::spawn(move || serve(stream));
            }
            Ok(())
        }
        Peer::ServeInMain(serve) => {
            for stream in listener.incoming() {
                // An error ends only its connection.
                _ = serve(stream?);
            }
            Ok(())
        }
    }
}

fn find(file: &Path) -> Option<Peer> {
    let form = file.file_stem()?.to_str()?;
    let folder = file.parent()?.file_name()?.to_str()?;
    let (code, _) = folder.split_once('-')?;
    let peer = match format!("{code}/{form}").as_str() {
        "C01/broken" => Peer::Serve(c01_broken::serve),
        "C01/fixed" => Peer::Serve(c01_fixed::serve),
        "C02/broken" => Peer::Serve(c02_broken::serve),
        "C02/fixed" => Peer::Serve(c02_fixed::serve),
        "C03/broken" => Peer::Serve(c03_broken::serve),
        "C03/fixed" => Peer::Serve(c03_fixed::serve),
        "C04/broken" => Peer::Main(c04_broken::main),
        "C04/fixed" => Peer::Main(c04_fixed::main),
        "C05/broken" => Peer::Main(c05_broken::main),
        "C05/fixed" => Peer::Main(c05_fixed::main),
        "C06/broken" => Peer::Serve(c06_broken::serve),
        "C06/fixed" => Peer::Serve(c06_fixed::serve),
        "C07/broken" => Peer::Serve(c07_broken::serve),
        "C07/fixed" => Peer::Serve(c07_fixed::serve),
        "C08/broken" => Peer::Main(c08_broken::main),
        "C08/fixed" => Peer::Main(c08_fixed::main),
        "C09/broken" => Peer::Serve(c09_broken::serve),
        "C09/fixed" => Peer::Serve(c09_fixed::serve),
        "C10/broken" => Peer::ServeInMain(c10_broken::serve),
        "C10/fixed" => Peer::ServeInMain(c10_fixed::serve),
        "C11/broken" => Peer::Serve(c11_broken::serve),
        "C11/fixed" => Peer::Serve(c11_fixed::serve),
        "F01/broken" => Peer::Serve(f01_broken::serve),
        "F01/fixed" => Peer::Serve(f01_fixed::serve),
        "F02/broken" => Peer::Serve(f02_broken::serve),
        "F02/fixed" => Peer::Serve(f02_fixed::serve),
        "F03/broken" => Peer::Serve(f03_broken::serve),
        "F03/fixed" => Peer::Serve(f03_fixed::serve),
        "F04/broken" => Peer::Serve(f04_broken::serve),
        "F04/fixed" => Peer::Serve(f04_fixed::serve),
        "F05/broken" => Peer::Serve(f05_broken::serve),
        "F05/fixed" => Peer::Serve(f05_fixed::serve),
        "F06/broken" => Peer::Serve(f06_broken::serve),
        "F06/fixed" => Peer::Serve(f06_fixed::serve),
        "F07/broken" => Peer::Serve(f07_broken::serve),
        "F07/fixed" => Peer::Serve(f07_fixed::serve),
        "F08/broken" => Peer::Main(f08_broken::main),
        "F08/fixed" => Peer::Main(f08_fixed::main),
        "F09/broken" => Peer::Serve(f09_broken::serve),
        "F09/fixed" => Peer::Serve(f09_fixed::serve),
        "F10/broken" => Peer::Serve(f10_broken::serve),
        "F10/fixed" => Peer::Serve(f10_fixed::serve),
        "F11/broken" => Peer::Serve(f11_broken::serve),
        "F11/fixed" => Peer::Serve(f11_fixed::serve),
        "F12/broken" => Peer::Serve(f12_broken::serve),
        "F12/fixed" => Peer::Serve(f12_fixed::serve),
        "H01/broken" => Peer::Serve(h01_broken::serve),
        "H01/fixed" => Peer::Serve(h01_fixed::serve),
        "H02/broken" => Peer::Serve(h02_broken::serve),
        "H02/fixed" => Peer::Serve(h02_fixed::serve),
        "H03/broken" => Peer::ServeInMain(h03_broken::serve),
        "H03/fixed" => Peer::ServeInMain(h03_fixed::serve),
        "H04/broken" => Peer::Serve(h04_broken::serve),
        "H04/fixed" => Peer::Serve(h04_fixed::serve),
        "H05/broken" => Peer::Serve(h05_broken::serve),
        "H05/fixed" => Peer::Serve(h05_fixed::serve),
        "S01/broken" => Peer::Main(s01_broken::main),
        "S01/fixed" => Peer::Main(s01_fixed::main),
        _ => return None,
    };
    Some(peer)
}
