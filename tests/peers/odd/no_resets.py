"""Correct: dies when a client resets its connection (Node does, without an error handler).

It looks again 20 ms after the client's end. Its suite has no `server.close` step and asks for no
reset. Right: all cases but `rst` pass, because wirecheck ends each connection with a FIN.
"""

import os
import sys
import time

import odd


def serve(connection):
    try:
        odd.answer_lines(connection)
        time.sleep(0.02)
        connection.recv(1)
    except ConnectionError as error:
        print(f"unhandled error: {error}", file=sys.stderr, flush=True)
        os._exit(1)


odd.serve_threads(odd.listen(odd.arguments()), serve)
