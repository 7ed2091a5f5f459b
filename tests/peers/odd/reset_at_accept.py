"""Broken where a connection is reset before it is accepted: --mode=dies (C04), --mode=spins (C02).

It asks who the client is, and that fails then. With --mode=fixed it ignores such a connection.
Right: exit code 1 and the code; with --mode=fixed all cases pass.
"""

import odd

args = odd.arguments(mode="fixed")


def serve(connection):
    """Answer one client in a thread."""
    try:
        connection.getpeername()
    except OSError:
        while args.mode == "spins":
            pass
        return
    odd.answer_lines(connection)


listener = odd.listen(args)
while True:
    client = listener.accept()[0]
    if args.mode == "dies":
        client.getpeername()
    odd.in_thread(client, serve)
