"""Begins a message anew when a read takes too long: the part that it has read is lost."""

from protocol import recv_exactly, recv_header

TIMEOUT = 2


def call(sock):
    # explain: begin
    sock.settimeout(TIMEOUT)
    messages = 0
    while messages < 2:
        try:
            length = recv_header(sock)
            body = recv_exactly(sock, length)
        except TimeoutError:
            continue
        print(body.decode())
        messages += 1
    # explain: end
