"""Correct: answers a truncated request with an error line and closes.

Right: all cases pass; an error reply is allowed by default.
"""

import odd


def serve(connection):
    unfinished = b""
    while chunk := connection.recv(4096):
        *lines, unfinished = (unfinished + chunk).split(b"\n")
        for line in lines:
            connection.sendall(b"echo: " + line + b"\n")
    if unfinished:
        connection.sendall(b"error: the line has no end\n")


odd.serve_threads(odd.listen(odd.arguments()), serve)
