"""What the Python peers of this folder share: arguments, a listener, lines, one thread per client."""

import argparse
import socket
import threading


def arguments(**options):
    """Parse `HOST PORT` and these options with their defaults."""
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    for name, default in options.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    return parser.parse_args()


def listen(args, backlog=128):
    return socket.create_server((args.host, args.port), backlog=backlog)


def whole_lines(connection):
    """Yield each line with its end. A line that the end of the stream cuts short is ignored."""
    unfinished = b""
    while chunk := connection.recv(4096):
        *lines, unfinished = (unfinished + chunk).split(b"\n")
        for line in lines:
            yield line + b"\n"


def echo(line):
    return b"echo: " + line


def answer_lines(connection, answer=echo):
    for line in whole_lines(connection):
        connection.sendall(answer(line))


def serve_one(connection, serve=answer_lines):
    """Serve one client until it has closed. A client that is gone is no error."""
    with connection:
        try:
            serve(connection)
        except ConnectionError:
            pass


def in_thread(connection, serve=answer_lines):
    threading.Thread(target=serve_one, args=(connection, serve), daemon=True).start()


def serve_threads(listener, serve=answer_lines):
    """Serve each client in a thread of its own, for ever."""
    while True:
        in_thread(listener.accept()[0], serve)


def call(args):
    return socket.create_connection((args.host, args.port))


def first_line(connection):
    """Return the first line with its end, or what came before the end of the stream."""
    received = b""
    while b"\n" not in received:
        chunk = connection.recv(4096)
        if not chunk:
            return received
        received += chunk
    return received[: received.index(b"\n") + 1]
