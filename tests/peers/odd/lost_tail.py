"""Broken: takes one line from what a read returned and drops the rest (F03).

Right: exit code 1, F03.
"""

import odd


def serve(connection):
    unfinished = b""
    while chunk := connection.recv(4096):
        line, end, _ = (unfinished + chunk).partition(b"\n")
        unfinished = b"" if end else line
        if end:
            connection.sendall(b"echo: " + line + b"\n")


odd.serve_threads(odd.listen(odd.arguments()), serve)
