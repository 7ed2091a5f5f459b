"""Servers that repeat each line, are correct, and treat other lines in odd ways:
odd_server.py PORT KIND

- limit: reports a line of over 256 bytes at once, and skips the rest of it;
- ascii: reports the first byte that is not ASCII, and skips the rest of the line;
- returns: a carriage return ends a line too;
- locks: after three lines of over 100 bytes it answers all others with an error;
- late: answers a line of over 100 bytes after 20 ms;
- clock: puts the time in nanoseconds in its answer to a line of over 100 bytes;
- ticks: the same in tenths of a second;
- at-end: reports all lines of over 100 bytes when the client has closed, without a line end.
"""

import itertools
import socket
import sys
import threading
import time

NUMBERS = itertools.count(1)
LONG_LINES = itertools.count(1)
LOCKED = threading.Event()


class Connection:
    def __init__(self, stream, kind):
        self.stream = stream
        self.kind = kind
        self.line = b""
        self.skips = False
        self.long_lines = 0

    def serve(self):
        with self.stream:
            while received := self.stream.recv(4096):
                for byte in received:
                    self.take(bytes([byte]))
            if self.kind == "at-end" and self.long_lines:
                self.stream.sendall(b"%d long lines" % self.long_lines)

    def take(self, byte):
        if byte == b"\n" or byte == b"\r" and self.kind == "returns":
            line, skipped = self.line, self.skips
            self.line, self.skips = b"", False
            if not skipped:
                self.answer(line)
            return
        self.line += byte
        is_wrong = (
            self.kind == "limit" and len(self.line) > 256
            or self.kind == "ascii" and byte >= b"\x80"
        )
        if is_wrong and not self.skips:
            self.skips = True
            self.stream.sendall(b"error\n")

    def answer(self, line):
        said = b"you said: " + line + b"\n"
        if len(line) > 100:
            if self.kind == "locks" and next(LONG_LINES) > 3:
                LOCKED.set()
            elif self.kind == "late":
                time.sleep(0.02)
            elif self.kind == "clock":
                said = b"%d %d\n" % (time.monotonic_ns(), next(NUMBERS))
            elif self.kind == "ticks":
                said = b"%d\n" % (time.monotonic() * 10)
            elif self.kind == "at-end":
                self.long_lines += 1
                return
        if self.kind == "locks" and LOCKED.is_set() and len(line) > 100:
            said = b"error\n"
        self.stream.sendall(said)


def main(port, kind):
    with socket.create_server(("127.0.0.1", int(port)), backlog=64) as listener:
        while True:
            stream, _ = listener.accept()
            threading.Thread(target=Connection(stream, kind).serve, daemon=True).start()


main(*sys.argv[1:])
