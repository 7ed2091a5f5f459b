"""Correct: looks at a line with MSG_PEEK and reads it when it is whole.

Right: all cases pass; their boundaries are `unverified`.
"""

import select
import socket

import odd


def serve(connection):
    ends = select.poll()
    ends.register(connection, select.POLLRDHUP)
    while seen := connection.recv(4096, socket.MSG_PEEK):
        if b"\n" in seen:
            line = connection.recv(seen.index(b"\n") + 1)
            connection.sendall(odd.echo(line))
        elif ends.poll(5):
            break  # the line stays unfinished


odd.serve_threads(odd.listen(odd.arguments()), serve)
