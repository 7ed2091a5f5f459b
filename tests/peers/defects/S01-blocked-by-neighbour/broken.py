"""Serves one client until it is done, then the next."""

from protocol import answer_lines as serve


def main(listener):
    # explain: begin
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                serve(connection)       # blocks until this client is done
            except (OSError, EOFError):
                pass
    # explain: end
