"""Broken: answers nothing where one read returns more than one line (F03).

Right: exit code 1, F03.
"""

import odd


def serve(connection):
    unfinished = b""
    while chunk := connection.recv(4096):
        *lines, unfinished = (unfinished + chunk).split(b"\n")
        if len(lines) == 1:
            connection.sendall(b"echo: " + lines[0] + b"\n")


odd.serve_threads(odd.listen(odd.arguments()), serve)
