"""Broken: each connection leaves a descriptor, a thread, a zombie or 1 MiB behind (`--what`).

Right: exit code 1, C07. With `--what cache` the last 64 connections do, and that is correct.
"""

import collections
import os
import threading

import odd

args = odd.arguments(what="descriptor")
kept = collections.deque(maxlen=64 if args.what == "cache" else None)


def leak():
    if args.what == "descriptor":
        os.open("/dev/null", os.O_RDONLY)
    elif args.what == "thread":
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    elif args.what in ("memory", "cache"):
        kept.append(b"x" * (1 << 20))
    elif os.fork() == 0:
        os._exit(0)


listener = odd.listen(args)
while True:
    connection, _ = listener.accept()
    leak()
    odd.in_thread(connection)
