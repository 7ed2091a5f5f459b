"""Answers the lines of one segment in the wrong order."""

from protocol import answer


def serve(sock):
    buffer = b""
    while data := sock.recv(4096):
        *lines, buffer = (buffer + data).split(b"\n")
        # explain: begin
        while lines:
            line = lines.pop()          # a stack: the last one first
            sock.sendall(answer(line))
        # explain: end
