"""Reads until the body is complete."""

from protocol import recv_header, send_capitals


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
        length = recv_header(sock)
        # explain: begin
        body = recv_exactly(sock, length)
        # explain: end
        send_capitals(sock, body)
