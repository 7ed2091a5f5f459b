"""Broken: the end of the stream ends a line too, so a truncated line is answered (C06).

Right: exit code 1, C06. With `raw` steps truncation cannot be judged: exit code 0, and the output
says that it was not judged.
"""

import odd


def serve(connection):
    unfinished = b""
    while chunk := connection.recv(4096):
        *lines, unfinished = (unfinished + chunk).split(b"\n")
        for line in lines:
            connection.sendall(b"echo: " + line + b"\n")
    if unfinished:
        connection.sendall(b"echo: " + unfinished + b"\n")


odd.serve_threads(odd.listen(odd.arguments()), serve)
