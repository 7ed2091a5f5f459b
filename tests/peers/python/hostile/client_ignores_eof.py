"""Sends `hello` and prints the answers, but keeps the connection when the server has closed (C01).

It sleeps and does not spin.
"""

import argparse
import socket
import time


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    args = parser.parse_args()

    connection = socket.create_connection((args.host, args.port))
    connection.sendall(b"hello\n")
    for line in connection.makefile("r"):
        print(line, end="", flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
