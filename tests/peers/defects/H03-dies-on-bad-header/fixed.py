"""Ends the connection whose header is no length."""

import re

import events
from protocol import capitals


def main(listener):
    events.serve(listener, readable)


def readable(client):
    data = client.sock.recv(4096)
    client.buffer += data
    # explain: begin
    while len(client.buffer) >= 10:
        header = client.buffer[:10]
        if not re.fullmatch(rb"(0|[1-9][0-9]*) *", header):
            return False                # ends this connection only
        length = int(header)
        # explain: end
        if length > 65536:
            return False
        if len(client.buffer) < 10 + length:
            break
        client.sock.sendall(capitals(client.buffer[10 : 10 + length]))
        client.buffer = client.buffer[10 + length :]
    return bool(data)
