"""Broken: about one request in 20 is never answered, nor anything after it on its connection.

Right: exit code 1.
"""

import random
import threading

import odd

dice = random.Random(1)


def answer(line):
    if dice.randrange(20) == 0:
        threading.Event().wait()
    return odd.echo(line)


listener = odd.listen(odd.arguments())
odd.serve_threads(listener, lambda connection: odd.answer_lines(connection, answer))
