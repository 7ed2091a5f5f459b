"""Correct: a server whose answers come from another service (`backend_service.py`), with a delay.

Every 7th answer takes 0.6 s, that to `slow` 2 s. The connections use in turn a TCP, UNIX and UDP
socket, a TCP connection that all share, a FIFO and a file lock (`--by` names one). Right: all cases
pass, because `limits.reply` is 5 s.
"""

import fcntl
import itertools
import os
import queue
import socket
import threading

import odd

args = odd.arguments(dir=".", by="")
counter = itertools.count(1)


def path(name):
    return os.path.join(args.dir, name)


def port(name):
    with open(path(name)) as file:
        return "127.0.0.1", int(file.read())


def ask_stream(connection, request):
    with connection:
        connection.sendall(request)
        return connection.recv(4096)


def ask_tcp(request):
    return ask_stream(socket.create_connection(port("tcp")), request)


def ask_unix(request):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path("unix"))
    return ask_stream(connection, request)


def ask_udp(request):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.sendto(request, port("udp"))
        return asker.recv(4096)


class SharedConnection:
    """Requests of all clients go into one connection; a thread hands the answers out."""

    def __init__(self):
        self.backend = socket.create_connection(port("shared"))
        self.waiting = {}
        threading.Thread(target=self.hand_out, daemon=True).start()

    def ask(self, request):
        number = b"%d" % next(counter)
        answer = self.waiting[number] = queue.SimpleQueue()
        self.backend.sendall(number + b" " + request)
        return answer.get()

    def hand_out(self):
        for line in odd.whole_lines(self.backend):
            number, answer = line.split(b" ", 1)
            self.waiting.pop(number).put(answer)


def ask_fifo(request):
    answers = path(f"answer-{os.getpid()}-{next(counter)}")
    os.mkfifo(answers)
    with open(path("requests"), "wb") as requests:
        requests.write(answers.encode() + b" " + request)
    with open(answers, "rb") as fifo:
        answer = fifo.read()
    os.unlink(answers)
    return answer


def ask_after_lock(request):
    """Another service holds the lock for 0.6 s now and then."""
    with open(path("lock"), "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
    seconds, text = request.split(b" ", 1)
    return ask_tcp(request) if seconds == b"2" else odd.echo(text)


ways = [ask_tcp, ask_unix, ask_udp, SharedConnection().ask, ask_fifo, ask_after_lock]
names = ["tcp", "unix", "udp", "shared", "fifo", "lock"]
turns = itertools.cycle([ways[names.index(args.by)]] if args.by else ways)
answers = itertools.count(1)


def serve(connection):
    ask = next(turns)
    for line in odd.whole_lines(connection):
        delay = b"2" if line.startswith(b"slow") else b"0.6" if next(answers) % 7 == 0 else b"0"
        connection.sendall(ask(delay + b" " + line))


odd.serve_threads(odd.listen(args), serve)
