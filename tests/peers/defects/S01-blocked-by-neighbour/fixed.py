"""Serves each client in a thread."""

import threading

from protocol import answer_lines


def serve(connection):
    with connection:
        try:
            answer_lines(connection)
        except (OSError, EOFError):
            pass


def main(listener):
    # explain: begin
    while True:
        connection, _ = listener.accept()
        connection.settimeout(30)
        threading.Thread(target=serve, args=(connection,)).start()
    # explain: end
