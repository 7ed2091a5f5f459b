"""A chat: each line goes to all clients that are connected, also to its sender.

Correct where the suite says `adversary = { concurrent = false }`. Where it does not, the right
verdict is a failure that names interference between connections and says what to write.
"""

import threading

import odd

clients = set()
one_at_a_time = threading.Lock()


def serve(connection):
    with one_at_a_time:
        clients.add(connection)
    try:
        for line in odd.whole_lines(connection):
            broadcast(odd.echo(line))
    finally:
        with one_at_a_time:
            clients.discard(connection)


def broadcast(text):
    with one_at_a_time:
        for client in clients:
            try:
                client.sendall(text)
            except OSError:
                pass  # its own thread notices


odd.serve_threads(odd.listen(odd.arguments()), serve)
