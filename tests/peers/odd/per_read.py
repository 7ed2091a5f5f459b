"""Broken: parses each read as a whole message: four digits of length, a body (F02).

Right: exit code 1, F02.
"""

import odd


def serve(connection):
    while chunk := connection.recv(4096):
        size = int(chunk[:4])
        body = chunk[4 : 4 + size].upper()
        connection.sendall(b"%04d" % len(body) + body)


def serve_until_invalid(connection):
    try:
        serve(connection)
    except ValueError:
        pass  # it closes


odd.serve_threads(odd.listen(odd.arguments()), serve_until_invalid)
