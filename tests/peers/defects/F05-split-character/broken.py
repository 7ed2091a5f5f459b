"""Decodes each piece."""

from protocol import answer


def serve(sock):
    # explain: begin
    text = ""
    while data := sock.recv(4096):
        text += data.decode(errors="replace")
        while "\n" in text:
            line, text = text.split("\n", 1)
            sock.sendall(answer(line.encode()))
    # explain: end
