"""Lets the error of one connection end the loop that serves all."""

from protocol import answer_lines as serve


def main(listener):
    # explain: begin
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                serve(connection)       # ConnectionResetError ends the loop
            except EOFError:
                pass                    # only this client is gone
    # explain: end
