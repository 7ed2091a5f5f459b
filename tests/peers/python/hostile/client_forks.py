"""Sends `hello`, prints the answer, and leaves a child behind that keeps its output open.

The child does not have the connection. With `--escape` it is in a session of its own. It exits
after `--lifetime` seconds.
"""

import argparse
import os
import signal
import socket


def stay(args):
    if args.escape:
        os.setsid()
    signal.alarm(args.lifetime)
    while True:
        signal.pause()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--escape", action="store_true")
    parser.add_argument("--lifetime", type=int, default=60, metavar="SECONDS")
    args = parser.parse_args()

    if os.fork() == 0:
        stay(args)
    with socket.create_connection((args.host, args.port)) as connection:
        connection.sendall(b"hello\n")
        print(connection.makefile("r").readline(), end="", flush=True)


if __name__ == "__main__":
    main()
