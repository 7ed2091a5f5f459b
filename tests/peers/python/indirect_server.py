"""A correct server that does not answer from the thread that read, for wirecheck's own tests.

It answers each line `echo: <line>`, `--after` seconds after it read it. One client at a time. The
thread that read goes on reading, except with `--by timeout`. The answer is sent
- by a handler of SIGALRM, which a timer sends (`--by signal`);
- by another process, in a session of its own (`--by helper`);
- by a thread that such a process wakes by connecting to another port (`--by caller`);
- by the same thread, when its read of another socket times out by SO_RCVTIMEO (`--by timeout`).
"""

import argparse
import os
import signal
import socket
import struct
import threading
import time


def by_signal(connection, after):
    """Return a function that answers a line later, in a signal handler."""
    answers = []

    def send_answers(_signal, _frame):
        connection.sendall(b"".join(answers))
        answers.clear()

    signal.signal(signal.SIGALRM, send_answers)

    def answer(line):
        answers.append(line)
        signal.setitimer(signal.ITIMER_REAL, after)

    return answer


def by_helper(connection, after):
    """Return a function that answers a line later, from another process."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)

    def answer(line):
        if os.fork() == 0:
            os.setsid()
            time.sleep(after)
            connection.sendall(line)
            os._exit(0)

    return answer


def by_timeout(connection, after):
    """Return a function that answers a line when its read of another socket times out."""

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
    """Return a function that has a thread answer a line when a process connects to it."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    answers = []
    wake_up = socket.create_server(("127.0.0.1", 0))

    def await_calls():
        while True:
            wake_up.accept()[0].close()
            connection.sendall(b"".join(answers))
            answers.clear()

    threading.Thread(target=await_calls, daemon=True).start()

    def answer(line):
        answers.append(line)
        if os.fork() == 0:
            os.setsid()
            connection.close()
            time.sleep(after)
            socket.create_connection(wake_up.getsockname()).close()
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
