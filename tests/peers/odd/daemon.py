"""Correct: becomes a daemon. The parent exits with 0 at once; the grandchild listens 0.2 s later.

Right: all cases pass, and no process remains.
"""

import os
import time

import odd

args = odd.arguments()
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
time.sleep(0.2)
odd.serve_threads(odd.listen(args))
