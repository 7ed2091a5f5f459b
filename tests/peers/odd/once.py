"""Correct: a data directory is locked, so that a second process cannot start beside the first.

Every 7th answer takes 0.3 s, so that wirecheck wants a fresh process now and then. Right: all
cases pass.
"""

import fcntl
import itertools
import os
import sys
import time

import odd

args = odd.arguments(dir=".")
lock = open(os.path.join(args.dir, "server.pid"), "a")
try:
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    sys.exit("another server uses this directory")
counter = itertools.count(1)


def answer(line):
    time.sleep(0.3 if next(counter) % 7 == 0 else 0)
    return odd.echo(line)


odd.serve_threads(odd.listen(args), lambda connection: odd.answer_lines(connection, answer))
