"""Sends the answers to all whole lines before it reads more."""

from protocol import answer


def serve(sock):
    # explain: begin
    buffer = b""
    while data := sock.recv(4096):
        *lines, buffer = (buffer + data).split(b"\n")
        sock.sendall(b"".join(map(answer, lines)))
    # explain: end
