"""Answers the lines in their order."""

from protocol import answer


def serve(sock):
    buffer = b""
    while data := sock.recv(4096):
        *lines, buffer = (buffer + data).split(b"\n")
        # explain: begin
        while lines:
            line = lines.pop(0)         # a queue
            sock.sendall(answer(line))
        # explain: end
