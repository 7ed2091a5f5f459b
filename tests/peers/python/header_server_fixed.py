"""R4, header, the fixed server: ten columns of decimal length, then a body of UTF-8 text.

It sends a greeting, then the time (HH:MM:SS) every few seconds. One thread per client. The header
counts bytes. The server reads and ignores what a client sends, and closes as soon as the client
does.
"""

import argparse
import os
import socket
import sys
import threading
import time


def send_message(connection, text):
    body = text.encode()
    connection.sendall(f"{len(body):<10}".encode() + body)


def ends_within(connection, seconds):
    """Wait until the client closes, at most this long; return whether it closed."""
    until = time.monotonic() + seconds
    try:
        while (left := until - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(4096):
                return True
    except TimeoutError:
        pass
    connection.settimeout(None)
    return False


def serve(connection, greeting, interval):
    with connection:
        try:
            send_message(connection, greeting)
            while not ends_within(connection, interval):
                send_message(connection, time.strftime("%H:%M:%S"))
        except OSError as error:
            print(f"connection lost: {error}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    parser.add_argument("--interval", type=float, default=3, metavar="SECONDS")
    parser.add_argument("--greeting", default="Welcome to the café!", metavar="TEXT")
    parser.add_argument("--size", type=int, default=0, help="repeat it up to this many bytes")
    args = parser.parse_args()

    greeting = args.greeting * max(1, -(-args.size // len(args.greeting.encode())))

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            client = (connection, greeting, args.interval)
            threading.Thread(target=serve, args=client, daemon=True).start()


if __name__ == "__main__":
    main()
