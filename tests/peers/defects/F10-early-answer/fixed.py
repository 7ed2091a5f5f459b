"""Looks for the whole delimiter."""

from protocol import answer


def serve(sock):
    # explain: begin
    buffer = b""
    while data := sock.recv(4096):
        buffer += data
        while b"\r\n" in buffer:        # the whole delimiter
            line, buffer = buffer.split(b"\r\n", 1)
            sock.sendall(answer(line, b"\r\n"))
    # explain: end
