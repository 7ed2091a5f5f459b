"""Resets each connection after its first read, or when the client has ended."""

import argparse
import os
import socket
import struct
import threading


def serve(connection):
    with connection:
        try:
            connection.recv(4096)
        except ConnectionError:
            pass
        # A linger time of 0 makes the close a reset.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


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
