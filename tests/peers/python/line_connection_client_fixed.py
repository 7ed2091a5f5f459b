"""R1, line connection, the fixed client: UTF-8 lines that end with a newline.

It sends `hello`, waits for `ok`, sends the command {"cmd": "move", "steps": 100} as one line of
JSON, prints the line that answers it, and closes. It strips white space around a line and skips
blank lines. It prints lines that arrive before `ok`, too. If the stream ends early or is invalid,
it prints an error to stderr and exits with code 1.
"""

import argparse
import json
import socket
import sys

LONGEST_LINE = 65536


class Connection:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port))
        self.buffer = b""

    def send(self, line):
        self.socket.sendall(f"{line}\n".encode())

    def receive(self):
        """Return the next line that is not blank."""
        while not (line := self.next_line().strip()):
            pass
        return line

    def next_line(self):
        # Only a whole line is decoded: a character may arrive in pieces.
        while b"\n" not in self.buffer and len(self.buffer) <= LONGEST_LINE:
            data = self.socket.recv(4096)
            if not data:
                raise EOFError(f"the stream ended early, after {self.buffer!r}")
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        if len(line) > LONGEST_LINE:
            raise ValueError("line too long")
        return line.decode()

    def wait_for(self, target):
        """Read up to the line `target`, and yield the lines before it."""
        while (line := self.receive()) != target:
            yield line

    def send_json(self, value):
        self.send(json.dumps(value))

    def close(self):
        self.socket.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    args = parser.parse_args()

    try:
        connection = Connection(args.host, args.port)
        connection.send("hello")
        for line in connection.wait_for("ok"):
            print(line, flush=True)
        connection.send_json({"cmd": "move", "steps": 100})
        print(connection.receive())
        connection.close()
    except (OSError, EOFError, ValueError) as error:
        sys.exit(f"no answer: {error}")


if __name__ == "__main__":
    main()
