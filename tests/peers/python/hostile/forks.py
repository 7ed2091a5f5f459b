"""Serves from a child process that outlives this one and keeps the port.

The child answers each line `echo: <line>`. The parent only waits. Killing the parent alone does
not free the port. Killing the process group does, unless `--escape` puts the child into a session
of its own. The child exits after `--lifetime` seconds.
"""

import argparse
import os
import signal
import socket
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
    parser.add_argument("--escape", action="store_true")
    parser.add_argument("--lifetime", type=int, default=60, metavar="SECONDS")
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        if os.fork():
            os.wait()
            return
        if args.escape:
            os.setsid()
        signal.alarm(args.lifetime)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
