"""R4, header, the fixed client: ten columns of decimal length, then a body of UTF-8 text.

It prints the body of each message until the server closes, or `--count` messages. A header is
valid if it is a number in ASCII digits without a sign or leading zeros, at most 1 MiB, then
spaces. If a header is invalid, a body is not UTF-8 or the stream ends inside a message, it prints
an error to stderr and exits with code 1.
"""

import argparse
import re
import socket
import sys

LARGEST_BODY = 1 << 20
LENGTH = re.compile(rb"(0|[1-9][0-9]*) *")


def receive_exactly(connection, size):
    """Read `size` bytes, or fewer if the stream ends first."""
    data = bytearray()
    while len(data) < size:
        chunk = connection.recv(min(size - len(data), 65536))
        if not chunk:
            break
        data += chunk
    return bytes(data)


def receive_message(connection):
    """Return the text of the next message, or None if the stream ends between messages."""
    header = receive_exactly(connection, 10)
    if not header:
        return None
    if len(header) < 10:
        raise EOFError("the stream ended inside a header")
    match = LENGTH.fullmatch(header)
    if match is None or int(match[1]) > LARGEST_BODY:
        raise ValueError(f"not a length: {header!r}")
    length = int(match[1])
    body = receive_exactly(connection, length)
    if len(body) < length:
        raise EOFError("the stream ended inside a body")
    return body.decode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--count", type=int, default=0, help="stop after this many messages")
    args = parser.parse_args()

    received = 0
    try:
        with socket.create_connection((args.host, args.port)) as connection:
            while not args.count or received < args.count:
                message = receive_message(connection)
                if message is None:
                    break
                print(message, flush=True)
                received += 1
    except (OSError, EOFError, ValueError) as error:
        sys.exit(f"invalid message: {error}")


if __name__ == "__main__":
    main()
