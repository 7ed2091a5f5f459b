"""Sends `hello`, prints the answer and closes, but does not exit, not even on SIGTERM."""

import argparse
import signal
import socket


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    args = parser.parse_args()

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with socket.create_connection((args.host, args.port)) as connection:
        connection.sendall(b"hello\n")
        print(connection.makefile("r").readline(), end="", flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
