"""Sends its answers when nothing is left to parse: half a line keeps them back."""

from protocol import answer


def serve(sock):
    # explain: begin
    buffer = answers = b""
    while data := sock.recv(4096):
        *lines, buffer = (buffer + data).split(b"\n")
        answers += b"".join(map(answer, lines))
        if not buffer:
            sock.sendall(answers)
            answers = b""
    # explain: end
