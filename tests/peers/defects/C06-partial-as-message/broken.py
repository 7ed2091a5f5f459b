"""Answers what it has at the end of the stream, whole or not."""

from protocol import answer


def serve(sock):
    # explain: begin
    buffer = b""
    while data := sock.recv(4096):
        *lines, buffer = (buffer + data).split(b"\n")
        for line in lines:
            sock.sendall(answer(line))
    if buffer:                          # half a line
        sock.sendall(answer(buffer))
    # explain: end
