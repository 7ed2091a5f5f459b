"""Agent, the naive client: a service that stays with its server and answers its questions.

It says `ready`, answers each line `ping …` with `pong …`, and when the server has ended it
connects again. Defect, in `serve`: C03, a stream that ends inside a line is taken for a
question, which it is not, and the service dies of that.
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
