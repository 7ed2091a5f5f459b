"""Sets a linger time of zero, which makes each close a reset."""

import socket
import struct

from protocol import answer_lines


def serve(sock):
    answer_lines(sock)
    # explain: begin
    linger = struct.pack("ii", 1, 0)    # close discards and resets
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    sock.close()
    # explain: end
