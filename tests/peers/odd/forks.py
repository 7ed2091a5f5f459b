"""Correct: forks a process for each connection, which serves it and exits.

Right: all cases pass, and the children are no leak.
"""

import os
import signal

import odd

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
listener = odd.listen(odd.arguments())
while True:
    connection, _ = listener.accept()
    if os.fork() == 0:
        listener.close()
        odd.serve_one(connection)
        os._exit(0)
    connection.close()
