"""Broken: two connections that have an unfinished line at the same time wait for each other.

Alone each case passes. Right: exit code 1.
"""

import threading

import odd

count_lock = threading.Lock()
with_part = set()


def serve(connection):
    unfinished = b""
    while chunk := connection.recv(4096):
        *lines, unfinished = (unfinished + chunk).split(b"\n")
        for line in lines:
            connection.sendall(b"echo: " + line + b"\n")
        with count_lock:
            (with_part.add if unfinished else with_part.discard)(connection)
            deadlock = len(with_part) > 1 and unfinished
        if deadlock:
            threading.Event().wait()
    with count_lock:
        with_part.discard(connection)


odd.serve_threads(odd.listen(odd.arguments()), serve)
