"""R6, one shot, the naive server: reads one line, answers it, closes; one client at a time.

It answers a line `You said: <line>`.

Defects, in `main`:
- F02: a single `recv(1024)` is taken for the whole line. So is a line that the end of the stream
  cuts short, even an empty one (C06).
- C08: if bytes are unread or still on their way, the close becomes a reset, and the client may
  lose its answer.
- S01: a silent client blocks all others.
"""

import argparse
import os
import socket


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    args = parser.parse_args()

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            try:
                line = connection.recv(1024).removesuffix(b"\n")
                connection.sendall(b"You said: " + line + b"\n")
            except ConnectionError:
                pass
            connection.close()


if __name__ == "__main__":
    main()
