"""Collects bytes until a line ends, however long it is."""

from protocol import answer


def serve(sock):
    buffer = bytearray()
    while True:
        # explain: begin
        while b"\n" not in buffer:      # for as long as bytes come
            piece = sock.recv(65536)
            if not piece:
                return
            buffer += piece
        # explain: end
        line, _, buffer = buffer.partition(b"\n")
        sock.sendall(answer(line))
