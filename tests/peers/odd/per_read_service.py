"""Broken: a service that takes each read for a whole question (F02). What is none, it answers with
an end of the connection, and it connects again.

Right: with --reconnects the same cuts fail in each run, F02, and no C08.
"""

import socket
import sys
import time

host, port = sys.argv[1:3]


def serve(connection):
    connection.sendall(b"ready\n")
    while chunk := connection.recv(4096):
        if not chunk.startswith(b"ping ") or chunk.find(b"\n") != len(chunk) - 1:
            return
        connection.sendall(b"pong " + chunk[5:])


while True:
    try:
        with socket.create_connection((host, int(port))) as connection:
            serve(connection)
    except ConnectionRefusedError:
        time.sleep(0.1)
    except OSError:
        pass
