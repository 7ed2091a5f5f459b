"""Broken: dies by SIGSEGV when one read returns a message and a half (C10).

Right: exit code 1, C10, and the output says SIGSEGV.
"""

import os
import signal

import odd


def serve(connection):
    unfinished = b""
    while chunk := connection.recv(4096):
        *lines, unfinished = (unfinished + chunk).split(b"\n")
        if b"\n" in chunk and unfinished:
            os.kill(os.getpid(), signal.SIGSEGV)
        for line in lines:
            connection.sendall(b"echo: " + line + b"\n")


odd.serve_threads(odd.listen(odd.arguments()), serve)
