"""Correct: opens a descriptor, starts a thread and keeps a line per connection, up to 16 of each.

A pool or cache that has reached its size stops growing. Right: all cases pass, no C07.
"""

import os
import threading

import odd

SIZE = 16
pool, threads, cache = [], [], {}


def serve(connection):
    if len(pool) < SIZE:
        pool.append(os.open("/dev/null", os.O_RDONLY))
    if len(threads) < SIZE:
        threads.append(threading.Thread(target=threading.Event().wait, daemon=True))
        threads[-1].start()
    for line in odd.whole_lines(connection):
        cache[line] = line * 1000
        if len(cache) > SIZE:
            cache.pop(next(iter(cache)), None)
        connection.sendall(odd.echo(line))


odd.serve_threads(odd.listen(odd.arguments()), serve)
