"""Answers the first line `echo: <line>` and closes, even if more is unread.

Closing on unread bytes is a reset, which may destroy the answer.
"""

import argparse
import os
import socket
import threading


def serve(connection):
    with connection, connection.makefile("rb", buffering=0) as lines:
        try:
            connection.sendall(b"echo: " + lines.readline())
        except ConnectionError:
            pass


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
