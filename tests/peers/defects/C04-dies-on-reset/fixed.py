"""Ends only the connection that has the error."""

from protocol import answer_lines as serve


def main(listener):
    # explain: begin
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                serve(connection)
            except (ConnectionError, EOFError):
                pass                    # only this client is gone
    # explain: end
