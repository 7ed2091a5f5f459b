"""Declares the number of bytes."""

from protocol import recv_exactly, recv_header


def serve(sock):
    while True:
        text = recv_exactly(sock, recv_header(sock)).decode().upper()
        # explain: begin
        body = text.encode()
        sock.sendall(f"{len(body):<10}".encode() + body)
        # explain: end
