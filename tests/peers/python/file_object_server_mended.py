"""R2, file object, the mended server: lines read and written through `makefile`, a thread a client.

Each line is answered `Hello, <line>!`; the line `STOP` ends the connection without an
answer. A line without its newline at the end of the stream is not answered. A line that is
too long or not UTF-8 ends the connection.
"""

import argparse
import os
import socket
import sys
import threading
import time

LONGEST_LINE = 65536


def greet_each_line(connection):
    """Answer until `STOP` or the end of the stream."""
    # Two files of bytes: one text file for both would drop, on writing, what it has read ahead.
    with connection.makefile("rb") as reader, connection.makefile("wb") as writer:
        while (line := reader.readline(LONGEST_LINE + 1)).endswith(b"\n"):
            name = line.decode().removesuffix("\n")
            if name == "STOP":
                return
            writer.writelines([f"Hello, {name}!".encode(), b"\n"])
            writer.flush()
    if len(line) > LONGEST_LINE:
        raise ValueError("line too long")
    if line:
        print(f"the stream ended inside a line: {line!r}", file=sys.stderr)


def end(connection):
    """End with a FIN: closing on unread bytes would reset the connection instead."""
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
                greet_each_line(connection)
            except ValueError as error:
                print(f"a client is sent away: {error}", file=sys.stderr)
            end(connection)
        except OSError as error:
            print(f"a client is gone: {error}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
