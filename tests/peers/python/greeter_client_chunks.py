"""R3, greeter, a second naive client: prints the text that a server sends until it closes.

It reads to the end, eight bytes at a time.

Defects, in `main`:
- F05: each piece is decoded alone, so a character in two pieces raises. The welcome passes if it
  arrives in one segment: its é is inside the third piece.
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
