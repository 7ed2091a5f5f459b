"""Correct: refuses a name that was registered before, also by an earlier process.

Every 7th answer takes 0.3 s, so that wirecheck plays cases again. Right: all cases pass, because
no value of `${unique}` is sent twice.
"""

import itertools
import os
import threading
import time

import odd

args = odd.arguments(dir=".")
path = os.path.join(args.dir, "names")
one_at_a_time = threading.Lock()
counter = itertools.count(1)


def register(line):
    time.sleep(0.3 if next(counter) % 7 == 0 else 0)
    with one_at_a_time, open(path, "a+b") as names:
        names.seek(0)
        if line in names.readlines():
            return b"refused " + line
        names.write(line)
    return b"registered " + line


odd.serve_threads(odd.listen(args), lambda connection: odd.answer_lines(connection, register))
