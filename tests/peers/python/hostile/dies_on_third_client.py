"""Answers each line `echo: <line>`, but exits when a third client connects."""

import argparse
import os
import socket
import sys
import threading


def serve(connection):
    with connection, connection.makefile("rb") as lines:
        try:
            for line in lines:
                if line.endswith(b"\n"):
                    connection.sendall(b"echo: " + line)
        except ConnectionError:
            pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        clients = 0
        while True:
            connection, _ = listener.accept()
            clients += 1
            if clients == 3:
                sys.exit("a third client has connected")
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
