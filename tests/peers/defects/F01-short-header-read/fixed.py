"""Reads until the header is complete."""

from protocol import send_capitals


# explain: begin
def recv_exactly(sock, n):
    data = b""
    while len(data) < n:
        piece = sock.recv(n - len(data))
        if not piece:
            raise EOFError(f"{len(data)} of {n} bytes")
        data += piece
    return data
# explain: end


def serve(sock):
    while True:
        # explain: begin
        length = int(recv_exactly(sock, 10))
        # explain: end
        send_capitals(sock, recv_exactly(sock, length))
