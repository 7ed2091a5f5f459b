"""Gets the memory for any length that a header declares."""

import re

from protocol import ProtocolError, recv_exactly, send_capitals


def serve(sock):
    while True:
        header = recv_exactly(sock, 10)
        if not re.fullmatch(rb"(0|[1-9][0-9]*) *", header):
            raise ProtocolError(header)
        length = int(header)
        # explain: begin
        body = bytearray(length)        # of any size, before a byte has come
        rest = memoryview(body)
        while rest:
            count = sock.recv_into(rest)
            if count == 0:
                raise EOFError("inside a body")
            rest = rest[count:]
        # explain: end
        send_capitals(sock, body)
