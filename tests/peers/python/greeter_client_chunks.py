"""R3, greeter, a second naive client: prints the text a server sends until it closes.

It reads to the end, eight bytes at a time. Defect: F05, each piece is decoded on its own,
so that a character in two pieces raises (`main`). The café of the welcome passes if it comes
in one segment: its é lies within the third piece.
"""

import argparse
import socket


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    args = parser.parse_args()

    connection = socket.create_connection((args.host, args.port))
    while True:
        data = connection.recv(8)
        if not data:
            break
        print(data.decode(), end="", flush=True)
    connection.close()


if __name__ == "__main__":
    main()
