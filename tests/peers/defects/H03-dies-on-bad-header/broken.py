"""Lets a header that is no number end the event loop."""

import events
from protocol import capitals


def main(listener):
    events.serve(listener, readable)


def readable(client):
    data = client.sock.recv(4096)
    client.buffer += data
    # explain: begin
    while len(client.buffer) >= 10:
        length = int(client.buffer[:10])    # ValueError ends the server
        # explain: end
        if len(client.buffer) < 10 + length:
            break
        client.sock.sendall(capitals(client.buffer[10 : 10 + length]))
        client.buffer = client.buffer[10 + length :]
    return bool(data)
