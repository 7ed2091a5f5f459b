"""Agent, the fixed client: a service that stays connected and answers the server's questions.

It sends `ready`, answers each line `ping <words>` with `pong <words>`, and reconnects when the
server closes, even in the middle of a line. It does not answer a line that the end of the stream
cuts short. It prints nothing and never exits.
"""

import argparse
import socket
import time

LONGEST_LINE = 65536


def questions(connection):
    """Yield the text after `ping` of each whole line."""
    with connection.makefile("rb") as lines:
        while (line := lines.readline(LONGEST_LINE + 1)).endswith(b"\n"):
            verb, _, words = line[:-1].partition(b" ")
            if verb == b"ping":
                yield words


def serve(connection):
    connection.sendall(b"ready\n")
    for words in questions(connection):
        connection.sendall(b"pong " + words + b"\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    args = parser.parse_args()

    while True:
        try:
            with socket.create_connection((args.host, args.port)) as connection:
                serve(connection)
        except ConnectionRefusedError:
            time.sleep(0.1)  # the server does not listen yet
        except OSError:
            pass  # the server is gone and may come back


if __name__ == "__main__":
    main()
