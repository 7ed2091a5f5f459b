"""Keeps only the last answer of each segment."""

from protocol import answer


def serve(sock):
    # explain: begin
    buffer = b""
    while data := sock.recv(4096):
        *lines, buffer = (buffer + data).split(b"\n")
        reply = b""
        for line in lines:
            reply = answer(line)        # one place for all answers
        sock.sendall(reply)
    # explain: end
