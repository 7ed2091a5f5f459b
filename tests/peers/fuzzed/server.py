"""A server that repeats each line. It is correct for lines as its suite has them; with the name of a
bug it is wrong for others: server.py PORT BUG"""

import os
import socket
import sys
import threading

KEPT = []
STOPPED = threading.Event()


class Connection:
    def __init__(self, stream, bug):
        self.stream = stream
        self.bug = bug
        self.buffer = b""

    def serve(self):
        with self.stream:
            while received := self.stream.recv(4096):
                self.buffer += received
                while b"\n" in self.buffer:
                    line, self.buffer = self.buffer.split(b"\n", 1)
                    self.answer(line)
                if self.bug == "drops-return":
                    # Meant for lines that end with \r\n.
                    self.buffer = self.buffer.removesuffix(b"\r")

    def answer(self, line):
        end = b"\n"
        if self.bug == "drops-tail" and len(line) > 127:
            self.buffer = b""
        elif self.bug == "dies" and b"-1" in line:
            os._exit(3)
        elif self.bug == "hangs" and b"{" in line:
            threading.Event().wait()
        elif self.bug == "forgets-end" and b"\r" in line:
            end = b""
        elif self.bug == "stops" and b"\r" in line:
            STOPPED.set()
        elif self.bug == "leaks" and b"\r" in line:
            KEPT.append(open(os.devnull, "rb"))
        elif self.bug == "hoards" and is_large(line.split()[-1:]):
            # The size of its buffer is what a number in the line says, within limits.
            bytes(b"x" * (300 << 20))
        self.stream.sendall(b"you said: " + line + end)


def is_large(words):
    return any(word.isdigit() and len(word) < 30 and int(word) > 1 << 30 for word in words)


def main(port, bug):
    with socket.create_server(("127.0.0.1", int(port)), backlog=64) as listener:
        while True:
            stream, _ = listener.accept()
            if STOPPED.is_set():
                threading.Event().wait()
            connection = Connection(stream, bug)
            threading.Thread(target=connection.serve, daemon=True).start()


main(*sys.argv[1:])
