"""R1, line connection, the naive client: UTF-8 lines ended by a newline.

Sends `hello`, waits for `ok`, sends the command {"cmd": "move", "steps": 100} as one line
of JSON, prints the line that answers it, closes. Defects: F05, each recv is decoded on its
own, so that a character in two pieces raises (`receive`); H05, the buffer has no bound
(`receive`); and one without a code: `wait_for` drops every line that comes before the one
it waits for. A partial line at the end of the stream is dropped without a word.
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
        """The next line that is not blank, or None at the end of the stream."""
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
