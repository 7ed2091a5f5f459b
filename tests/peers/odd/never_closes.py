"""Broken: does not close after `quit`, only after the client has closed (C11).

Right: exit code 1, C11, no C01: no FIN was sent that it could have ignored.
"""

import odd


def answer(line):
    return line.replace(b"quit", b"bye")


listener = odd.listen(odd.arguments())
odd.serve_threads(listener, lambda connection: odd.answer_lines(connection, answer))
