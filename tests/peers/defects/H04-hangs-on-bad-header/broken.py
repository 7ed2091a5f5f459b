"""Keeps the connection open after a malformed header."""

import re
import threading

from protocol import ProtocolError, recv_exactly, send_capitals

clients = set()


def main(listener):
    while True:
        sock, _ = listener.accept()
        clients.add(sock)
        threading.Thread(target=run, args=(sock,), daemon=True).start()


def run(sock):
    # explain: begin
    try:
        serve(sock)
    except ProtocolError as error:
        print(error)                    # and the client waits for a close
        return
    clients.remove(sock)
    sock.close()
    # explain: end


def serve(sock):
    try:
        while True:
            header = recv_exactly(sock, 10)
            if not re.fullmatch(rb"(0|[1-9][0-9]{0,4}) *", header):
                raise ProtocolError(header)
            send_capitals(sock, recv_exactly(sock, int(header)))
    except (OSError, EOFError):
        pass
