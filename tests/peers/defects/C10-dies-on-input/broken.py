"""Expects one line at a time, and an error ends the event loop."""

import events
from protocol import answer


def main(listener):
    events.serve(listener, readable)


def readable(client):
    data = client.sock.recv(4096)
    # explain: begin
    client.buffer += data
    if b"\n" in client.buffer:          # ValueError if there are two lines
        line, client.buffer = client.buffer.split(b"\n")
        client.sock.sendall(answer(line))
    # explain: end
    return bool(data)
