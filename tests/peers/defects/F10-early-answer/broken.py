"""Takes CR for the end of a line, although CR LF ends it."""

from protocol import answer


def serve(sock):
    # explain: begin
    buffer = b""
    while data := sock.recv(4096):
        buffer += data
        while b"\r" in buffer:          # half of "\r\n"
            line, buffer = buffer.split(b"\r", 1)
            sock.sendall(answer(line.lstrip(b"\n"), b"\r\n"))
    # explain: end
