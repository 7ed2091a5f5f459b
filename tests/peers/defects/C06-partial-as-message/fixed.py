"""Rejects a line without its end."""

from protocol import answer


def serve(sock):
    # explain: begin
    buffer = b""
    while data := sock.recv(4096):
        *lines, buffer = (buffer + data).split(b"\n")
        for line in lines:
            sock.sendall(answer(line))
    if buffer:
        raise EOFError("the stream ended inside a line")
    # explain: end
