"""Broken: keeps a connection that was reset in its event loop, and spins (C02). It serves the others.

With --fixed=1 it closes that connection. Right: exit code 1, C02; with --fixed=1 all cases pass.
"""

import selectors

import odd

args = odd.arguments(fixed=0)
listener = odd.listen(args)
loop = selectors.DefaultSelector()
loop.register(listener, selectors.EVENT_READ)


def close(connection):
    loop.unregister(connection)
    connection.close()


def failed(connection):
    if args.fixed:
        close(connection)
    else:  # "it may come back"
        loop.modify(connection, selectors.EVENT_READ | selectors.EVENT_WRITE, None)


def read(connection, unfinished):
    try:
        chunk = connection.recv(4096)
        if not chunk:
            return close(connection)
        unfinished += chunk
        *lines, rest = bytes(unfinished).split(b"\n")
        unfinished[:] = rest
        for line in lines:
            connection.sendall(odd.echo(line + b"\n"))
    except ConnectionError:
        failed(connection)


while True:
    for key, _ in loop.select():
        if key.fileobj is listener:
            loop.register(listener.accept()[0], selectors.EVENT_READ, bytearray())
        elif key.data is not None:
            read(key.fileobj, key.data)
