"""Broken: one worker, which waits up to 500 ms for the rest of a query that has begun.

All neighbours wait as long (S01). Right: exit code 1, S01, nothing about a race.
"""

import select

import odd

listener = odd.listen(odd.arguments())
clients = []


def serve_queries(connection):
    """Serve what has arrived; return whether the client may send more."""
    try:
        connection.settimeout(0.5)
        received = connection.recv(4096)
        while received and not received.endswith(b"\n"):
            rest = connection.recv(4096)
            if not rest:
                break
            received += rest
        for line in received.splitlines(keepends=True):
            if line.endswith(b"\n"):
                connection.sendall(odd.echo(line))
        return received.endswith(b"\n")
    except OSError:
        return False


while True:
    readable, _, _ = select.select([listener, *clients], [], [])
    for one in readable:
        if one is listener:
            clients.append(listener.accept()[0])
        elif not serve_queries(one):
            clients.remove(one)
            one.close()
