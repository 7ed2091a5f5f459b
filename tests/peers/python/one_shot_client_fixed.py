"""R6, one shot, the fixed client: sends a line (default `hello`) and prints the answer.

It reads to the newline, closes its write side, and reads until the server closes too, for at most
one second. If the answer is too long or incomplete, it prints an error to stderr and exits with
code 1.
"""

import argparse
import socket
import sys
import time

LONGEST_LINE = 65536


def receive_line(connection):
    """Return the first line, without its newline."""
    buffer = b""
    while b"\n" not in buffer and len(buffer) <= LONGEST_LINE:
        chunk = connection.recv(4096)
        if not chunk:
            raise EOFError(f"the stream ended before a newline, after {buffer!r}")
        buffer += chunk
    line, _, _ = buffer.partition(b"\n")
    if len(line) > LONGEST_LINE:
        raise ValueError("line too long")
    return line


def end(connection):
    """Close with a FIN: closing with bytes unread would send a reset."""
    until = time.monotonic() + 1
    try:
        connection.shutdown(socket.SHUT_WR)
        while (left := until - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(4096):
                break
    except OSError:
        pass  # the answer is complete: how the server closes does not matter


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("line", nargs="?", default="hello")
    args = parser.parse_args()

    try:
        with socket.create_connection((args.host, args.port)) as connection:
            connection.sendall(f"{args.line}\n".encode())
            print(receive_line(connection).decode(errors="replace"), flush=True)
            end(connection)
    except (OSError, EOFError, ValueError) as error:
        sys.exit(f"no answer: {error}")


if __name__ == "__main__":
    main()
