//! Forgets every connection.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;

use crate::protocol::read_lines;

static CLIENTS: Mutex<BTreeMap<SocketAddr, TcpStream>> = Mutex::new(BTreeMap::new());
const NO_PANIC: &str = "no thread panics";

pub(crate) fn serve(stream: TcpStream) -> io::Result<()> {
    // explain: begin
    let address = stream.peer_addr()?;
    CLIENTS
        .lock()
        .expect(NO_PANIC)
        .insert(address, stream.try_clone()?);
    let result = read_lines(&stream);
    CLIENTS.lock().expect(NO_PANIC).remove(&address);
    result
    // explain: end
}
