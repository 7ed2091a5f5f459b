"""R4, header, the naive client: ten columns of decimal length, then a body of UTF-8 text.

It prints the body of each message until the server closes, or `--count` messages.

Defects, in `receive_message`:
- F01: the first recv is taken for the whole header.
- F03: bytes after the body in the same segment are dropped. The client then waits forever for a
  message that it has already received.
- F05: each piece of a body is decoded alone, so a character in two pieces raises.
- C02: it spins when the stream ends inside a body.
- C03: it dies when the stream ends where a header should start.
- H01: `int` also accepts `+5`, `-5`, `1_0`, leading spaces or zeros, and non-ASCII digits.
"""

import argparse
import socket


def receive_message(connection):
    data = connection.recv(16)
    length = int(data[:10].decode())
    text = data[10:][:length].decode()
    left = length - len(data[10:])
    while left > 0:
        data = connection.recv(1024)
        text += data[:left].decode()
        left -= len(data)
    return text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--count", type=int, default=0, help="stop after this many messages")
    args = parser.parse_args()

    connection = socket.create_connection((args.host, args.port))
    received = 0
    while not args.count or received < args.count:
        print(receive_message(connection), flush=True)
        received += 1
    connection.close()


if __name__ == "__main__":
    main()
