"""Expects one recv to return the whole body."""

from protocol import recv_header, send_capitals


def serve(sock):
    while True:
        length = recv_header(sock)
        # explain: begin
        body = sock.recv(length)            # at most length bytes, maybe fewer
        # explain: end
        send_capitals(sock, body)
