"""Sends `hello`, prints the answer and closes, then spins forever."""

import argparse
import socket


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    args = parser.parse_args()

    with socket.create_connection((args.host, args.port)) as connection:
        connection.sendall(b"hello\n")
        print(connection.makefile("r").readline(), end="", flush=True)
    while True:
        pass


if __name__ == "__main__":
    main()
