"""Checks first whether the stream has ended."""

import events
from protocol import answer

IAC = 255  # begins a telnet option, which is ignored


def main(listener):
    events.serve(listener, readable)


def readable(client):
    # explain: begin
    data = client.sock.recv(4096)
    if not data:                        # the end, maybe inside a line
        return False
    if data[0] == IAC:
        return True
    # explain: end
    *lines, client.buffer = (client.buffer + data).split(b"\n")
    for line in lines:
        client.sock.sendall(answer(line))
        if line == b"quit":
            return False
    return True
