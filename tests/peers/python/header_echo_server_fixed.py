"""R4, header, a fixed server that reads: ten columns of decimal length, then UTF-8 text.

It answers each message with its body in upper case, in the same framing. One thread per client.
A header is valid if it is a number in ASCII digits without a sign or leading zeros, at most
1 MiB, then spaces. An invalid header, or a body that is not UTF-8, ends the connection. A message
that the end of the stream cuts short gets no answer.
"""

import argparse
import os
import re
import socket
import sys
import threading
import time

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


def send_message(connection, text):
    body = text.encode()
    connection.sendall(f"{len(body):<10}".encode() + body)


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
                while (text := receive_message(connection)) is not None:
                    send_message(connection, text.upper())
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
