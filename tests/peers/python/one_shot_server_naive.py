"""R6, one shot, the naive server: one line in, one answer out, close; one client at a time.

A line is answered `You said: <line>`. Defects, all in `main`: F02, a single `recv(1024)` is
taken for the whole line and answered at once, and C06, so is what an early end of stream cut
short, even to nothing; C08, closing on bytes that are still unread, or come after, resets the
connection, and the client may lose its answer; S01, a silent client keeps all others waiting.
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
