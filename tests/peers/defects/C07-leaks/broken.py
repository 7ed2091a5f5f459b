"""Closes only the connections that end without an error."""

import threading

from protocol import answer_lines as handle

clients = []


def main(listener):
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve, args=(sock,), daemon=True).start()


def serve(sock):
    # explain: begin
    clients.append(sock)
    handle(sock)                        # raises, and the thread ends
    clients.remove(sock)
    sock.close()
    # explain: end
