"""R3, greeter, the fixed server: sends a welcome to each client and closes.

The text is UTF-8 and ends with a newline. The close marks its end. The server reads and ignores
what a client sends, so that the close is a FIN. It has one thread per client, so that a slow
reader blocks no other client.
"""

import argparse
import os
import socket
import sys
import threading
import time


def end(connection):
    """Close with a FIN: closing with bytes unread would send a reset."""
    until = time.monotonic() + 2
    connection.shutdown(socket.SHUT_WR)
    while (left := until - time.monotonic()) > 0:
        connection.settimeout(left)
        if not connection.recv(4096):
            break


def serve(connection, welcome):
    with connection:
        try:
            connection.sendall(welcome)
            end(connection)
        except OSError as error:
            print(f"connection lost: {error}", file=sys.stderr)


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
            threading.Thread(target=serve, args=(connection, welcome), daemon=True).start()


if __name__ == "__main__":
    main()
