"""Sends `busy` to each client and closes, without reading."""

import argparse
import os
import socket


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            with connection:
                try:
                    connection.sendall(b"busy\n")
                except ConnectionError:
                    pass  # the client is gone


if __name__ == "__main__":
    main()
