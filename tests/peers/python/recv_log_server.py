"""A recorder for wirecheck's own tests: logs the size of each recv.

It answers each line `ok`, with one thread per client. For each recv it writes `<client> <size>` to
the file `--log`, before it answers. Clients are numbered from 1 in the order of their accept.
Size 0 is the end of the stream, `reset` a reset. With `--pause-ms` it sleeps before each recv.
"""

import argparse
import itertools
import os
import socket
import threading
import time


def serve(connection, client, log, pause):
    unfinished = b""
    with connection:
        while True:
            time.sleep(pause)
            try:
                chunk = connection.recv(65536)
            except ConnectionError:
                log.write(f"{client} reset\n")
                return
            log.write(f"{client} {len(chunk)}\n")
            if not chunk:
                return
            *lines, unfinished = (unfinished + chunk).split(b"\n")
            try:
                connection.sendall(b"ok\n" * len(lines))
            except ConnectionError:
                pass  # the next recv shows how the stream ended


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    parser.add_argument("--log", required=True, metavar="FILE")
    parser.add_argument("--pause-ms", type=float, default=0, metavar="N")
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with (
        open(args.log, "a", buffering=1) as log,
        socket.create_server(address[:2], family=family, backlog=128) as listener,
    ):
        for client in itertools.count(1):
            connection, _ = listener.accept()
            work = (connection, client, log, args.pause_ms / 1000)
            threading.Thread(target=serve, args=work, daemon=True).start()


if __name__ == "__main__":
    main()
