"""Takes only digits for a length."""

import re

from protocol import ProtocolError, recv_exactly, send_capitals


def serve(sock):
    while True:
        header = recv_exactly(sock, 10)
        # explain: begin
        if not re.fullmatch(rb"(0|[1-9][0-9]*) *", header):
            raise ProtocolError(header)
        length = int(header)
        # explain: end
        if length > 65536:
            raise ProtocolError(length)
        send_capitals(sock, recv_exactly(sock, length))
