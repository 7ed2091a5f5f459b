"""Broken: answers 0.1 s later, from a queue that it clears when the client has closed (C09).

With --fixed=1 it answers what is in the queue. Right: exit code 1, C09; with --fixed=1 all pass.
"""

import queue
import threading
import time

import odd


def send_answers(connection, lines):
    while line := lines.get():
        time.sleep(0.1)
        if lines.closed and not args.fixed:
            break
        connection.sendall(odd.echo(line))


def serve(connection):
    lines = queue.Queue()
    lines.closed = False
    answers = threading.Thread(target=send_answers, args=(connection, lines), daemon=True)
    answers.start()
    for line in odd.whole_lines(connection):
        lines.put(line)
    lines.closed = True
    lines.put(b"")
    if args.fixed:
        answers.join()


args = odd.arguments(fixed=0)
odd.serve_threads(odd.listen(args), serve)
