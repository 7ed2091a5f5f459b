"""Closes after a header that is no length."""

import re

from protocol import recv_exactly, send_capitals


def is_length(header):
    is_number = re.fullmatch(rb"(0|[1-9][0-9]*) *", header)
    return is_number and int(header) <= 65536


def serve(sock):
    while True:
        # explain: begin
        header = recv_exactly(sock, 10)
        if not is_length(header):
            return                      # the next boundary is unknown
        # explain: end
        send_capitals(sock, recv_exactly(sock, int(header)))
