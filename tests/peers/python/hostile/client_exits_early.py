"""Sends `hello` and exits with code 0, without waiting for the answer."""

import argparse
import socket


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    args = parser.parse_args()

    with socket.create_connection((args.host, args.port)) as connection:
        connection.sendall(b"hello\n")


if __name__ == "__main__":
    main()
