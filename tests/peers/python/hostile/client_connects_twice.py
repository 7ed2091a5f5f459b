"""Makes two connections, sends `hello` on each, and prints both answers.

Both are open at once. With `--one-by-one` it makes the second after the first has ended.
"""

import argparse
import socket


def connect(args):
    connection = socket.create_connection((args.host, args.port))
    connection.sendall(b"hello\n")
    return connection


def print_answer(connection):
    with connection, connection.makefile("r") as answers:
        print(answers.readline(), end="", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--one-by-one", action="store_true")
    args = parser.parse_args()

    if args.one_by_one:
        for _ in range(2):
            print_answer(connect(args))
    else:
        for connection in (connect(args), connect(args)):
            print_answer(connection)


if __name__ == "__main__":
    main()
