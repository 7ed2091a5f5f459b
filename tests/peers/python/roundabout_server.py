"""A right server whose answers come by another way than the sleep of its threads tells, for
wirecheck's own tests: `echo: <line>` for each line, `--after` seconds after it was read, 0.3 if
not said otherwise.

One client at a time. It goes on to read while the answer waits, with `--by signal` in the hands
of a timer that sends SIGALRM, with `--by helper` in those of a process in a session of its own,
with `--by caller` in those of a thread that such a process calls at another port. With
`--by timeout` it sleeps over a socket with SO_RCVTIMEO before it answers.
"""

import argparse
import os
import signal
import socket
import struct
import threading
import time

def by_signal(connection, after):
    """Returns what answers a line later, in a signal handler."""
    answers = []

    def ring(_signal, _frame):
        connection.sendall(b"".join(answers))
        answers.clear()

    signal.signal(signal.SIGALRM, ring)

    def answer(line):
        answers.append(line)
        signal.setitimer(signal.ITIMER_REAL, after)

    return answer


def by_helper(connection, after):
    """Returns what answers a line later, from another process."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)

    def answer(line):
        if os.fork() == 0:
            os.setsid()
            time.sleep(after)
            connection.sendall(line)
            os._exit(0)

    return answer


def by_timeout(connection, after):
    """Returns what answers a line later, when a read of a second socket was in vain."""

    def answer(line):
        silent, other = socket.socketpair()
        with silent, other:
            time_value = struct.pack("@ll", *divmod(round(after * 1_000_000), 1_000_000))
            silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, time_value)
            try:
                silent.recv(1)
            except BlockingIOError:
                connection.sendall(line)

    return answer


def by_caller(connection, after):
    """Returns what has another thread answer a line later, when it is called."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    answers = []
    bell = socket.create_server(("127.0.0.1", 0))

    def await_calls():
        while True:
            bell.accept()[0].close()
            connection.sendall(b"".join(answers))
            answers.clear()

    threading.Thread(target=await_calls, daemon=True).start()

    def answer(line):
        answers.append(line)
        if os.fork() == 0:
            os.setsid()
            connection.close()
            time.sleep(after)
            socket.create_connection(bell.getsockname()).close()
            os._exit(0)

    return answer


def serve(connection, answer):
    unfinished = b""
    with connection:
        try:
            while chunk := connection.recv(4096):
                *lines, unfinished = (unfinished + chunk).split(b"\n")
                for line in lines:
                    answer(b"echo: " + line + b"\n")
        except ConnectionError:
            pass  # the client is gone


WAYS = {"signal": by_signal, "helper": by_helper, "caller": by_caller, "timeout": by_timeout}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    parser.add_argument("--by", choices=WAYS, required=True)
    parser.add_argument("--after", type=float, default=0.3, metavar="SECONDS")
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            serve(connection, WAYS[args.by](connection, args.after))


if __name__ == "__main__":
    main()
