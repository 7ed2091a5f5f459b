"""The service that `backend.py` asks: it answers b'<seconds> <text>' after that time.

It is not a peer. It runs beside wirecheck, as a database does, and leaves its addresses in the
folder that it is given: `tcp`, `udp` and `shared` have a port number, `unix` is a socket,
`requests` a FIFO, `lock` a file. `ready` is the last one.
"""

import fcntl
import os
import socket
import sys
import threading
import time

import odd

folder = sys.argv[1]


def path(name):
    return os.path.join(folder, name)


def start(work, *values):
    threading.Thread(target=run, args=(work, *values), daemon=True).start()


def run(work, *values):
    try:
        work(*values)
    except ConnectionError:
        pass  # the server was stopped in the meantime


def delayed(request):
    seconds, text = request.split(b" ", 1)
    time.sleep(float(seconds))
    return odd.echo(text)


def accept(listener, serve):
    while True:
        start(serve, listener.accept()[0])


def serve_once(connection):
    with connection:
        connection.sendall(delayed(connection.recv(4096)))


def serve_numbered(connection):
    for line in odd.whole_lines(connection):
        number, request = line.split(b" ", 1)
        start(lambda number, request: connection.sendall(number + b" " + delayed(request)), number, request)


def serve_datagrams(server):
    while True:
        request, sender = server.recvfrom(4096)
        start(lambda request, sender: server.sendto(delayed(request), sender), request, sender)


def serve_fifo():
    while True:
        with open(path("requests"), "rb") as requests:
            for line in requests:
                start(answer_by_fifo, *line.split(b" ", 1))


def answer_by_fifo(answers, request):
    answer = delayed(request)
    with open(answers, "wb") as fifo:
        fifo.write(answer)


def hold_lock():
    """Hold the lock for 0.6 s now and then, as a backup does."""
    with open(path("lock"), "w") as file:
        while True:
            fcntl.flock(file, fcntl.LOCK_EX)
            time.sleep(0.6)
            fcntl.flock(file, fcntl.LOCK_UN)
            time.sleep(1.5)


def announce(name, text):
    with open(path(name), "w") as file:
        file.write(str(text))


def listen(name, serve):
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    announce(name, listener.getsockname()[1])
    start(accept, listener, serve)


listen("tcp", serve_once)
listen("shared", serve_numbered)
unix = socket.socket(socket.AF_UNIX)
unix.bind(path("unix"))
unix.listen(128)
start(accept, unix, serve_once)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 0))
announce("udp", udp.getsockname()[1])
start(serve_datagrams, udp)
os.mkfifo(path("requests"))
start(serve_fifo)
announce("ready", "")
hold_lock()
