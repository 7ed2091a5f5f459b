"""R1, line connection, the naive client: UTF-8 lines that end with a newline.

It sends `hello`, waits for `ok`, sends the command {"cmd": "move", "steps": 100} as one line of
JSON, prints the line that answers it, and closes. It silently drops an incomplete line at the end
of the stream.

Defects:
- F05 in `receive`: each recv is decoded alone, so a character in two pieces raises.
- H05 in `receive`: the buffer has no limit.
- no code, in `wait_for`: it drops every line before the expected one.
"""

import argparse
import json
import socket


class Connection:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port))
        self.buffer = ""

    def send(self, line):
        self.socket.sendall(f"{line}\n".encode())

    def receive(self):
        """Return the next line that is not blank, or None at the end of the stream."""
        while True:
            while "\n" not in self.buffer:
                data = self.socket.recv(1024)
                if not data:
                    return None
                self.buffer += data.decode()
            line, self.buffer = self.buffer.split("\n", 1)
            if line.strip():
                return line.strip()

    def wait_for(self, target):
        while (line := self.receive()) is not None:
            if line == target:
                return True
        return False

    def send_json(self, value):
        self.send(json.dumps(value))

    def close(self):
        self.socket.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    args = parser.parse_args()

    connection = Connection(args.host, args.port)
    connection.send("hello")
    if connection.wait_for("ok"):
        connection.send_json({"cmd": "move", "steps": 100})
        answer = connection.receive()
        if answer is not None:
            print(answer)
    connection.close()


if __name__ == "__main__":
    main()
