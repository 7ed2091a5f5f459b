"""Checks first whether the stream has ended."""

import events
from protocol import answer

IAC = b"\xff"  # begins a telnet option; a line of it is ignored


def main(listener):
    events.serve(listener, readable)


def readable(client):
    # explain: begin
    data = client.sock.recv(4096)
    if not data:                        # the end, maybe inside a line
        return False
    # explain: end
    *lines, client.buffer = (client.buffer + data).split(b"\n")
    for line in lines:
        if line.startswith(IAC):
            continue
        client.sock.sendall(answer(line))
        if line == b"quit":
            return False
    return True
