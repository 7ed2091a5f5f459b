"""Broken: answers nothing while more than two connections are open.

Alone each case passes. Right: exit code 1.
"""

import threading

import odd

count_lock = threading.Lock()
connected = set()


def serve(connection):
    with count_lock:
        connected.add(connection)
    try:
        for line in odd.whole_lines(connection):
            if len(connected) <= 2:
                connection.sendall(odd.echo(line))
    finally:
        with count_lock:
            connected.discard(connection)


odd.serve_threads(odd.listen(odd.arguments()), serve)
