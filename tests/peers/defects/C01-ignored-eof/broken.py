"""Reads in a thread that does not report the end of the stream."""

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
# explain: end


def serve(sock):
    lines = queue.Queue()
    threading.Thread(target=read, args=(sock, lines), daemon=True).start()
    # explain: begin
    while True:
        line = lines.get()              # nothing comes after the end
        sock.sendall(answer(line))
    # explain: end
