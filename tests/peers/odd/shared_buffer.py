"""Broken: one buffer for all connections. What a connection leaves unfinished spoils the next one.

It serves one client at a time. The case that fails is correct when it is played alone. Right: exit
code 1, and no C09.
"""

import odd

unfinished = b""


def serve(connection):
    global unfinished
    while chunk := connection.recv(4096):
        *lines, unfinished = (unfinished + chunk).split(b"\n")
        for line in lines:
            connection.sendall(b"echo: " + line + b"\n")


listener = odd.listen(odd.arguments())
while True:
    odd.serve_one(listener.accept()[0], serve)
