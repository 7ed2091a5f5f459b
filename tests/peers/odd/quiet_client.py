"""Broken: a client that reads one message and then goes silent; a second request is expected.

Right: exit code 1.
"""

import threading

import odd

connection = odd.call(odd.arguments())
connection.sendall(b"next\n")
print(odd.first_line(connection).decode(), end="", flush=True)
threading.Event().wait()
