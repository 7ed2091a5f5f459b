"""R3, greeter, the naive server: sends a welcome to whoever connects, and closes.

The text is UTF-8 and ends with a newline; the close is its end. Defects, both in `main`:
F08, `send` hands over what fits into the socket's buffers and the rest is lost (with
`--size 8000000` and a client that reads slowly; a socket with a timeout does not wait for
room); C08, the server never reads, so that closing on what a client has sent resets the
connection.
"""

import argparse
import os
import socket


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    parser.add_argument("--greeting", default="Welcome to the café!", metavar="TEXT")
    parser.add_argument("--size", type=int, default=0, help="repeat the line up to so many bytes")
    args = parser.parse_args()

    line = f"{args.greeting}\n".encode()
    welcome = line * max(1, -(-args.size // len(line)))

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            try:
                connection.settimeout(10)
                connection.send(welcome)
            except ConnectionError:
                pass
            connection.close()


if __name__ == "__main__":
    main()
