"""Answers each line `echo: <line>`, but prints endlessly on stdout and stderr.

It serves even if its output is not read.
"""

import argparse
import os
import socket
import threading


def flood(descriptor):
    while True:
        os.write(descriptor, b"all is well, all is well, all is well\n" * 100)


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

    for descriptor in (1, 2):
        threading.Thread(target=flood, args=(descriptor,), daemon=True).start()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
