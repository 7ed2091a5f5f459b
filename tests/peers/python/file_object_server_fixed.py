"""R2, file object, the fixed server: reads and writes lines through `makefile`.

It answers each line `Hello, <line>!`, with one thread per client. The line `STOP` ends the
connection without an answer. A line without a newline at the end of the stream gets no answer. A
line that is too long or is not UTF-8 ends the connection.
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
    # Two binary files: a single text file would drop its read-ahead buffer on each write.
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
                greet_each_line(connection)
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
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
