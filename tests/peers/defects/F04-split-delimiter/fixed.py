"""Looks for the delimiter in the buffer."""

from protocol import answer


def serve(sock):
    # explain: begin
    buffer = b""
    while data := sock.recv(4096):
        buffer += data
        while b"\r\n" in buffer:        # in the buffer, not in the piece
            line, buffer = buffer.split(b"\r\n", 1)
            sock.sendall(answer(line, b"\r\n"))
    # explain: end
