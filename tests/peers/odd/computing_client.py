"""Correct: a client that computes for 1.5 s of processor time before it prints and closes.

Right: all cases pass, also where other programs use the processors: `limits.close` is 5 s of the
client's own time.
"""

import sys
import time

import odd

with odd.call(odd.arguments()) as connection:
    connection.sendall(b"hello\n")
    answer = odd.first_line(connection)
    until = time.process_time() + 1.5
    while time.process_time() < until:
        pass
    if not answer.endswith(b"\n"):
        sys.exit("the answer is truncated")
    print(answer.decode(), end="")
