"""Broken: a client that prints its answer and then neither closes nor exits.

Right: exit code 1.
"""

import threading

import odd

connection = odd.call(odd.arguments())
connection.sendall(b"next\n")
print(odd.first_line(connection).decode(), end="", flush=True)
threading.Event().wait()
