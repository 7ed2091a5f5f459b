"""Answers each line `echo: <line>` from a daemon: the process that is started exits with 0.

--bind-first: the parent exits after the daemon listens, otherwise before.
--pid-file FILE: a second daemon exits with 1 while the file is there. SIGTERM removes it.
"""

import argparse
import os
import signal
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


def listen(args):
    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    return socket.create_server(address[:2], family=family, backlog=128)


def daemonize():
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)


def hold(pid_file):
    if os.path.exists(pid_file):
        sys.exit(f"{pid_file} exists: it runs already")
    with open(pid_file, "w") as file:
        file.write(f"{os.getpid()}\n")

    def leave(*_):
        os.unlink(pid_file)
        os._exit(0)

    signal.signal(signal.SIGTERM, leave)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    parser.add_argument("--bind-first", action="store_true")
    parser.add_argument("--pid-file", required=True)
    args = parser.parse_args()

    listener = listen(args) if args.bind_first else None
    daemonize()
    hold(args.pid_file)
    listener = listener or listen(args)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
