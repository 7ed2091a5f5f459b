"""Broken: takes each read for a whole request (F02); what is not one is answered with an error.

Right: exit code 1, F02 alone: that joined lines get one answer has the same reason.
"""

import odd


def serve(connection):
    while chunk := connection.recv(4096):
        line, end, rest = chunk.partition(b"\n")
        if rest or not end:
            connection.sendall(b"error: malformed\n")
            break
        connection.sendall(odd.echo(chunk))


odd.serve_threads(odd.listen(odd.arguments()), serve)
