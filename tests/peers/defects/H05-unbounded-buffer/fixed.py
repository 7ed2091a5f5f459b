"""Collects no more bytes than a line may have."""

from protocol import ProtocolError, answer

LIMIT = 65536


def serve(sock):
    buffer = bytearray()
    while True:
        # explain: begin
        while b"\n" not in buffer:
            if len(buffer) > LIMIT:
                raise ProtocolError("the line is too long")
            piece = sock.recv(65536)
            if not piece:
                return
            buffer += piece
        # explain: end
        line, _, buffer = buffer.partition(b"\n")
        sock.sendall(answer(line))
