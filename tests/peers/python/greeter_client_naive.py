"""R3, greeter, the naive client: prints the text that a server sends until it closes.

Defects, in `main`:
- F02: a single `recv(1024)` is taken for the whole text. Nothing after the first segment is read.
"""

import argparse
import socket


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    args = parser.parse_args()

    connection = socket.create_connection((args.host, args.port))
    print(connection.recv(1024).decode(), end="")
    connection.close()


if __name__ == "__main__":
    main()
