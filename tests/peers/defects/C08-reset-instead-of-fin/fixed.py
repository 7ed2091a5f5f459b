"""Ends its side with a FIN, and closes when the client has ended its own."""

import socket

from protocol import answer_lines


def serve(sock):
    answer_lines(sock)
    # explain: begin
    sock.shutdown(socket.SHUT_WR)       # the answers, then a FIN
    while sock.recv(4096):              # nothing may stay unread
        pass
    sock.close()
    # explain: end
