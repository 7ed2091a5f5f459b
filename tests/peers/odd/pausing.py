"""Correct: stops accepting for 1.5 s after every 40 connections.

Right: all cases are played and pass.
"""

import time

import odd

listener = odd.listen(odd.arguments())
while True:
    for _ in range(40):
        odd.in_thread(listener.accept()[0])
    time.sleep(1.5)
