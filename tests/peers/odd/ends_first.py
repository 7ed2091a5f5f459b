"""Correct: answers one line, ends its side with shutdown(SHUT_WR), reads to the client's end.

Node's `socket.end()` does this. Right: all cases pass.
"""

import socket

import odd


def serve(connection):
    for line in odd.whole_lines(connection):
        connection.sendall(odd.echo(line))
        break
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(4096):
        pass


odd.serve_threads(odd.listen(odd.arguments()), serve)
