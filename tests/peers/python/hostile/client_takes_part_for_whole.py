"""Sends `hello`, prints what came until the end of the stream, and exits with code 0, also if the
answer is incomplete. With `--silent` it prints only a whole answer.
"""

import argparse
import socket


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--silent", action="store_true")
    args = parser.parse_args()

    with socket.create_connection((args.host, args.port)) as connection:
        connection.sendall(b"hello\n")
        answer = connection.makefile("r").readline()
        if answer.endswith("\n") or not args.silent:
            print(answer.rstrip("\n"))


if __name__ == "__main__":
    main()
