"""Broken: takes CR for the end of a line, although CR LF ends it, and answers before the LF (F10).

Right: exit code 1, F10.
"""

import odd


def serve(connection):
    unfinished = b""
    while chunk := connection.recv(4096):
        *lines, unfinished = (unfinished + chunk.replace(b"\n", b"")).split(b"\r")
        for line in lines:
            connection.sendall(b"echo: " + line + b"\r\n")


odd.serve_threads(odd.listen(odd.arguments()), serve)
