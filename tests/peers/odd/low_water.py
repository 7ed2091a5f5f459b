"""Correct: messages of eight bytes. With SO_RCVLOWAT the kernel wakes it for a whole one.

Right: all cases pass; their boundaries are `unverified`.
"""

import select
import socket

import odd


def serve(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 8)
    while select.select([connection], [], []) and len(message := connection.recv(8)) == 8:
        connection.sendall(message.upper())


odd.serve_threads(odd.listen(odd.arguments()), serve)
