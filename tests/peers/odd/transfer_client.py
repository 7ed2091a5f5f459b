"""Broken: a client that takes what came before the end of the stream for the whole answer.

`transfer 100` cut short prints `transfer 10`, and the exit code is 0. Right: exit code 1, C06.
"""

import odd

with odd.call(odd.arguments()) as connection:
    connection.sendall(b"next\n")
    print(odd.first_line(connection).decode().strip())
