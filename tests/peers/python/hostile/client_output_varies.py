"""Sends `hello` and prints the answer, and beside it text that differs in each run.

The text is its process id, its port and the time. With `--seconds` it is only the time of day,
before the answer, which differs from second to second.
"""

import argparse
import os
import socket
import sys
import time


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--seconds", action="store_true")
    args = parser.parse_args()

    with socket.create_connection((args.host, args.port)) as connection:
        port = connection.getsockname()[1]
        connection.sendall(b"hello\n")
        answer = connection.makefile("r").readline()
        if not answer.endswith("\n"):
            sys.exit("incomplete answer")
        answer = answer.rstrip("\n")
        if args.seconds:
            print(time.strftime("%H:%M:%S"), answer)
        else:
            print(f"process {os.getpid()}, port {port}\n{answer}\nit is {time.time_ns()} by now")


if __name__ == "__main__":
    main()
