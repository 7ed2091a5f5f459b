"""Correct: listens, closes the listener and listens again at start, as a check of the address does.

Right: all cases pass.
"""

import time

import odd

args = odd.arguments()
with odd.listen(args):
    time.sleep(0.05)
time.sleep(0.05)
odd.serve_threads(odd.listen(args))
