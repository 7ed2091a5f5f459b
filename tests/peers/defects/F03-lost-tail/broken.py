"""Drops what follows the first line of a segment."""

from protocol import answer


def serve(sock):
    # explain: begin
    buffer = b""
    while data := sock.recv(4096):
        buffer += data
        if b"\n" in buffer:
            line = buffer.split(b"\n")[0]
            buffer = b""
            sock.sendall(answer(line))
    # explain: end
