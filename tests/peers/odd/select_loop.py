"""Correct: one thread, an event loop around select() with a timeout of 50 ms.

It wakes also where nothing happens. Right: all cases pass.
"""

import select

import odd

listener = odd.listen(odd.arguments())
buffers = {}


def read(connection):
    try:
        chunk = connection.recv(4096)
    except ConnectionError:
        chunk = b""
    if not chunk:
        del buffers[connection]
        connection.close()
        return
    *lines, buffers[connection] = (buffers[connection] + chunk).split(b"\n")
    for line in lines:
        connection.sendall(b"echo: " + line + b"\n")


while True:
    readable, _, _ = select.select([listener, *buffers], [], [], 0.05)
    for one in readable:
        if one is listener:
            buffers[listener.accept()[0]] = b""
        else:
            read(one)
