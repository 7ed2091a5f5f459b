"""Agent, the mended client: a service that stays with its server and answers its questions.

It says `ready`, answers each line `ping …` with `pong …`, and when the server has ended it
connects again, whatever it was in the middle of. A line that the stream's end cut short is no
question. It prints nothing and never ends.
"""

import argparse
import socket
import time

LONGEST_LINE = 65536


def questions(connection):
    """What stands after `ping` in each whole line."""
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
            time.sleep(0.1)  # nobody is there yet
        except OSError:
            pass  # it is gone, and may be back


if __name__ == "__main__":
    main()
