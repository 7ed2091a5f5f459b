"""Ends the connection whose header is malformed."""

import re

import events
from protocol import capitals


def main(listener):
    events.serve(listener, readable)


# explain: begin
def parse_length(header):
    if not re.fullmatch(rb"(0|[1-9][0-9]{0,4}) *", header):
        raise ValueError(header)
    return int(header)
# explain: end


def readable(client):
    data = client.sock.recv(4096)
    client.buffer += data
    # explain: begin
    while len(client.buffer) >= 10:
        try:
            length = parse_length(client.buffer[:10])
        except ValueError:
            return False                # ends this connection only
        # explain: end
        if len(client.buffer) < 10 + length:
            break
        client.sock.sendall(capitals(client.buffer[10 : 10 + length]))
        client.buffer = client.buffer[10 + length :]
    return bool(data)
