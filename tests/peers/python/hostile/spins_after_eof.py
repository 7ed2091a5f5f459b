"""Answers each line `echo: <line>`, but spins after a client has closed (C02).

It still serves all other clients, so only its CPU time shows it.
"""

import argparse
import os
import socket
import threading


def serve(connection):
    unfinished = b""
    try:
        while True:
            *lines, unfinished = (unfinished + connection.recv(4096)).split(b"\n")
            for line in lines:
                connection.sendall(b"echo: " + line + b"\n")
    except ConnectionError:
        connection.close()


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
