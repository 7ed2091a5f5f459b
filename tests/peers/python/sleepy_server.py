"""A right server that takes its time, for wirecheck's own tests: `echo: <line>` for each line.

A thread a client, whole lines only. It sleeps `--think` seconds before each answer, `--nap`
seconds each time it has read and a line is unfinished, and `--linger` seconds before it closes.
With `--alarm` it wakes every hour while it waits for clients. With `--unseen` it sleeps over a
terminal that gives up after a while (VTIME), a timer that nobody outside sees. The line `--ignore` gets no answer. With `--every N` it thinks only
over each Nth line. It computes for `--compute` seconds where a line was cut off by the end.
"""

import argparse
import itertools
import os
import pty
import socket
import termios
import threading
import time
import tty


count = itertools.count()


def sleep(seconds, unseen):
    if not unseen:
        time.sleep(seconds)
        return
    silent, terminal = pty.openpty()
    tty.setraw(terminal)
    tenths = round(seconds * 10)
    while tenths > 0:
        mode = termios.tcgetattr(terminal)
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 0, min(tenths, 255)
        termios.tcsetattr(terminal, termios.TCSANOW, mode)
        os.read(terminal, 1)  # nothing is ever typed
        tenths -= 255
    os.close(terminal)
    os.close(silent)


def serve(connection, args):
    unfinished = b""
    with connection:
        try:
            while chunk := connection.recv(4096):
                *lines, unfinished = (unfinished + chunk).split(b"\n")
                for line in lines:
                    if line.decode(errors="replace") == args.ignore:
                        continue
                    if next(count) % args.every == 0:
                        sleep(args.think, args.unseen)
                    connection.sendall(b"echo: " + line + b"\n")
                if unfinished:
                    sleep(args.nap, args.unseen)
            over = time.monotonic() + args.compute if unfinished else 0
            while time.monotonic() < over:
                pass
        except ConnectionError:
            pass  # the client is gone
        time.sleep(args.linger)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    for habit in ("--think", "--nap", "--linger", "--compute"):
        parser.add_argument(habit, type=float, default=0, metavar="SECONDS")
    parser.add_argument("--every", type=int, default=1, metavar="N")
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
