"""Correct: sends each answer byte by byte, in segments of their own.

Right: all cases pass.
"""

import socket

import odd


def serve(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for line in odd.whole_lines(connection):
        for byte in odd.echo(line):
            connection.send(bytes([byte]))


odd.serve_threads(odd.listen(odd.arguments()), serve)
