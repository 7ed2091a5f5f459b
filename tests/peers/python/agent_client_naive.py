"""Agent, the naive client: a service that stays connected and answers the server's questions.

It sends `ready`, answers each line `ping <words>` with `pong <words>`, and reconnects when the
server closes.

Defects, in `serve`:
- C03: a line cut short by the end of the stream is parsed as a question. The parser raises, and
  the service dies.
"""

import argparse
import socket
import time


def serve(connection):
    lines = connection.makefile("r", encoding="utf-8", newline="\n")
    connection.sendall(b"ready\n")
    for line in lines:
        verb, words = line.removesuffix("\n").split(" ", 1)
        if verb == "ping":
            connection.sendall(f"pong {words}\n".encode())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    args = parser.parse_args()

    while True:
        try:
            with socket.create_connection((args.host, args.port)) as connection:
                serve(connection)
        except ConnectionRefusedError:
            time.sleep(0.1)


if __name__ == "__main__":
    main()
