"""Answers each line `echo: <line>`, and leaves a process behind for each of five connections.

The process has a session of its own and an empty environment, holds none of the server's sockets,
and its parent has ended. With --child its parent is the server.
"""

import argparse
import os
import signal
import socket
import sys
import threading


def leave_stray(is_child):
    # The words of the command line are kept: a test finds the process by one of them.
    words = [*sys.orig_argv, "--stray"]
    first = os.fork()
    if first:
        if not is_child:
            os.waitpid(first, 0)
        return
    os.setsid()
    if is_child or os.fork() == 0:
        os.execve(sys.executable, words, {})
    os._exit(0)


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
    parser.add_argument("--child", action="store_true")
    parser.add_argument("--stray", action="store_true")
    args = parser.parse_args()

    if args.stray:
        while True:
            signal.pause()
    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        served = 0
        while True:
            connection, _ = listener.accept()
            served += 1
            if served <= 5:
                leave_stray(args.child)
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
