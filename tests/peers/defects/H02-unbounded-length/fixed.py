"""Rejects a length above a limit, and gets memory as the bytes come."""

import re

from protocol import ProtocolError, recv_exactly, send_capitals

LIMIT = 65536


def serve(sock):
    while True:
        header = recv_exactly(sock, 10)
        if not re.fullmatch(rb"(0|[1-9][0-9]*) *", header):
            raise ProtocolError(header)
        length = int(header)
        # explain: begin
        if length > LIMIT:
            raise ProtocolError(f"{length} bytes are more than {LIMIT}")
        body = recv_exactly(sock, length)
        # explain: end
        send_capitals(sock, body)
