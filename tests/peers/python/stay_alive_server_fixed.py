"""R5, stay-alive server, the fixed form: prints what each client sends, one client at a time.

It prints `received: <line>` for each whole line, with invalid UTF-8 replaced, and answers
nothing. An empty recv ends this client and starts the next. A line that is too long ends the
connection.
"""

import argparse
import os
import socket
import sys
import time

LONGEST_LINE = 65536


def lines(connection):
    """Yield each whole line, without its newline, until the stream ends."""
    buffer = b""
    while chunk := connection.recv(4096):
        *whole, buffer = (buffer + chunk).split(b"\n")
        for line in whole:
            if len(line) > LONGEST_LINE:
                raise ValueError("line too long")
            yield line
        if len(buffer) > LONGEST_LINE:
            raise ValueError("line too long")
    if buffer:
        print(f"the stream ended inside a line: {buffer!r}", file=sys.stderr)


def end(connection):
    """Close with a FIN: closing with bytes unread would send a reset."""
    until = time.monotonic() + 2
    connection.shutdown(socket.SHUT_WR)
    while (left := until - time.monotonic()) > 0:
        connection.settimeout(left)
        if not connection.recv(4096):
            break


def serve(connection):
    with connection:
        try:
            try:
                for line in lines(connection):
                    print("received:", line.decode(errors="replace"), flush=True)
            except ValueError as error:
                print(f"connection closed: {error}", file=sys.stderr)
            end(connection)
        except OSError as error:
            print(f"connection lost: {error}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            serve(connection)


if __name__ == "__main__":
    main()
