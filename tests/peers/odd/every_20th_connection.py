"""Broken: never answers on every 20th connection.

Right: exit code 1.
"""

import itertools

import odd

counter = itertools.count(1)


def serve(connection):
    mute = next(counter) % 20 == 0
    for line in odd.whole_lines(connection):
        if not mute:
            connection.sendall(odd.echo(line))


odd.serve_threads(odd.listen(odd.arguments()), serve)
