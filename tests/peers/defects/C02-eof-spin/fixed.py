"""Stops reading at the end of the stream."""

from protocol import recv_header, send_capitals


def serve(sock):
    while True:
        length = recv_header(sock)
        # explain: begin
        body = b""
        while len(body) < length:
            piece = sock.recv(length - len(body))
            if not piece:
                raise EOFError("inside a body")
            body += piece
        # explain: end
        send_capitals(sock, body)
