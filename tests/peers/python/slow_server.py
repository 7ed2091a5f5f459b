"""A correct server that is slow, for wirecheck's own tests: `echo: <line>` for each line.

It answers whole lines only, with one thread per client. It sleeps
- `--answer-delay` seconds before each answer, or with `--every N` before each Nth answer;
- `--unfinished-delay` seconds after each recv that leaves a line unfinished;
- `--close-delay` seconds before it closes.

With `--log FILE` it creates that file before its first sleep. With `--compute SECONDS` it computes
that long when the stream ends inside a line. It does not answer the line `--ignore`. With
`--accept-timeout` it has a timer set while it waits for clients. With `--hidden-timer` it sleeps by
a terminal's read timeout (VTIME), which no other process can see.
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


answers = itertools.count()


def sleep(seconds, args):
    if args.log:
        open(args.log, "a").close()
    if args.hidden_timer:
        sleep_unseen(seconds)
    else:
        time.sleep(seconds)


def sleep_unseen(seconds):
    silent, terminal = pty.openpty()
    tty.setraw(terminal)
    tenths = round(seconds * 10)
    while tenths > 0:
        mode = termios.tcgetattr(terminal)
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 0, min(tenths, 255)
        termios.tcsetattr(terminal, termios.TCSANOW, mode)
        os.read(terminal, 1)  # this terminal has no input
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
                    if next(answers) % args.every == 0:
                        sleep(args.answer_delay, args)
                    connection.sendall(b"echo: " + line + b"\n")
                if unfinished:
                    sleep(args.unfinished_delay, args)
            end = time.monotonic() + args.compute if unfinished else 0
            while time.monotonic() < end:
                pass
        except ConnectionError:
            pass  # the client is gone
        time.sleep(args.close_delay)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    for option in ("--answer-delay", "--unfinished-delay", "--close-delay", "--compute"):
        parser.add_argument(option, type=float, default=0, metavar="SECONDS")
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--accept-timeout", action="store_true")
    parser.add_argument("--hidden-timer", action="store_true")
    parser.add_argument("--ignore", metavar="LINE")
    parser.add_argument("--log", metavar="FILE")
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        if args.accept_timeout:
            listener.settimeout(3600)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, args), daemon=True).start()


if __name__ == "__main__":
    main()
