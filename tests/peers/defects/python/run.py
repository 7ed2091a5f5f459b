"""Runs a peer of the matrix: `python3 run.py FILE HOST PORT`.

FILE defines one of these functions:

    serve(sock)     one connection of a server; each has a thread
    main(listener)  the whole server
    call(sock)      a client
"""

import runpy
import socket
import sys
import threading

from protocol import ProtocolError

HANDLED = (ConnectionError, EOFError, ProtocolError)


def main(file, host, port):
    peer = runpy.run_path(file)
    address = (host, int(port))
    if "call" in peer:
        with socket.create_connection(address) as sock:
            peer["call"](sock)
        return
    listener = socket.create_server(address, backlog=128)
    if "main" in peer:
        peer["main"](listener)
    else:
        serve_threads(listener, peer["serve"])


def serve_threads(listener, serve):
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve_one, args=(sock, serve), daemon=True).start()


def serve_one(sock, serve):
    """Close the connection when it has ended, in whatever way."""
    with sock:
        try:
            serve(sock)
        except HANDLED:
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
