"""Opens two connections at once, sends `hello` on each, then prints both answers."""

import argparse
import socket


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    args = parser.parse_args()

    first = socket.create_connection((args.host, args.port))
    second = socket.create_connection((args.host, args.port))
    with first, second:
        for connection in (first, second):
            connection.sendall(b"hello\n")
        for connection in (first, second):
            print(connection.makefile("r").readline(), end="", flush=True)


if __name__ == "__main__":
    main()
