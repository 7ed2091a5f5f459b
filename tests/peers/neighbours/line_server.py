"""A server of lines that treats its connections in one of several ways.

A line gets an echo of it; the line `large` gets one of 3 MB.

    line_server.py HOST PORT KIND

broken: blocked      one connection at a time: it reads until the client closes (S01)
        short-timeout  one worker; it waits 300 ms for the rest of a line (S01)
        locked       a thread for each connection, and a lock that is held while a line is read (S01)
        one-buffer   one buffer for all connections (F09)
        short-send   a socket with a timeout and `send`: what does not fit is lost (F08)
        drops-rest   a non-blocking socket: what does not fit is dropped (F08)
fixed:  threads      a thread for each connection, and `sendall`
        select       one thread, a buffer for each connection, and a non-blocking send that waits
        two-workers  two threads, each with one connection at a time
        forks        a process for each connection
"""

import os
import select
import signal
import socket
import sys
import threading

LARGE = b"0123456789abcdef" * (3 << 16)


def answer(line):
    return (LARGE if line == b"large" else b"echo: " + line) + b"\n"


def send_all(connection, data):
    connection.sendall(data)


def send_with_timeout(connection, data):
    connection.settimeout(5)
    connection.send(data)


def send_and_drop(connection, data):
    connection.setblocking(False)
    try:
        while data:
            data = data[connection.send(data) :]
    except BlockingIOError:
        pass
    connection.setblocking(True)


def send_when_writable(connection, data):
    connection.setblocking(False)
    while data:
        try:
            data = data[connection.send(data) :]
        except BlockingIOError:
            select.select([], [connection], [])
    connection.setblocking(True)


def serve(connection, send=send_all):
    """Serve one client until it closes."""
    unfinished = b""
    with connection:
        try:
            while received := connection.recv(4096):
                *lines, unfinished = (unfinished + received).split(b"\n")
                for line in lines:
                    send(connection, answer(line))
        except ConnectionError:
            pass


def in_thread(connection, *arguments):
    threading.Thread(target=serve, args=(connection, *arguments), daemon=True).start()


def serve_workers(listener, count):
    def work():
        while True:
            serve(listener.accept()[0])

    for _ in range(count - 1):
        threading.Thread(target=work, daemon=True).start()
    work()


def serve_locked(listener):
    lock = threading.Lock()

    def serve_line_by_line(connection):
        with connection, connection.makefile("rb") as lines:
            try:
                while connection.recv(1, socket.MSG_PEEK):
                    with lock:
                        line = lines.readline()
                    connection.sendall(answer(line.rstrip(b"\n")))
            except ConnectionError:
                pass

    while True:
        connection = listener.accept()[0]
        threading.Thread(target=serve_line_by_line, args=(connection,), daemon=True).start()


def serve_events(listener, buffer_of, waits=None):
    """One thread for all. A connection that waits for the rest of its line keeps all waiting."""
    clients = []
    while True:
        for one in select.select([listener, *clients], [], [])[0]:
            if one is listener:
                clients.append(listener.accept()[0])
                continue
            buffer = buffer_of(one)
            one.settimeout(waits)
            try:
                received = one.recv(4096)
                buffer += received
                while waits and received and not buffer.endswith(b"\n"):
                    received = one.recv(4096)
                    buffer += received
            except OSError:
                received = b""
            while b"\n" in buffer:
                line, _, rest = buffer.partition(b"\n")
                buffer[:] = rest
                send_when_writable(one, answer(bytes(line)))
            if not received:
                buffer.clear()
                clients.remove(one)
                one.close()


def serve_forks(listener):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        connection = listener.accept()[0]
        if os.fork() == 0:
            listener.close()
            serve(connection)
            os._exit(0)
        connection.close()


def main():
    host, port, kind = sys.argv[1:4]
    listener = socket.create_server((host, int(port)), backlog=128)
    own, shared = {}, bytearray()
    sends = {"threads": send_all, "short-send": send_with_timeout, "drops-rest": send_and_drop}
    if kind in sends:
        while True:
            in_thread(listener.accept()[0], sends[kind])
    elif kind == "locked":
        serve_locked(listener)
    elif kind == "forks":
        serve_forks(listener)
    elif kind in ("blocked", "two-workers"):
        serve_workers(listener, 1 if kind == "blocked" else 2)
    elif kind == "one-buffer":
        serve_events(listener, lambda one: shared)
    else:
        waits = 0.3 if kind == "short-timeout" else None
        serve_events(listener, lambda one: own.setdefault(one, bytearray()), waits)


main()
