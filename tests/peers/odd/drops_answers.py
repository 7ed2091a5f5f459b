"""Broken: answers 0.1 s later, from a queue that it clears when the client has closed (C09).

Right: exit code 1, C09.
"""

import queue
import threading
import time

import odd


def send_answers(connection, lines):
    while line := lines.get():
        time.sleep(0.1)
        if lines.closed:
            break
        connection.sendall(odd.echo(line))


def serve(connection):
    lines = queue.Queue()
    lines.closed = False
    threading.Thread(target=send_answers, args=(connection, lines), daemon=True).start()
    for line in odd.whole_lines(connection):
        lines.put(line)
    lines.closed = True
    lines.put(b"")


odd.serve_threads(odd.listen(odd.arguments()), serve)
