"""R1, line connection, the naive server: UTF-8 lines that end in a newline. One client at a time.

A client sends a greeting line, and the server answers `ok`. The client sends a command as one
line of JSON, and the server answers {"ok": true, "cmd": ...} and closes. It silently drops an
incomplete line at the end of the stream.

Defects:
- F05 in `receive`: each recv is decoded alone. A character in two pieces raises and ends the
  server.
- H05 in `receive`: the buffer has no limit.
- H03 in `receive_json`: a line that is not JSON ends the server, so no later client is served
  (C05).
- S01 in `main`: a silent client blocks all others.
"""

import argparse
import json
import os
import socket


class Connection:
    def __init__(self, sock):
        self.socket = sock
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

    def send_json(self, value):
        self.send(json.dumps(value))

    def receive_json(self):
        line = self.receive()
        return None if line is None else json.loads(line)

    def close(self):
        self.socket.close()


def converse(connection):
    if connection.receive() is None:
        return
    connection.send("ok")
    command = connection.receive_json()
    if command is not None:
        connection.send_json({"ok": True, "cmd": command["cmd"]})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        while True:
            connection = Connection(listener.accept()[0])
            try:
                converse(connection)
            except ConnectionError:
                pass
            connection.close()


if __name__ == "__main__":
    main()
