"""Broken: each connection leaves a descriptor, a thread or a zombie behind (`--what`).

Right: exit code 1, C07.
"""

import os
import threading

import odd

args = odd.arguments(what="descriptor")


def leak():
    if args.what == "descriptor":
        os.open("/dev/null", os.O_RDONLY)
    elif args.what == "thread":
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    elif os.fork() == 0:
        os._exit(0)


listener = odd.listen(args)
while True:
    connection, _ = listener.accept()
    leak()
    odd.in_thread(connection)
