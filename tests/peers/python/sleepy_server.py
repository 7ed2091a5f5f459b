"""A right server that takes its time, for wirecheck's own tests: `echo: <line>` for each line.

A thread a client, whole lines only. It sleeps `--think` seconds before each answer, `--nap`
seconds each time it has read and a line is unfinished, and `--linger` seconds before it closes.
With `--alarm` it wakes every hour while it waits for clients. With `--unseen` it sleeps on a
socket with SO_RCVTIMEO, a timer that nobody outside sees. The line `--ignore` gets no answer.
"""

import argparse
import os
import socket
import struct
import threading
import time


def sleep(seconds, unseen):
    if not unseen or not seconds:
        time.sleep(seconds)
        return
    mute, other = socket.socketpair()
    with mute, other:
        whole = int(seconds)
        timeout = struct.pack("@ll", whole, round((seconds - whole) * 1_000_000))
        mute.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeout)
        try:
            mute.recv(1)
        except BlockingIOError:
            pass  # that was its purpose


def serve(connection, args):
    unfinished = b""
    with connection:
        try:
            while chunk := connection.recv(4096):
                *lines, unfinished = (unfinished + chunk).split(b"\n")
                for line in lines:
                    if line.decode(errors="replace") == args.ignore:
                        continue
                    sleep(args.think, args.unseen)
                    connection.sendall(b"echo: " + line + b"\n")
                if unfinished:
                    sleep(args.nap, args.unseen)
        except ConnectionError:
            pass  # the client is gone
        time.sleep(args.linger)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    for habit in ("--think", "--nap", "--linger"):
        parser.add_argument(habit, type=float, default=0, metavar="SECONDS")
    parser.add_argument("--alarm", action="store_true")
    parser.add_argument("--unseen", action="store_true")
    parser.add_argument("--ignore", metavar="LINE")
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        if args.alarm:
            listener.settimeout(3600)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, args), daemon=True).start()


if __name__ == "__main__":
    main()
