"""R1, line connection, the fixed server: UTF-8 lines that end in a newline. One thread per client.

A client sends a greeting line, and the server answers `ok`. The client sends a command as one
line of JSON, and the server answers {"ok": true, "cmd": ...} and closes. It strips white space
around a line and skips blank lines. It answers a line that is too long, not UTF-8, not JSON or not
a command with {"ok": false, "error": ...} and ends the connection. It ignores a line without a
newline at the end of the stream.
"""

import argparse
import json
import os
import socket
import sys
import threading
import time

LONGEST_LINE = 65536


class BadLine(Exception):
    """An invalid line; the text is the reason."""


class Connection:
    def __init__(self, sock):
        self.socket = sock
        self.buffer = b""

    def send(self, line):
        self.socket.sendall(f"{line}\n".encode())

    def receive(self):
        """Return the next line that is not blank, or None at the end of the stream."""
        while (line := self.next_line()) is not None:
            if line.strip():
                return line.strip()
        return None

    def next_line(self):
        # Only a whole line is decoded: a character may arrive in pieces.
        while b"\n" not in self.buffer and len(self.buffer) <= LONGEST_LINE:
            data = self.socket.recv(4096)
            if not data:
                if self.buffer:
                    print(f"the stream ended inside a line: {self.buffer!r}", file=sys.stderr)
                return None
            self.buffer += data
        line, _, self.buffer = self.buffer.partition(b"\n")
        if len(line) > LONGEST_LINE:
            raise BadLine("line too long")
        try:
            return line.decode()
        except UnicodeDecodeError:
            raise BadLine("not UTF-8") from None

    def send_json(self, value):
        self.send(json.dumps(value))

    def receive_json(self):
        line = self.receive()
        try:
            return None if line is None else json.loads(line)
        except (ValueError, RecursionError):
            raise BadLine("not JSON") from None

    def close(self):
        """Close with a FIN: closing with bytes unread would send a reset."""
        end = time.monotonic() + 2
        try:
            self.socket.shutdown(socket.SHUT_WR)
            while (left := end - time.monotonic()) > 0:
                self.socket.settimeout(left)
                if not self.socket.recv(4096):
                    break
        except OSError:
            pass
        self.socket.close()


def converse(connection):
    if connection.receive() is None:
        return
    connection.send("ok")
    command = connection.receive_json()
    if command is None:
        return
    if not isinstance(command, dict) or not isinstance(command.get("cmd"), str):
        raise BadLine("not a command")
    connection.send_json({"ok": True, "cmd": command["cmd"]})


def serve(sock):
    connection = Connection(sock)
    try:
        try:
            converse(connection)
        except BadLine as error:
            connection.send_json({"ok": False, "error": str(error)})
    except OSError as error:
        print(f"connection lost: {error}", file=sys.stderr)
    finally:
        connection.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        while True:
            sock, _ = listener.accept()
            threading.Thread(target=serve, args=(sock,), daemon=True).start()


if __name__ == "__main__":
    main()
