"""Takes one line after the other."""

import events
from protocol import answer


def main(listener):
    events.serve(listener, readable)


def readable(client):
    data = client.sock.recv(4096)
    # explain: begin
    client.buffer += data
    while b"\n" in client.buffer:
        line, client.buffer = client.buffer.split(b"\n", 1)
        client.sock.sendall(answer(line))
    # explain: end
    return bool(data)
