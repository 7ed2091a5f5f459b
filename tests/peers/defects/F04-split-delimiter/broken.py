"""Looks for the delimiter in each piece, not in the buffer."""

from protocol import answer


def serve(sock):
    # explain: begin
    buffer = b""
    while data := sock.recv(4096):
        buffer += data
        if b"\r\n" in data:             # never true for "...\r" and "\n"
            *lines, buffer = buffer.split(b"\r\n")
            for line in lines:
                sock.sendall(answer(line, b"\r\n"))
    # explain: end
