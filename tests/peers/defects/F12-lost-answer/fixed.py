"""Sends each answer."""

from protocol import answer


def serve(sock):
    # explain: begin
    buffer = b""
    while data := sock.recv(4096):
        *lines, buffer = (buffer + data).split(b"\n")
        for line in lines:
            sock.sendall(answer(line))
    # explain: end
