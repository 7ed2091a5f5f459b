"""Has a worker that ends with the first connection that fails."""

import signal
import threading

from protocol import answer_lines as serve


# explain: begin
def worker(listener):                   # a thread
    while True:
        connection, _ = listener.accept()
        with connection:
            serve(connection)           # EOFError ends the worker
# explain: end


def main(listener):
    threading.Thread(target=worker, args=(listener,), daemon=True).start()
    signal.pause()
