"""R3, greeter, the naive server: sends a welcome to each client and closes.

The text is UTF-8 and ends with a newline. The close marks its end.

Defects, in `main`:
- F08: `send` copies what fits into the socket's buffers, the rest is lost. It takes
  `--size 8000000` and a client that reads slowly: a socket with a timeout does not wait.
- C08: the server never reads. If the client has sent anything, the close becomes a reset.
"""

import argparse
import os
import socket


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    parser.add_argument("--greeting", default="Welcome to the café!", metavar="TEXT")
    parser.add_argument("--size", type=int, default=0, help="repeat the line up to this many bytes")
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
