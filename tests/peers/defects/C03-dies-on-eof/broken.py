"""Looks at the first byte of what recv returns, and an error ends the event loop."""

import events
from protocol import answer

IAC = 255  # begins a telnet option, which is ignored


def main(listener):
    events.serve(listener, readable)


def readable(client):
    # explain: begin
    data = client.sock.recv(4096)
    if data[0] == IAC:                  # IndexError at the end
        return True
    # explain: end
    *lines, client.buffer = (client.buffer + data).split(b"\n")
    for line in lines:
        client.sock.sendall(answer(line))
        if line == b"quit":
            return False
    return True
