"""Expects one recv to return the whole header."""

from protocol import recv_exactly, send_capitals


def serve(sock):
    while True:
        # explain: begin
        header = sock.recv(10)
        if not header:
            return
        length = int(header)
        # explain: end
        send_capitals(sock, recv_exactly(sock, length))
