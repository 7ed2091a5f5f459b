"""R6, one shot, the mended client: sends a line (`hello`), prints its answer.

It reads to the newline, then ends its own side and reads until the server ends too, within
a second. An answer that is too long or not whole is told on stderr, and the exit code is 1.
"""

import argparse
import socket
import sys
import time

LONGEST_LINE = 65536


def receive_line(connection):
    """The first line, without its newline."""
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
    """End with a FIN: closing on unread bytes would reset the connection instead."""
    until = time.monotonic() + 1
    try:
        connection.shutdown(socket.SHUT_WR)
        while (left := until - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(4096):
                break
    except OSError:
        pass  # the answer is here: how the server ends does not matter any more


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
