"""Broken: always dies at its Nth connection, whatever that one sends.

Right: exit code 1, a failure that is not flaky.
"""

import os

import odd

args = odd.arguments(nth=30)
listener = odd.listen(args)
for _ in range(args.nth - 1):
    odd.in_thread(listener.accept()[0])
listener.accept()
os._exit(1)
