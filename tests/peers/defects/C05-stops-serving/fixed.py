"""Has a worker that outlives the connections that fail."""

import signal
import threading

from protocol import answer_lines as serve


# explain: begin
def worker(listener):                   # a thread
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                serve(connection)
            except (OSError, EOFError):
                pass                    # only this connection has failed
# explain: end


def main(listener):
    threading.Thread(target=worker, args=(listener,), daemon=True).start()
    signal.pause()
