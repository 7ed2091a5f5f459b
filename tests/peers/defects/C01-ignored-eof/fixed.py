"""Reads in a thread that reports the end of the stream."""

import queue
import threading

from protocol import answer


# explain: begin
def read(sock, lines):                  # a thread
    buffer = b""
    while data := sock.recv(4096):
        *whole, buffer = (buffer + data).split(b"\n")
        for line in whole:
            lines.put(line)
    lines.put(None)                     # the end of the stream
# explain: end


def serve(sock):
    lines = queue.Queue()
    threading.Thread(target=read, args=(sock, lines), daemon=True).start()
    # explain: begin
    while (line := lines.get()) is not None:
        sock.sendall(answer(line))
    sock.close()
    # explain: end
