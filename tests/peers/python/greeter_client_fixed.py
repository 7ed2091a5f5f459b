"""R3, greeter, the fixed client: prints the text that a server sends until it closes.

It reads eight bytes at a time until an empty recv, and keeps the first half of a character until
the second half arrives. After a reset, or an end inside a character, it prints an error to stderr
and exits with code 1.
"""

import argparse
import codecs
import socket
import sys


def pieces(connection):
    """Yield the text as it arrives, whole characters only."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    while data := connection.recv(8):
        yield decoder.decode(data)
    yield decoder.decode(b"", final=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    args = parser.parse_args()

    try:
        with socket.create_connection((args.host, args.port)) as connection:
            for text in pieces(connection):
                print(text, end="", flush=True)
    except (OSError, ValueError) as error:
        sys.exit(f"incomplete text: {error}")


if __name__ == "__main__":
    main()
