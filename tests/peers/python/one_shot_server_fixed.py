"""R6, one shot, the fixed server: reads one line, answers it, closes; one thread per client.

It answers a line `You said: <line>`, and reads and ignores what follows it. A line that is too
long, or has no newline when the stream ends, gets no answer.
"""

import argparse
import os
import socket
import sys
import threading
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
                line = receive_line(connection)
                connection.sendall(b"You said: " + line + b"\n")
            except (EOFError, ValueError) as error:
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
