"""Answers each recv."""

from protocol import answer


def serve(sock):
    # explain: begin
    while data := sock.recv(4096):
        sock.sendall(answer(data.rstrip(b"\n")))
    # explain: end
