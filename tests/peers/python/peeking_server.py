"""A correct server that looks at a line before it reads it, for wirecheck's own tests.

It answers each line `echo: <line>`, with one thread per client. With `--by peek` it looks
(MSG_PEEK) every millisecond until the line is whole. With `--by low-water-mark` it waits until
4 bytes have arrived (SO_RCVLOWAT) and reads 4: each line is 3 bytes and a newline.
"""

import argparse
import os
import select
import socket
import threading
import time


def by_peek(connection):
    while looked := connection.recv(4096, socket.MSG_PEEK):
        whole = looked.find(b"\n") + 1
        if whole:
            yield connection.recv(whole)
        else:
            if has_ended(connection, looked):
                return
            time.sleep(0.001)


def has_ended(connection, looked):
    """Return whether the client has closed and nothing follows what was looked at."""
    events = select.poll()
    events.register(connection, select.POLLRDHUP)
    return events.poll(0) and connection.recv(4096, socket.MSG_PEEK) == looked


def by_low_water_mark(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 4)
    events = select.poll()
    events.register(connection, select.POLLIN)
    while True:
        events.poll()
        line = connection.recv(4)
        if len(line) < 4:
            return
        yield line


def serve(connection, lines):
    with connection:
        try:
            for line in lines(connection):
                connection.sendall(b"echo: " + line)
        except ConnectionError:
            pass  # the client is gone


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    parser.add_argument("--by", choices=WAYS, required=True)
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, WAYS[args.by]), daemon=True).start()


WAYS = {"peek": by_peek, "low-water-mark": by_low_water_mark}


if __name__ == "__main__":
    main()
