"""Correct: prints 64 KiB to stdout for every line that it gets.

Right: all cases pass.
"""

import odd


def answer(line):
    for number in range(1024):
        print(f"{number:4}: a long line of a log, which nobody will read. {number:9}", flush=True)
    return odd.echo(line)


listener = odd.listen(odd.arguments())
odd.serve_threads(listener, lambda connection: odd.answer_lines(connection, answer))
