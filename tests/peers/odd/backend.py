"""Correct: another process answers, with a delay of 0.6 s in every 7th answer and of 2 s for `slow`.

The connections use in turn a TCP, UNIX and UDP socket, a pair of pipes, a FIFO and a file lock.
Right: all cases pass, because `limits.reply` is 5 s.
"""

import fcntl
import itertools
import os
import queue
import socket
import threading
import time

import odd

args = odd.arguments(dir=".", by="")


def delayed(request):
    """Return what the backend answers to b'<seconds> <text>', after that time."""
    seconds, text = request.split(b" ", 1)
    time.sleep(float(seconds))
    return b"echo: " + text


# The backend: a process with one thread for each request.


def answer_stream(connection):
    with connection:
        connection.sendall(delayed(connection.recv(4096)))


def serve_stream(listener):
    while True:
        threading.Thread(target=answer_stream, args=(listener.accept()[0],), daemon=True).start()


def serve_datagrams(server):
    while True:
        request, sender = server.recvfrom(4096)
        answer = lambda request=request, sender=sender: server.sendto(delayed(request), sender)
        threading.Thread(target=answer, daemon=True).start()


def serve_pipe(requests, answers):
    for line in requests:
        number, request = line.split(b" ", 1)
        answer = lambda number=number, request=request: os.write(answers, number + b" " + delayed(request))
        threading.Thread(target=answer, daemon=True).start()


def write_fifo(path, request):
    answer = delayed(request)
    with open(path, "wb") as fifo:
        fifo.write(answer)


def serve_fifos(requests):
    for line in requests:
        path, request = line.split(b" ", 1)
        threading.Thread(target=write_fifo, args=(path, request), daemon=True).start()


def hold_lock(path):
    """Hold the lock for 0.6 s now and then, as a backup does."""
    with open(path, "w") as file:
        while True:
            fcntl.flock(file, fcntl.LOCK_EX)
            time.sleep(0.6)
            fcntl.flock(file, fcntl.LOCK_UN)
            time.sleep(1.5)


# The server's side of each.


def ask_stream(family, address, request):
    with socket.socket(family) as connection:
        connection.connect(address)
        connection.sendall(request)
        return connection.recv(4096)


def ask_datagram(address, request):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.sendto(request, address)
        return asker.recv(4096)


class PipePair:
    """Requests of all connections go into one pipe; a thread hands the answers out."""

    def __init__(self, requests, answers):
        self.requests, self.numbers, self.waiting = requests, itertools.count(), {}
        threading.Thread(target=self.hand_out, args=(answers,), daemon=True).start()

    def ask(self, request):
        number = b"%d" % next(self.numbers)
        answer = self.waiting[number] = queue.SimpleQueue()
        os.write(self.requests, number + b" " + request)
        return answer.get()

    def hand_out(self, answers):
        for line in answers:
            number, answer = line.split(b" ", 1)
            self.waiting.pop(number).put(answer)


def ask_fifo(requests, request, numbers=itertools.count()):
    path = os.path.join(args.dir, f"fifo-{next(numbers)}")
    os.mkfifo(path)
    os.write(requests, path.encode() + b" " + request)
    with open(path, "rb") as fifo:
        answer = fifo.read()
    os.unlink(path)
    return answer


def ask_after_lock(path, request):
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        return delayed(request) if request.startswith(b"2") else delayed(b"0 " + request.split(b" ", 1)[1])


def start_backend():
    """Fork the backend; return how to ask it, one function for each way."""
    tcp = socket.create_server(("127.0.0.1", 0), backlog=128)
    unix = socket.socket(socket.AF_UNIX)
    unix.bind("")
    unix.listen(128)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    pipes = [os.pipe() for _ in range(3)]
    (requests, to_backend), (answers, to_server), (fifos, to_fifos) = pipes
    lock = os.path.join(args.dir, "lock")
    if os.fork() == 0:
        for work in (
            lambda: serve_stream(tcp),
            lambda: serve_stream(unix),
            lambda: serve_datagrams(udp),
            lambda: serve_pipe(os.fdopen(requests, "rb"), to_server),
            lambda: serve_fifos(os.fdopen(fifos, "rb")),
        ):
            threading.Thread(target=work, daemon=True).start()
        hold_lock(lock)
    pair = PipePair(to_backend, os.fdopen(answers, "rb"))
    return {
        "tcp": lambda request: ask_stream(socket.AF_INET, tcp.getsockname(), request),
        "unix": lambda request: ask_stream(socket.AF_UNIX, unix.getsockname(), request),
        "udp": lambda request: ask_datagram(udp.getsockname(), request),
        "pipe": pair.ask,
        "fifo": lambda request: ask_fifo(to_fifos, request),
        "lock": lambda request: ask_after_lock(lock, request),
    }


ways = start_backend()
turns = itertools.cycle([ways[args.by]] if args.by else ways.values())
counter = itertools.count(1)


def serve(connection):
    ask = next(turns)
    for line in odd.whole_lines(connection):
        delay = b"2" if line.startswith(b"slow") else b"0.6" if next(counter) % 7 == 0 else b"0"
        connection.sendall(ask(delay + b" " + line))


odd.serve_threads(odd.listen(args), serve)
