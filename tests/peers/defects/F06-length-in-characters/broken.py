"""Declares the number of characters, and sends that many bytes of them."""

from protocol import recv_exactly, recv_header


def serve(sock):
    while True:
        text = recv_exactly(sock, recv_header(sock)).decode().upper()
        # explain: begin
        header = f"{len(text):<10}"
        sock.sendall((header + text).encode())
        # explain: end
