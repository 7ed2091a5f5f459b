"""Repeats recv at the end of the stream."""

from protocol import recv_header, send_capitals


def serve(sock):
    while True:
        length = recv_header(sock)
        # explain: begin
        body = b""
        while len(body) < length:       # recv returns b"" at the end
            body += sock.recv(length - len(body))
        # explain: end
        send_capitals(sock, body)
