"""Decodes each line."""

from protocol import answer


def serve(sock):
    # explain: begin
    buffer = b""                        # bytes until a line is whole
    while data := sock.recv(4096):
        buffer += data
        while b"\n" in buffer:
            line, buffer = buffer.split(b"\n", 1)
            text = line.decode(errors="replace")
            sock.sendall(answer(text.encode()))
    # explain: end
