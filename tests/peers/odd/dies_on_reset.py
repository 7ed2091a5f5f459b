"""Broken: the reset of one connection ends the whole server (C04). With --fixed=1 it does not.

Right: exit code 1, C04; with --fixed=1 all cases pass.
"""

import odd

args = odd.arguments(fixed=0)
listener = odd.listen(args)
while True:
    connection = listener.accept()[0]
    with connection:
        try:
            odd.answer_lines(connection)
        except ConnectionError:
            if not args.fixed:
                raise
