"""Expects send to take all of an answer, on a socket with a timeout."""

ANSWER = b"0123456789abcdef" * 196608 + b"\n"  # fits into no socket


def serve(sock):
    # explain: begin
    sock.settimeout(30)
    # explain: end
    buffer = b""
    while data := sock.recv(4096):
        *lines, buffer = (buffer + data).split(b"\n")
        for _ in lines:
            reply = ANSWER
            # explain: begin
            sock.send(reply)            # takes what fits, and returns how much
            # explain: end
