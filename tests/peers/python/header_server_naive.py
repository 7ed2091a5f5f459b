"""R4, header, the naive server: ten columns of decimal length, then a body of UTF-8 text.

It sends a greeting, then the time (HH:MM:SS) every few seconds. One thread per client.

Defects:
- F06 in `send_message`: the header counts characters, not bytes. The é of the greeting shows it in
  the baseline.
- F08 in `send_message`: `send` copies what fits into the socket's buffers, the rest is lost. It
  takes `--size 8000000`: a socket with a timeout does not wait.
- C01 in `serve`: it never reads, so it does not notice the client's end. It sends until sending
  fails, and forever to a client that closed only its write side.
"""

import argparse
import os
import socket
import threading
import time


def send_message(connection, text):
    message = f"{len(text):<10}{text}"
    connection.send(message.encode())


def serve(connection, greeting, interval):
    with connection:
        try:
            connection.settimeout(10)
            send_message(connection, greeting)
            while True:
                time.sleep(interval)
                send_message(connection, time.strftime("%H:%M:%S"))
        except ConnectionError:
            pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=os.environ.get("PORT", "5000"))
    parser.add_argument("--interval", type=float, default=3, metavar="SECONDS")
    parser.add_argument("--greeting", default="Welcome to the café!", metavar="TEXT")
    parser.add_argument("--size", type=int, default=0, help="repeat it up to this many bytes")
    args = parser.parse_args()

    greeting = args.greeting * max(1, -(-args.size // len(args.greeting.encode())))

    family, _, _, _, address = socket.getaddrinfo(args.host, args.port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family, backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            client = (connection, greeting, args.interval)
            threading.Thread(target=serve, args=client, daemon=True).start()


if __name__ == "__main__":
    main()
