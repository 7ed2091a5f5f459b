"""Answers `quit`, and goes on reading."""

from protocol import answer


def serve(sock):
    buffer = b""
    while data := sock.recv(4096):
        *lines, buffer = (buffer + data).split(b"\n")
        for line in lines:
            sock.sendall(answer(line))
            # explain: begin
            if line == b"quit":
                break                   # out of this loop, not the outer one
            # explain: end
