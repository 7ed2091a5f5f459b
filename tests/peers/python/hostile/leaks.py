"""Answers each line `echo: <line>`, and keeps something of each connection.

--of WHAT is what it keeps:
  sockets     the socket, which it has shut down
  truncated   the socket, if the stream ended inside a line
  threads     the thread that served it
  zombies     a child process that has ended
  pool        nothing: 64 threads serve, each connection starts one more of them
  cache       nothing: the last 50 files that it opened stay open
"""

import argparse
import collections
import concurrent.futures
import os
import signal
import socket
import threading

KEPT = []
OPENED = collections.deque()


def serve(connection, of):
    # An explicit descriptor: only `close` gives it back.
    stream = socket.socket(fileno=os.dup(connection.fileno()))
    connection.close()
    rest = b""
    try:
        while data := stream.recv(4096):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                stream.sendall(b"echo: " + line + b"\n")
        stream.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    if of == "sockets" or (of == "truncated" and rest):
        KEPT.append(stream)
    else:
        stream.close()
    if of == "cache":
        OPENED.append(os.open("/dev/null", os.O_RDONLY))
        if len(OPENED) > 50:
            os.close(OPENED.popleft())
    if of == "zombies" and os.fork() == 0:
        os._exit(0)
    if of == "threads":
        while True:
            signal.sigwait([signal.SIGUSR1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    parser.add_argument("--of", required=True)
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    pool = []
    work = concurrent.futures.ThreadPoolExecutor(64)
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            if args.of == "pool":
                if len(pool) < 64:
                    pool.append(threading.Thread(target=threading.Event().wait, daemon=True))
                    pool[-1].start()
                work.submit(serve, connection, args.of)
            else:
                threading.Thread(target=serve, args=(connection, args.of), daemon=True).start()


if __name__ == "__main__":
    main()
