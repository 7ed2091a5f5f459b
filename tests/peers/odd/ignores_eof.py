"""Broken: keeps the connection open after the client has closed (C01).

Right: exit code 1, C01.
"""

import threading

import odd


def serve(connection):
    odd.answer_lines(connection)
    threading.Event().wait()


odd.serve_threads(odd.listen(odd.arguments()), serve)
